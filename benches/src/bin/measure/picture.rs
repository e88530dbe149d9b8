//! From quantized pixels to a picture of their principal components.

use anyhow::Result;
use ndarray::{Array3, s};
use serde_json::{Value, json};
use tessera_core::ScaleLimit;
use tessera_npy::NpyTile;
use tessera_pca::{Basis, Moments, Pca, Rgba, Simd, Stretch, StretchMethod};

use tessera_benches::clock;

/// Rows of the tile that are in memory at a time.
const BLOCK_ROWS: usize = 192;

pub(crate) fn measure(tile: &NpyTile, simd: bool) -> Result<Value> {
    let simd = if simd { Simd::Detect } else { Simd::Off };
    let (done, times) = clock::timed(|| picture(tile, simd));
    let (basis, picture) = done?;
    let components: Vec<Vec<f64>> = basis.components().outer_iter().map(|row| row.to_vec()).collect();
    // The mean of red, green, blue and opacity, in one go: the peak of memory is that of the work.
    let mut means = [0.0; 4];
    for pixel in picture.bytes().as_chunks::<4>().0 {
        means.iter_mut().zip(pixel).for_each(|(mean, &value)| *mean += f64::from(value));
    }
    let pixels = picture.bytes().len() as f64 / 4.0;
    Ok(clock::answer(
        times,
        &json!({
            "components": components, "ratio": basis.explained_variance_ratio().to_vec(),
            "means": means.map(|sum| sum / pixels),
        }),
    ))
}

/// The tile goes by in blocks, each released when it is done with, so that it is never in memory as a whole.
fn picture(tile: &NpyTile, simd: Simd) -> Result<(Basis, Rgba)> {
    let (limit, (rows, cols, channels)) = (ScaleLimit::default(), tile.view().dim());
    let mut moments = Moments::new(channels)?;
    for (window, block) in tile.row_blocks(BLOCK_ROWS) {
        moments.merge(&Moments::of_view_with(&block, limit, simd)?)?;
        tile.release(window.row_range());
    }
    let basis = Pca::params(3).fit(&moments)?;
    let mut projected = Array3::zeros((rows, cols, 3));
    for (window, block) in tile.row_blocks(BLOCK_ROWS) {
        let part = projected.slice_mut(s![window.row_range(), .., ..]);
        basis.transform_into_with(&block, limit, simd, part)?;
        tile.release(window.row_range());
    }
    let stretch = Stretch::fit(projected.view(), StretchMethod::default())?;
    let picture = stretch.apply(projected.view())?;
    Ok((basis, picture))
}
