//! `tessera convert`.

mod beside;
mod files;
mod many;
mod one;
mod target;

pub(crate) use files::Files;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::Region;
use tessera_io::Location;
use tessera_zarr::{Layout, TileWriter};

use crate::clock::{rfc_3339, time_of_writing};
use crate::layout::LayoutArgs;
use crate::report::Report;
use crate::source::{self, Opened, SourceArgs};
use target::Target;

/// Convert a tile, or all tiles of a year in a box, to Zarr stores.
///
/// One tile becomes the store OUT. A folder of tiles becomes a folder of stores, OUT/<year>/grid_<lon>_<lat>.zarr; run
/// again, it does what is missing. A store appears whole or not at all.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    /// A tile folder, an embeddings .npy file, a tile store, or a folder of tiles or stores
    source: Location,

    /// The store to write, or the folder of stores
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Only the tiles in this box of degrees; west greater than east crosses the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<Region>,

    #[command(flatten)]
    of: SourceArgs,

    #[command(flatten)]
    layout: LayoutArgs,

    /// Write a picture beside each store, with .png in place of .zarr, and what it was made with, with .basis.json
    #[arg(long)]
    preview: bool,

    /// Write a STAC item beside each store, with .json in place of .zarr
    #[arg(long)]
    item: bool,

    /// Replace stores that exist
    #[arg(long)]
    overwrite: bool,

    /// Do not wait for the disk: faster, but a crash of the machine can leave empty files
    #[arg(long)]
    no_sync: bool,
}

/// What a tile is converted into.
struct Job<'a> {
    args: &'a ConvertArgs,
    layout: Layout,
    writer: TileWriter,
    created: SystemTime,
}

pub(crate) fn run(args: &ConvertArgs, report: &Report) -> Result<()> {
    let layout = args.layout.layout()?;
    let created = time_of_writing()?;
    let writer =
        TileWriter::new(layout).overwrite(args.overwrite).sync(!args.no_sync).created(rfc_3339(created));
    let job = Job { args, layout, writer, created };
    match source::open(&args.source, &args.of)? {
        Opened::NpyArchive(archive) => many::convert(
            &job,
            &*archive,
            |id, year| Ok(archive.open_tile(id, Some(year))?.map(|tile| Opened::NpyTile(Arc::new(tile)))),
            report,
        ),
        Opened::RangedArchive(archive) => many::convert(
            &job,
            &*archive,
            |id, year| Ok(archive.open_tile(id, Some(year))?.map(|tile| Opened::RangedTile(Box::new(tile)))),
            report,
        ),
        Opened::StoreArchive(archive) => many::convert(
            &job,
            &archive,
            |id, year| Ok(archive.open_tile(id, year)?.map(|store| Opened::TileStore(Box::new(store)))),
            report,
        ),
        Opened::ZoneStore(_) => bail!(
            "{} is a zone store: expected a tile, a tile store, or a folder of either; tessera region reads a part of it",
            args.source
        ),
        tile => {
            if args.bbox.is_some() {
                bail!("--bbox chooses among many tiles, and {} is one tile", args.source);
            }
            one::convert(&job, &tile, report)
        }
    }
}
