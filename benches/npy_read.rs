//! Reading a tile from its NPY files: opening it, all of it, a row block, windows; and the files read into memory that
//! is kept as the least that a copy costs.

use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;

use anyhow::Result;
use criterion::{Criterion, Throughput};
use tessera_benches::{COLS, ROWS, must, tile, tile_bytes, windows};
use tessera_core::{Channels, Quantized, Source, Window};
use tessera_npy::NpyTile;

fn main() -> Result<()> {
    let tile = tile()?;
    let folder = tile.embeddings_path().parent().map(Path::to_owned).unwrap_or_default();
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();

    criterion.bench_function("open a tile", |bencher| bencher.iter(|| must(NpyTile::open(&folder))));

    let mut group = criterion.benchmark_group("whole tile");
    group.throughput(Throughput::Bytes(tile_bytes(ROWS * COLS)));
    let mut out = Quantized::empty();
    group.bench_function("copied into a kept array", |bencher| {
        bencher.iter(|| must(tile.read_window_into(Window::full(ROWS, COLS), &Channels::All, &mut out)));
    });
    group.bench_function("summed where it lies", |bencher| {
        bencher.iter(|| black_box(tile.view().data().iter().map(|&value| i64::from(value)).sum::<i64>()));
    });
    group.bench_function("mapped anew and summed by row blocks, each released", |bencher| {
        bencher.iter(|| {
            let tile = must(NpyTile::open(&folder));
            let mut sum = 0;
            for (window, block) in tile.row_blocks(64) {
                sum += block.data().iter().map(|&value| i64::from(value)).sum::<i64>();
                tile.release(window.row_range());
            }
            black_box(sum)
        });
    });
    let mut bytes = Vec::new();
    group.bench_function("both files read into kept memory", |bencher| {
        bencher.iter(|| {
            for path in [tile.embeddings_path(), tile.scales_path()] {
                bytes.clear();
                must(must(File::open(path)).read_to_end(&mut bytes));
            }
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("random window");
    for edge in [1, 64, 512] {
        group.throughput(Throughput::Bytes(tile_bytes(edge * edge)));
        let windows = windows(edge, 256);
        let mut next = windows.iter().cycle();
        group.bench_function(format!("{edge}²"), |bencher| {
            bencher.iter(|| {
                if let Some(window) = next.next() {
                    must(tile.read_window_into(*window, &Channels::All, &mut out));
                }
            });
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
