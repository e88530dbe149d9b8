//! Dequantizing a tile.

use anyhow::Result;
use ndarray::Array3;
use serde_json::{Value, json};
use tessera_benches::{copy, pool};
use tessera_core::ScaleLimit;
use tessera_npy::NpyTile;

use tessera_benches::clock::{self, Times};

/// Two arrays of the size of the dequantized tile, that are kept.
pub(crate) struct Buffers {
    from: Array3<f32>,
    to: Array3<f32>,
}

impl Buffers {
    pub(crate) fn new(tile: &NpyTile) -> Self {
        let fresh = || tile.view().dequantize(ScaleLimit::default());
        Self { from: fresh(), to: fresh() }
    }

    /// Copies one to the other.
    pub(crate) fn copy(&mut self, threads: usize) -> Times {
        let (from, to) =
            (self.from.as_slice().unwrap_or_default(), self.to.as_slice_mut().unwrap_or_default());
        pool(threads).install(|| clock::timed(|| copy(from, to)).1)
    }

    /// Dequantizes the tile into one of them.
    pub(crate) fn dequantize(&mut self, tile: &NpyTile, threads: usize) -> Result<Value> {
        let (view, to) = (tile.view(), self.to.view_mut());
        let (done, times) =
            pool(threads).install(|| clock::timed(|| view.dequantize_into(ScaleLimit::default(), to)));
        done?;
        Ok(clock::answer(times, &sum(&self.to)))
    }
}

pub(crate) fn dequantize_fresh(tile: &NpyTile, threads: usize) -> Value {
    let view = tile.view();
    let (values, times) = pool(threads).install(|| clock::timed(|| view.dequantize(ScaleLimit::default())));
    clock::answer(times, &sum(&values))
}

/// The sum over a part of the pixels that are valid, for comparing.
fn sum(values: &Array3<f32>) -> Value {
    let values = values.outer_iter().step_by(50).flatten().filter(|value| value.is_finite());
    json!({ "sum": values.copied().map(f64::from).sum::<f64>() })
}
