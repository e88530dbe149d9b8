//! What the edge of a chunk costs and gains: full read, a random window of 64 × 64 pixels, one random pixel, write.
//! Before it measures, it prints what each read must decode.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use tessera_benches::{COLS, ROWS, must, scratch, tile, tile_bytes, windows};
use tessera_core::{Channels, Quantized, Source, Tile, Window, Year};
use tessera_npy::NpyTile;
use tessera_zarr::{Layout, TileStore, TileWriter, ZarrFormat};

/// Edges of chunks; the last is the whole tile.
const EDGES: [Option<u64>; 6] = [Some(32), Some(64), Some(128), Some(256), Some(512), None];

/// A layout, what to call it, and its store.
struct Case {
    name: String,
    layout: Layout,
    path: PathBuf,
}

fn cases(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (format, called) in [(ZarrFormat::V2, "V2"), (ZarrFormat::V3, "V3 sharded")] {
        for edge in EDGES {
            let (rows, cols) = edge.map_or((ROWS as u64, COLS as u64), |edge| (edge, edge));
            let layout = Layout::new(format).chunk(rows, cols, None)?;
            let name = format!("{called}/{}", edge.map_or("full".to_owned(), |edge| edge.to_string()));
            cases.push(Case { path: folder.join(name.replace('/', " ")), name, layout });
        }
    }
    Ok(cases)
}

fn write(tile: &NpyTile, layout: Layout, path: &Path) -> Result<u64> {
    let year = tile.year().unwrap_or(Year::new(2024)?);
    let writer = TileWriter::new(layout).sync(false);
    Ok(writer.write(path, tile.view(), tile.grid(), tile.id(), year, tile.version())?.bytes_out)
}

/// The mean of the decoded bytes that reads of windows touch.
fn touched(store: &TileStore, windows: &[Window]) -> Result<f64> {
    let mut bytes = 0;
    for window in windows {
        bytes += store.plan(*window, &Channels::All)?.iter().map(|chunk| chunk.decoded_bytes).sum::<u64>();
    }
    Ok(bytes as f64 / windows.len() as f64)
}

/// A table of what is stored and touched.
fn print_bytes(cases: &[Case], tile: &NpyTile) -> Result<()> {
    println!(
        "| chunk edge | chunks | MB stored | MB decoded for 64² | times the window | MB decoded for a pixel |"
    );
    println!("|---|---|---|---|---|---|");
    for case in cases {
        let stored = write(tile, case.layout, &case.path)? as f64 / 1e6;
        let store = TileStore::open(&case.path)?;
        let chunks = store.plan(store.grid().full(), &Channels::All)?.len() / 2;
        let (window, pixel) = (touched(&store, &windows(64, 1000))?, touched(&store, &windows(1, 1000))?);
        let times = window / tile_bytes(64 * 64) as f64;
        let (window, pixel) = (window / 1e6, pixel / 1e6);
        println!("| {} | {chunks} | {stored:.1} | {window:.2} | {times:.1} | {pixel:.3} |", case.name);
    }
    println!();
    Ok(())
}

fn reads(group: &mut BenchmarkGroup<'_, WallTime>, cases: &[Case], windows: &[Window]) {
    group.throughput(Throughput::Bytes(windows.first().map_or(0, |window| tile_bytes(window.pixels()))));
    for case in cases {
        let store = must(TileStore::open(&case.path));
        let (mut out, mut next) = (Quantized::empty(), windows.iter().cycle());
        group.bench_function(BenchmarkId::from_parameter(&case.name), |bencher| {
            bencher.iter(|| {
                if let Some(window) = next.next() {
                    must(store.read_into(*window, &Channels::All, &mut out));
                }
            });
        });
    }
}

fn main() -> Result<()> {
    let (tile, folder) = (tile()?, scratch()?);
    let cases = cases(folder.path())?;
    print_bytes(&cases, &tile)?;

    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    for (name, windows) in [
        ("full read", vec![Window::full(ROWS, COLS)]),
        ("random 64² window", windows(64, 256)),
        ("one pixel", windows(1, 256)),
    ] {
        let mut group = criterion.benchmark_group(name);
        reads(&mut group, &cases, &windows);
        group.finish();
    }
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Bytes(tile_bytes(ROWS * COLS))).sample_size(10);
    let path = folder.path().join("written.zarr");
    for case in &cases {
        group.bench_function(BenchmarkId::from_parameter(&case.name), |bencher| {
            let remove = || {
                if path.exists() {
                    must(std::fs::remove_dir_all(&path));
                }
            };
            let write = |()| must(write(&tile, case.layout, &path));
            bencher.iter_batched(remove, write, BatchSize::PerIteration);
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
