//! `tessera catalog`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use tessera_core::{Archive, ScalesView, Source, Tile, TileId, Year};
use tessera_npy::NpyTile;
use tessera_stac::{CatalogOptions, CatalogWriter, Location, Preview, TileRecord, TileStore};
use tessera_zarr::StoreArchive;

use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;
use crate::source::{self, Opened, SourceArgs};

/// Describe tiles and stores as a static STAC catalogue.
#[derive(Debug, Args)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// Write a catalogue of a tile, a store, or a folder of either
    Build(BuildArgs),
}

/// Write a catalogue: catalog.json, <year>/collection.json, a catalogue for every 5° block, an item for every tile.
///
/// It appears whole or not at all.
#[derive(Debug, Args)]
struct BuildArgs {
    /// A tile folder, a tile store, or a folder of tiles or stores
    source: PathBuf,

    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// The address that the folder will be served from: links become absolute
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Replace a catalogue that exists
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &CatalogArgs, report: &Report) -> Result<()> {
    let CatalogCommand::Build(args) = &args.command;
    let opened = source::open(&args.source, &args.of)?;
    let mut options = CatalogOptions::default().overwrite(args.overwrite);
    if let Some(base) = &args.base_url {
        options = options.base_url(base);
    }
    let mut writer = CatalogWriter::create(&args.output, options)?;
    if let Some(archive) = opened.as_archive() {
        let listed = listing(archive, args.of.year)?;
        let progress = Progress::new(report, listed.len(), "items");
        for (id, year) in listed {
            interrupt::check()?;
            writer.add(&record_of(&opened, args, id, year)?)?;
            progress.step();
        }
        progress.finish();
    } else {
        writer.add(&record(&opened, &args.source, args.of.year)?)?;
    }
    let summary = writer.finish()?;
    let text = format!(
        "{}: {} items in {} blocks of {} years",
        args.output.join("catalog.json").display(),
        summary.items,
        summary.blocks,
        summary.years
    );
    report.result(
        &text,
        &json!({"output": args.output, "items": summary.items, "blocks": summary.blocks, "years": summary.years}),
    );
    Ok(())
}

/// The tiles of the year, or of all years.
fn listing(archive: &dyn Archive, year: Option<Year>) -> Result<Vec<(TileId, Year)>> {
    let years: Vec<Year> =
        archive.years().into_iter().filter(|y| year.is_none_or(|year| *y == year)).collect();
    let listed: Vec<_> = years
        .into_iter()
        .flat_map(|year| archive.tiles(year).into_iter().map(move |id| (id, year)))
        .collect();
    if listed.is_empty() {
        let years = archive.years().iter().map(Year::to_string).collect::<Vec<_>>().join(", ");
        bail!("{} has no tile of a known year to describe (years: {years}); --year says one", archive.name());
    }
    Ok(listed)
}

fn record_of(archive: &Opened, args: &BuildArgs, id: TileId, year: Year) -> Result<TileRecord> {
    match archive {
        Opened::NpyArchive(archive) => {
            let tile =
                archive.open_tile(id, Some(year))?.with_context(|| format!("{id} was listed and is gone"))?;
            npy_record(&tile, year)
        }
        _ => {
            let path = StoreArchive::path_of(&args.source, id, year);
            store_record(&tessera_zarr::TileStore::open(&path)?, &path, year)
        }
    }
}

fn record(tile: &Opened, path: &Path, year: Option<Year>) -> Result<TileRecord> {
    let known = tile.as_tile().and_then(Tile::year).or(year);
    let year =
        || known.with_context(|| format!("the path of {} does not say the year: say --year", path.display()));
    match tile {
        Opened::NpyTile(tile) => npy_record(tile, year()?),
        Opened::TileStore(store) => store_record(store, path, year()?),
        Opened::NpyArchive(_) | Opened::StoreArchive(_) | Opened::ZoneStore(_) => {
            bail!("{} is a zone store: expected a tile, a tile store, or a folder of either", path.display())
        }
    }
}

fn npy_record(tile: &NpyTile, year: Year) -> Result<TileRecord> {
    let [embeddings, scales] = [tile.embeddings_path(), tile.scales_path()];
    let npy =
        tessera_stac::NpyTile::new(file(embeddings)?, file(scales)?).sizes(size(embeddings)?, size(scales)?);
    let record = TileRecord::of_tile(tile, year)
        .channel_scales(matches!(tile.view().scales(), ScalesView::Channel(_)));
    Ok(record.npy(npy))
}

fn store_record(store: &tessera_zarr::TileStore, path: &Path, year: Year) -> Result<TileRecord> {
    let description =
        TileStore::new(file(path)?, store.format().number())?.consolidated(store.is_consolidated());
    let mut record =
        TileRecord::of_tile(store, year).store(description).channel_scales(store.has_channel_scales());
    let preview = path.with_extension("png");
    if preview.is_file() {
        let grid = store.grid();
        let picture = Preview::new(file(&preview)?).shape(grid.rows() as u32, grid.cols() as u32);
        record = record.preview(picture.size(size(&preview)?));
    }
    Ok(record)
}

fn file(path: &Path) -> Result<Location> {
    Ok(Location::file(std::path::absolute(path)?)?)
}

fn size(path: &Path) -> Result<u64> {
    Ok(path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len())
}
