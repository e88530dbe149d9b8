//! Writing and reading stores.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tessera_core::{Channels, Quantized, QuantizedView, ScalesView, Source, Tile, Window};
use tessera_npy::NpyTile;
use tessera_zarr::{Layout, TileStore, TileWriter, ZarrFormat};

use tessera_benches::clock;

pub(crate) fn write(tile: &NpyTile, format: u8, out: &Path, sync: bool) -> Result<Value> {
    let format = match format {
        2 => ZarrFormat::V2,
        3 => ZarrFormat::V3,
        other => bail!("Zarr format {other}: expected 2 or 3"),
    };
    let year = tile.year().context("the path of the tile does not say its year")?;
    let writer = TileWriter::new(Layout::new(format)).sync(sync);
    let (report, times) =
        clock::timed(|| writer.write(out, tile.view(), tile.grid(), tile.id(), year, tile.version()));
    Ok(clock::answer(times, &json!({ "bytes": report?.bytes_out })))
}

pub(crate) fn read(store: &Path, [row, col, rows, cols]: [usize; 4], check: bool) -> Result<Value> {
    let window = Window::new(row, col, rows, cols);
    let (pixels, times) = clock::timed(|| open_and_read(store, window));
    let pixels = pixels?;
    Ok(clock::answer(times, &if check { sums(&pixels.view()) } else { json!({}) }))
}

fn open_and_read(store: &Path, window: Window) -> Result<Quantized> {
    Ok(TileStore::open(store)?.read_window(window, &Channels::All)?)
}

/// Sums that are the same wherever the same pixels were read: of the values, and of the bits of the scales.
fn sums(view: &QuantizedView<'_>) -> Value {
    let values: i64 = view.data().iter().map(|&value| i64::from(value)).sum();
    let bits = |scale: &f32| u64::from(scale.to_bits());
    let scales: u64 = match view.scales() {
        ScalesView::Pixel(scales) => scales.iter().map(bits).sum(),
        ScalesView::Channel(scales) => scales.iter().map(bits).sum(),
    };
    json!({ "values": values, "scales": scales })
}
