//! From int8 and scale to float32, into an array that is kept and into a fresh one, beside copying the result.

use anyhow::Result;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use tessera_benches::{copy, must, pool, tile};
use tessera_core::ScaleLimit;

fn main() -> Result<()> {
    let (tile, limit) = (tile()?, ScaleLimit::default());
    let view = tile.view();
    let (from, mut to) = (view.dequantize(limit), view.dequantize(limit));
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();

    let mut group = criterion.benchmark_group("dequantize");
    group.throughput(Throughput::Bytes(size_of_val(from.as_slice().unwrap_or_default()) as u64));
    for threads in [1, 2] {
        let pool = pool(threads);
        group.bench_function(BenchmarkId::new("into a kept array", threads), |bencher| {
            bencher.iter(|| must(pool.install(|| view.dequantize_into(limit, to.view_mut()))));
        });
        group.bench_function(BenchmarkId::new("into a fresh array", threads), |bencher| {
            bencher.iter_batched(
                || (),
                |()| pool.install(|| view.dequantize(limit)),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("memcpy of the result", threads), |bencher| {
            let (from, to) = (from.as_slice().unwrap_or_default(), to.as_slice_mut().unwrap_or_default());
            bencher.iter(|| pool.install(|| copy(from, to)));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
