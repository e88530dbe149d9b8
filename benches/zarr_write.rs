//! Writing a tile store: formats, shards and codecs, without fsync, and with it.

use std::time::Duration;

use anyhow::Result;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use tessera_benches::{COLS, ROWS, must, scratch, tile, tile_bytes};
use tessera_core::{Source, Tile, Year};
use tessera_zarr::{BloscCompressor, Codec, Layout, Sharding, TileWriter, ZarrFormat};

fn main() -> Result<()> {
    let (tile, folder) = (tile()?, scratch()?);
    let (path, year) = (folder.path().join("tile.zarr"), tile.year().unwrap_or(Year::new(2024)?));
    let codecs = [
        Codec::NONE,
        Codec::zstd(1)?,
        Codec::zstd(3)?,
        Codec::blosc(BloscCompressor::Lz4, 5)?,
        Codec::blosc(BloscCompressor::Zstd, 1)?,
        Codec::gzip(1)?,
    ];
    let (v2, v3) = (Layout::new(ZarrFormat::V2), Layout::new(ZarrFormat::V3));
    let mut cases: Vec<_> =
        codecs.iter().map(|codec| (format!("V2 {codec}"), v2.codec(*codec), false)).collect();
    cases.extend([
        ("V2 zstd-1 fsync".to_owned(), v2, true),
        ("V3 zstd-1 without shards".to_owned(), v3.sharding(Sharding::None)?, false),
        ("V3 zstd-1 in one shard".to_owned(), v3, false),
        ("V3 zstd-1 in shards of 512".to_owned(), v3.sharding(Sharding::Edge(512))?, false),
        ("V3 zstd-1 in one shard fsync".to_owned(), v3, true),
    ]);

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Bytes(tile_bytes(ROWS * COLS)));
    for (name, layout, sync) in cases {
        let writer = TileWriter::new(layout).sync(sync);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let remove = || {
                if path.exists() {
                    must(std::fs::remove_dir_all(&path));
                }
            };
            let write =
                |()| must(writer.write(&path, tile.view(), tile.grid(), tile.id(), year, tile.version()));
            bencher.iter_batched(remove, write, BatchSize::PerIteration);
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
