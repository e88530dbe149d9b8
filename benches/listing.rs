//! An archive of 1.8 million tiles, known by a listing of their names: loading it, and finding the tiles of boxes.

use std::fmt::Write;

use anyhow::Result;
use criterion::{Criterion, Throughput};
use tessera_benches::must;
use tessera_core::{Archive, Region, TileId, Year};
use tessera_npy::NpyArchive;

/// About a full year of the land.
const TILES: usize = 1_800_000;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let year = Year::new(2024)?;
    let mut text = String::new();
    // Every cell of the rows from 85° N on, until there are enough.
    let cells = (50..1800).flat_map(|row| (0..3600).filter_map(move |column| TileId::from_cell(column, row)));
    for tile in cells.take(TILES) {
        writeln!(text, "{year}/{tile}")?;
    }

    let mut group = criterion.benchmark_group("1.8 million tiles");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("load a listing", |bencher| {
        bencher.iter(|| must(NpyArchive::options().open_listing("archive", text.as_bytes())));
    });
    group.finish();

    let archive = NpyArchive::options().open_listing("archive", text.as_bytes())?;
    let mut group = criterion.benchmark_group("tiles of a box among 1.8 million");
    for (name, region) in
        [("0.3° × 0.2°", "0,52,0.3,52.2"), ("5° × 10°", "100,50,110,55"), ("across 180°", "175,60,-175,65")]
    {
        let region: Region = region.parse()?;
        group.bench_function(name, |bencher| bencher.iter(|| archive.tiles_in(year, &region)));
    }
    Ok(())
}
