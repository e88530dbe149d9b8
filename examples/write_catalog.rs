//! A folder of tiles becomes a static STAC catalogue.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use tessera_core::{Archive, Tile, Year};
use tessera_npy::NpyArchive;
use tessera_stac::{CatalogOptions, CatalogWriter, Location, NpyTile, TileRecord};

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
        for id in archive.tiles(year) {
            let tile = archive.open_tile(id, Some(year))?.with_context(|| format!("{id} is gone"))?;
            let files =
                NpyTile::new(Location::file(tile.embeddings_path())?, Location::file(tile.scales_path())?);
            writer.add(&TileRecord::of_tile(&tile, tile.year().unwrap_or(year)).npy(files))?;
        }
    }
    let summary = writer.finish()?;
    println!("{} items in {} blocks of {} years", summary.items, summary.blocks, summary.years);
    println!("{}", args.output.join("catalog.json").display());
    Ok(())
}
