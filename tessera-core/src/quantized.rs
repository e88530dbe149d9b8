//! Quantized pixels, owned.

use ndarray::{Array2, Array3, ArrayViewMut3, Ix2, Ix3};

use crate::huge_pages::ask_for_huge_pages;
use crate::{QuantizedView, Scales};

/// Quantized pixels, owned: int8 values (rows, cols, channels) and their float32 scales.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{Quantized, Scales};
///
/// let tile = Quantized::new(Array3::zeros((4, 3, 128)), Scales::Pixel(Array2::zeros((4, 3))))?;
/// assert_eq!(tile.view().dim(), (4, 3, 128));
/// assert!(Quantized::new(Array3::zeros((4, 3, 128)), Scales::Pixel(Array2::zeros((3, 4)))).is_err());
/// # Ok::<(), tessera_core::QuantizedError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    data: Array3<i8>,
    scales: Scales,
}

/// Arrays that do not fit each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantizedError {
    /// Scales of another shape than the values.
    #[error(
        "scales of shape {scales:?} do not fit values of shape {data:?}: expected (rows, cols) or (rows, cols, channels)"
    )]
    Shape {
        /// Shape of the values.
        data: Vec<usize>,
        /// Shape of the scales.
        scales: Vec<usize>,
    },
    /// An output of another shape than what was asked for.
    #[error("an output of shape {got:?} was given for values of shape {expected:?}")]
    Output {
        /// Shape of the output.
        got: Vec<usize>,
        /// Shape that it must have.
        expected: Vec<usize>,
    },
}

impl Quantized {
    /// Values with their scales.
    ///
    /// # Errors
    /// [`QuantizedError::Shape`] where the two do not fit.
    pub fn new(data: Array3<i8>, scales: Scales) -> Result<Self, QuantizedError> {
        QuantizedView::new(data.view(), scales.view())?;
        Ok(Self { data, scales })
    }

    /// The two are known to fit.
    pub(crate) fn from_parts(data: Array3<i8>, scales: Scales) -> Self {
        Self { data, scales }
    }

    /// Nothing yet: a buffer for [`Source::read_window_into`](crate::Source::read_window_into).
    #[must_use]
    pub fn empty() -> Self {
        Self { data: Array3::zeros((0, 0, 0)), scales: Scales::Pixel(Array2::zeros((0, 0))) }
    }

    /// Makes room for pixels of this shape with one scale each, and lends both arrays to be filled. Memory that is
    /// already there is used again, and what stands in it is whatever stood there before.
    pub fn reset(
        &mut self,
        rows: usize,
        cols: usize,
        channels: usize,
    ) -> (ArrayViewMut3<'_, i8>, &mut Array2<f32>) {
        reuse(&mut self.data, Ix3(rows, cols, channels));
        (self.data.view_mut(), self.scales.reset_pixel(Ix2(rows, cols)))
    }

    /// As [`reset`](Self::reset), with a scale for each channel.
    pub fn reset_per_channel(
        &mut self,
        rows: usize,
        cols: usize,
        channels: usize,
    ) -> (ArrayViewMut3<'_, i8>, &mut Array3<f32>) {
        let shape = Ix3(rows, cols, channels);
        reuse(&mut self.data, shape);
        (self.data.view_mut(), self.scales.reset_channel(shape))
    }

    /// The same, borrowed.
    #[must_use]
    pub fn view(&self) -> QuantizedView<'_> {
        QuantizedView::from_fitting(self.data.view(), self.scales.view())
    }

    /// The two arrays.
    #[must_use]
    pub fn into_parts(self) -> (Array3<i8>, Scales) {
        (self.data, self.scales)
    }
}

/// Gives an array another shape in standard layout, in the memory that it has where that is enough.
pub(crate) fn reuse<T: Copy + Default, D: ndarray::Dimension>(array: &mut ndarray::Array<T, D>, shape: D) {
    if array.raw_dim() == shape && array.is_standard_layout() {
        return;
    }
    let old = std::mem::replace(array, ndarray::Array::default(D::zeros(shape.ndim())));
    let (mut memory, _) = old.into_raw_vec_and_offset();
    let size = shape.size();
    if memory.capacity() < size {
        // Fresh zeros straight from the system, not yet touched, rather than a copy of what is stale anyway.
        memory = vec![T::default(); size];
        ask_for_huge_pages(&mut memory);
    } else {
        memory.resize(size, T::default());
    }
    // The length is that of the shape, so this cannot fail; an empty array would be the honest result if it did.
    if let Ok(new) = ndarray::Array::from_shape_vec(shape, memory) {
        *array = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reset_keeps_memory_and_changes_shape() {
        let mut buffer = Quantized::empty();
        buffer.reset(8, 8, 16);
        let at = buffer.view().data().as_ptr();
        let (data, scales) = buffer.reset(4, 8, 16);
        assert_eq!((data.dim(), scales.dim()), ((4, 8, 16), (4, 8)));
        assert_eq!(buffer.view().data().as_ptr(), at);
        let (_, scales) = buffer.reset_per_channel(2, 3, 4);
        assert_eq!(scales.dim(), (2, 3, 4));
        assert!(buffer.view().scales().fit((2, 3, 4)));
        let (_, scales) = buffer.reset(2, 3, 4);
        assert_eq!(scales.dim(), (2, 3));
    }
}
