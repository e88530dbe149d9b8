//! A folder of tiles becomes a static STAC catalogue with an index and a map.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use tessera_core::{Archive, DatasetVersion, TileId, Year};
use tessera_npy::NpyArchive;
use tessera_stac::{CatalogEvent, CatalogOptions, CatalogWriter, Location, NpyTile, TileRecord, YearRecords};

/// Describe a folder of NPY tiles as a STAC catalogue.
#[derive(Parser)]
struct Args {
    /// A folder of tiles by year
    archive: PathBuf,

    /// The folder to write
    #[arg(short, long)]
    output: PathBuf,

    /// Only this year
    #[arg(long)]
    year: Option<Year>,

    /// Replace a catalogue that exists
    #[arg(long)]
    overwrite: bool,
}

/// A year of an archive.
struct ArchiveYear<'a>(&'a NpyArchive, Year);

impl YearRecords for ArchiveYear<'_> {
    fn year(&self) -> Year {
        self.1
    }

    fn version(&self) -> &DatasetVersion {
        self.0.version()
    }

    fn tiles(&self) -> Vec<TileId> {
        self.0.tiles(self.1)
    }

    fn record(&self, id: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        let tile = self.0.open_tile(id, Some(self.1))?.ok_or("it was listed and is gone")?;
        let files =
            NpyTile::new(Location::file(tile.embeddings_path())?, Location::file(tile.scales_path())?);
        Ok(TileRecord::of_tile(&tile, self.1).npy(files))
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut options = NpyArchive::options();
    if let Some(year) = args.year {
        options = options.year(year);
    }
    let archive = options.open(args.archive.canonicalize()?)?;
    let mut writer =
        CatalogWriter::create(&args.output, CatalogOptions::default().overwrite(args.overwrite))?;
    for year in archive.years() {
        writer.add_year(&ArchiveYear(&archive, year), |event| {
            if let CatalogEvent::Failed { tile, cause, .. } = event {
                eprintln!("{tile} is left out: {cause}");
            }
            ControlFlow::Continue(())
        })?;
    }
    let summary = writer.finish()?;
    println!("{} items in {} blocks of {} years", summary.items, summary.blocks, summary.years);
    println!("{}", args.output.join("catalog.json").display());
    Ok(())
}
