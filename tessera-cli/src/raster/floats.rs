//! Vectors as numbers.

use anyhow::Result;
use ndarray::{ArrayView3, ArrayViewMut3};
use tessera_core::ScaleLimit;

use super::cells::Strip;

/// Memory for the vectors of a strip, which is used again.
#[derive(Default)]
pub(super) struct Floats {
    memory: Vec<f32>,
}

impl Floats {
    /// The vectors of a strip, (rows, cols, channels); NaN where there is none.
    pub(super) fn of<'a>(&'a mut self, strip: &'a Strip<'_>) -> Result<ArrayView3<'a, f32>> {
        let pixels = match strip {
            Strip::Means(means) => return Ok(means.values.view()),
            Strip::Pixels(pixels) => pixels,
        };
        let (shape, size) = (pixels.dim(), pixels.data().len());
        if self.memory.len() < size {
            self.memory.resize(size, 0.0);
        }
        let out = ArrayViewMut3::from_shape(shape, &mut self.memory[..size])?;
        pixels.dequantize_into(ScaleLimit::default(), out)?;
        Ok(ArrayView3::from_shape(shape, &self.memory[..size])?)
    }
}
