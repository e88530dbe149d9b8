//! The steps from quantized pixels to a picture, with and without SIMD.

use std::hint::black_box;

use anyhow::Result;
use criterion::{BenchmarkId, Criterion, Throughput};
use ndarray::Array3;
use tessera_benches::{COLS, ROWS, must, tile, tile_bytes};
use tessera_core::ScaleLimit;
use tessera_pca::{Moments, Pca, Simd, Stretch, StretchMethod};

fn main() -> Result<()> {
    let (tile, limit, method) = (tile()?, ScaleLimit::default(), StretchMethod::default());
    let view = tile.view();
    let moments = Moments::of_view(&view, limit)?;
    let basis = Pca::params(3).fit(&moments)?;
    let mut projected = Array3::zeros((ROWS, COLS, 3));
    basis.transform_into(&view, limit, projected.view_mut())?;
    let stretch = Stretch::fit(projected.view(), method)?;
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();

    criterion.bench_function("fit", |bencher| bencher.iter(|| must(Pca::params(3).fit(&moments))));

    let mut group = criterion.benchmark_group("pixels");
    group.throughput(Throughput::Bytes(tile_bytes(ROWS * COLS)));
    for (simd, called) in [(Simd::Detect, "SIMD"), (Simd::Off, "no SIMD")] {
        group.bench_function(BenchmarkId::new("moments", called), |bencher| {
            bencher.iter(|| must(Moments::of_view_with(&view, limit, simd)));
        });
        group.bench_function(BenchmarkId::new("transform", called), |bencher| {
            bencher.iter(|| must(basis.transform_into_with(&view, limit, simd, projected.view_mut())));
        });
    }
    group.bench_function("fit the stretch", |bencher| {
        bencher.iter(|| must(Stretch::fit(projected.view(), method)));
    });
    group.bench_function("apply the stretch", |bencher| {
        bencher.iter(|| black_box(must(stretch.apply(projected.view()))));
    });
    group.bench_function("all of it", |bencher| {
        bencher.iter(|| {
            let basis = must(Pca::params(3).fit(&must(Moments::of_view(&view, limit))));
            must(basis.transform_into(&view, limit, projected.view_mut()));
            must(must(Stretch::fit(projected.view(), method)).apply(projected.view()))
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
