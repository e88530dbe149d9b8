//! One tile becomes a Zarr store, a picture and a STAC item.
//!
//! `cargo run --release --example convert_tile` makes a synthetic tile of the size of `grid_-99.95_80.05` and converts
//! it; with a path it converts that tile.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use tessera_core::synthetic::Synthetic;
use tessera_core::{ScaleLimit, Source, Tile, Year};
use tessera_examples::{describe, percentages, step, write_picture};
use tessera_npy::{Existing, NpyTile};
use tessera_stac::{Location, Preview, Site, TileRecord, TileStore};
use tessera_zarr::{Codec, Layout, TileWriter, ZarrFormat};

/// Convert a tile to a Zarr store with a picture and a STAC item.
#[derive(Parser)]
struct Args {
    /// A folder grid_<lon>_<lat>/ or an embeddings .npy file [default: a synthetic tile, made on the spot]
    tile: Option<PathBuf>,

    /// The folder for the store, preview.png and the item
    #[arg(short, long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/convert_tile"))]
    output: PathBuf,

    /// The year, where the path does not say it
    #[arg(long)]
    year: Option<Year>,

    /// Zarr format
    #[arg(long, default_value = "2", value_name = "2|3")]
    format: ZarrFormat,

    /// Edge of a chunk in pixels
    #[arg(long, default_value_t = 256)]
    chunk: u64,

    /// zstd, blosc-zstd, blosc-lz4, gzip or none
    #[arg(long, default_value = "zstd")]
    codec: Codec,

    /// Level of the codec
    #[arg(long, allow_negative_numbers = true)]
    level: Option<i64>,

    /// Replace what an earlier run with a path left
    #[arg(long)]
    overwrite: bool,
}

/// Memory is kept and used again, which halves the time: see DESIGN.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let args = Args::parse();
    let codec = args.level.map_or(Ok(args.codec), |level| args.codec.with_level(level))?;
    let layout = Layout::new(args.format).chunk_edge(args.chunk)?.codec(codec);
    fs::create_dir_all(&args.output).with_context(|| format!("cannot make {}", args.output.display()))?;
    let output = args.output.canonicalize()?;

    let made = args.tile.is_none();
    let path = args.tile.map_or_else(|| step("synthesize", || synthesize(&output)), Ok)?;
    let mut options = NpyTile::options();
    if let Some(year) = args.year {
        options = options.year(year);
    }
    let tile = step("open", || Ok(options.open(&path)?))?;
    tile.notices().iter().for_each(|notice| println!("  {notice}"));
    let year = tile.year().context("the path does not say the year: say --year")?;

    // What the example made itself it may also replace.
    let overwrite = args.overwrite || made;
    let (preview, item) = (output.join("preview.png"), output.join(format!("{}_{year}.json", tile.id())));
    for file in [&preview, &item] {
        if !overwrite && file.exists() {
            bail!("{} exists already: say --overwrite to replace it", file.display());
        }
    }
    let store = output.join(format!("{}.zarr", tile.id()));
    let writer = TileWriter::new(layout).overwrite(overwrite);
    let written = step("convert", || {
        Ok(writer.write(&store, tile.view(), tile.grid(), tile.id(), year, tile.version())?)
    })?;
    let basis = step("picture", || write_picture(tile.view(), &preview))?;
    step("item", || {
        let record = TileRecord::of_tile(&tile, year)
            .store(TileStore::new(Location::file(&store)?, args.format.number())?.consolidated(true))
            .preview(Preview::new(Location::file(&preview)?));
        Ok(tessera_stac::write_json(&item, &record.item_alone(&Site::folder(&output)?)?, overwrite)?)
    })?;

    let (grid, cell, metres) = (tile.grid(), tile.id().bounds(), tile.grid().bounds());
    println!("\ntile      {} {year}", tile.id());
    println!("shape     {} rows × {} columns × {} channels", grid.rows(), grid.cols(), tile.channels());
    println!("CRS       {}", grid.zone());
    println!("degrees   {} … {} east, {} … {} north", cell.min().x, cell.max().x, cell.min().y, cell.max().y);
    println!(
        "metres    {} … {} east, {} … {} north",
        metres.min().x,
        metres.max().x,
        metres.min().y,
        metres.max().y
    );
    println!("pixels    {}", describe(&tile.view().count(ScaleLimit::default())));
    println!("chunks    {} in {} objects", written.chunks, written.objects);
    println!("bytes     {} in, {} out", written.bytes_in, written.bytes_out);
    println!("variance  {} explained by red, green, blue", percentages(&basis));
    println!("\n{}\n{}\n{}", store.display(), preview.display(), item.display());
    Ok(())
}

/// Makes the tile of the founding document, as NPY files below `folder`; returns its folder.
fn synthesize(folder: &Path) -> Result<PathBuf> {
    let (id, year) = ("grid_-99.95_80.05".parse()?, Year::new(2024)?);
    let tile = Synthetic::new(8).broken(true).tile(id, year)?;
    let root = folder.join("tiles").join(year.to_string());
    fs::create_dir_all(&root)?;
    Ok(tessera_npy::write_tile(&root, id, &tile.view(), Existing::Replace)?)
}
