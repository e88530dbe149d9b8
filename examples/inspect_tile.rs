//! What is in a tile, without reading more than the scales.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use tessera_core::{PixelGrid, ScaleLimit, ScalesView, Source, Tile, UtmProjection};
use tessera_examples::describe;
use tessera_npy::NpyTile;

/// Say what is in a tile.
#[derive(Parser)]
struct Args {
    /// A folder grid_<lon>_<lat>/ or an embeddings .npy file
    tile: PathBuf,
}

fn main() -> Result<()> {
    let tile = NpyTile::open(Args::parse().tile)?;
    let view = tile.view();
    let (rows, cols, channels) = view.dim();
    println!("tile      {}", tile.id());
    println!("year      {}", tile.year().map_or("unknown".into(), |year| year.to_string()));
    println!("version   {}", tile.version());
    println!("values    {} int8 {rows} × {cols} × {channels}", tile.embeddings_path().display());
    println!("scales    {} float32 {:?}", tile.scales_path().display(), view.scales().shape());
    println!("pixels    {}", describe(&view.count(ScaleLimit::default())));

    let (grid, computed) = (tile.grid(), PixelGrid::of_tile(tile.id())?);
    println!(
        "grid      {} from ({}, {}), {} × {}",
        grid.zone(),
        grid.west(),
        grid.north(),
        grid.rows(),
        grid.cols()
    );
    if *grid != computed {
        println!(
            "computed  {} from ({}, {}), {} × {}",
            computed.zone(),
            computed.west(),
            computed.north(),
            computed.rows(),
            computed.cols()
        );
    }
    let utm = UtmProjection::new(grid.zone())?;
    for (corner, row, col) in [("first", 0, 0), ("last", rows - 1, cols - 1)] {
        let (lon, lat) = grid.lon_lat(&utm, row, col)?;
        println!("{corner:<9} pixel ({row}, {col}) is centred at {lon:.6}, {lat:.6}");
    }
    if let ScalesView::Pixel(scales) = view.scales() {
        let mut valid: Vec<f32> =
            scales.iter().copied().filter(|s| ScaleLimit::default().admits(*s)).collect();
        valid.sort_unstable_by(f32::total_cmp);
        if let (Some(least), Some(greatest)) = (valid.first(), valid.last()) {
            println!("scales    {least} … {} … {greatest}", valid[valid.len() / 2]);
        }
    }
    tile.notices().iter().for_each(|notice| println!("notice    {notice}"));
    Ok(())
}
