//! Windows of pixels onto a basis.

use ndarray::{Array2, Array3, ArrayView2, ArrayViewMut2, ArrayViewMut3, Axis, s};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::{
    Channels, Quantized, QuantizedView, ScaleLimit, Source, SourceError, Window, WindowError,
};

use crate::project::Projection;
use crate::row::Row;
use crate::{Basis, Simd};

/// Pixels that a thread takes at a time, at least.
const SHARE_PIXELS: usize = 1 << 13;

/// Rows of plain numbers that are worked on at a time.
const BLOCK_ROWS: usize = 1024;

/// Pixels that could not be projected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// Pixels of another number of channels, or rows of another length.
    #[error("{got} numbers a pixel were given to a basis that takes {expected}")]
    Channels {
        /// The channels or components given.
        got: usize,
        /// Those that the basis takes.
        expected: usize,
    },
    /// An output of another shape than what was asked for.
    #[error("an output of shape {got:?} was given for components of shape {expected:?}")]
    Output {
        /// Shape of the output.
        got: [usize; 3],
        /// Shape that it must have.
        expected: [usize; 3],
    },
    /// A result for which there is no memory.
    #[error("there is no memory for {rows} × {cols} pixels of {components} components")]
    Memory {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
        /// Components asked for.
        components: usize,
    },
    /// A window that the source does not have.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// A source that could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Basis {
    /// The pixels on the components, (rows, cols, components), on all threads of rayon's pool; NaN in each component of a
    /// pixel that is not valid. The same bits on any processor and with any number of threads.
    ///
    /// # Errors
    /// [`TransformError::Channels`] where the pixels have another number of channels.
    ///
    /// ```
    /// use tessera_core::synthetic::Synthetic;
    /// use tessera_core::{ScaleLimit, Year};
    /// use tessera_pca::{Moments, Pca};
    ///
    /// let tile = Synthetic::new(7).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
    /// let (pixels, limit) = (tile.view(), ScaleLimit::default());
    /// let basis = Pca::params(3).fit(&Moments::of_view(&pixels, limit)?)?;
    /// let projected = basis.transform(&pixels, limit)?;
    /// assert_eq!(projected.dim(), (60, 40, 3));
    /// let valid = projected.iter().filter(|value| value.is_finite()).count() as u64;
    /// assert_eq!(valid, 3 * pixels.count(limit).valid);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn transform(
        &self,
        view: &QuantizedView<'_>,
        limit: ScaleLimit,
    ) -> Result<Array3<f32>, TransformError> {
        let (rows, cols, _) = view.dim();
        let mut out = self.room(rows, cols)?;
        self.transform_into(view, limit, out.view_mut())?;
        Ok(out)
    }

    /// As [`transform`](Self::transform), into a buffer of the caller: (rows, cols, components) in any layout.
    ///
    /// # Errors
    /// As there, and [`TransformError::Output`] where the buffer has another shape.
    pub fn transform_into(
        &self,
        view: &QuantizedView<'_>,
        limit: ScaleLimit,
        out: ArrayViewMut3<'_, f32>,
    ) -> Result<(), TransformError> {
        self.transform_into_with(view, limit, Simd::Detect, out)
    }

    /// As [`transform_into`](Self::transform_into), with a choice of vector instructions.
    ///
    /// # Errors
    /// As there.
    pub fn transform_into_with(
        &self,
        view: &QuantizedView<'_>,
        limit: ScaleLimit,
        simd: Simd,
        mut out: ArrayViewMut3<'_, f32>,
    ) -> Result<(), TransformError> {
        let (rows, cols, channels) = view.dim();
        if channels != self.channels() {
            return Err(TransformError::Channels { got: channels, expected: self.channels() });
        }
        let (got, expected) = (out.dim().into(), [rows, cols, self.len()]);
        if got != expected {
            return Err(TransformError::Output { got, expected });
        }
        let projection = Projection::of(self);
        let each = |(row, mut out): (usize, ArrayViewMut2<'_, f32>)| {
            let row = Row::of(view, row);
            match out.as_slice_mut() {
                Some(out) => projection.row(row.pixels(limit), simd, out),
                None => {
                    let mut standard = Array2::zeros(out.raw_dim());
                    if let Some(standard) = standard.as_slice_mut() {
                        projection.row(row.pixels(limit), simd, standard);
                    }
                    out.assign(&standard);
                }
            }
        };
        let out: Vec<_> = out.axis_iter_mut(Axis(0)).collect();
        let share = SHARE_PIXELS.div_ceil(cols.max(1));
        out.into_par_iter().enumerate().with_min_len(share).for_each(each);
        Ok(())
    }

    /// A window of some channels of a source on the components, read in blocks of `rows` rows of the window (0 counts as
    /// 1): quantized pixels are held a block at a time.
    ///
    /// # Errors
    /// As [`transform`](Self::transform), and where the source cannot be read or does not have the window.
    pub fn transform_window(
        &self,
        source: &dyn Source,
        window: Window,
        channels: &Channels,
        rows: usize,
        limit: ScaleLimit,
    ) -> Result<Array3<f32>, TransformError> {
        let window = window.within(source.grid().rows(), source.grid().cols())?;
        let mut out = self.room(window.rows, window.cols)?;
        let mut buffer = Quantized::empty();
        for block in window.row_blocks(rows) {
            source.read_window_into(block, channels, &mut buffer)?;
            let first = block.row - window.row;
            self.transform_into(&buffer.view(), limit, out.slice_mut(s![first..first + block.rows, .., ..]))?;
        }
        Ok(out)
    }

    /// Plain numbers, (pixels, channels), on the components: (pixels, components), in float64.
    ///
    /// # Errors
    /// [`TransformError::Channels`] where the rows have another length.
    pub fn transform_rows<T>(&self, rows: ArrayView2<'_, T>) -> Result<Array2<f64>, TransformError>
    where
        T: Copy + Into<f64>,
    {
        if rows.ncols() != self.channels() {
            return Err(TransformError::Channels { got: rows.ncols(), expected: self.channels() });
        }
        let weights = self.weights();
        let mut out = Array2::zeros((rows.nrows(), self.len()));
        for (rows, mut out) in
            rows.axis_chunks_iter(Axis(0), BLOCK_ROWS).zip(out.axis_chunks_iter_mut(Axis(0), BLOCK_ROWS))
        {
            out.assign(&(rows.mapv(Into::into) - self.mean()).dot(&weights.t()));
        }
        Ok(out)
    }

    /// Back from components, (pixels, components), to channels: (pixels, channels). What the other components explain is
    /// lost.
    ///
    /// # Errors
    /// [`TransformError::Channels`] where the rows have another length.
    pub fn inverse_rows<T>(&self, projected: ArrayView2<'_, T>) -> Result<Array2<f64>, TransformError>
    where
        T: Copy + Into<f64>,
    {
        if projected.ncols() != self.len() {
            return Err(TransformError::Channels { got: projected.ncols(), expected: self.len() });
        }
        let mut out = projected.mapv(Into::into).dot(self.components());
        if let Some(deviations) = self.deviations() {
            out *= deviations;
        }
        out += self.mean();
        Ok(out)
    }

    /// An array for a result, or an error where memory does not suffice.
    fn room(&self, rows: usize, cols: usize) -> Result<Array3<f32>, TransformError> {
        let components = self.len();
        let none = || TransformError::Memory { rows, cols, components };
        let size = rows.checked_mul(cols).and_then(|n| n.checked_mul(components)).ok_or_else(none)?;
        let mut memory = Vec::new();
        memory.try_reserve_exact(size).map_err(|_| none())?;
        memory.resize(size, 0.0);
        Array3::from_shape_vec((rows, cols, components), memory).map_err(|_| none())
    }
}
