//! The scales of quantized pixels.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, Ix2, Ix3, s};

use crate::quantized::reuse;
use crate::{PixelStatus, ScaleLimit, Window};

/// The float32 scales of quantized pixels, owned.
#[derive(Debug, Clone, PartialEq)]
pub enum Scales {
    /// One a pixel: (rows, cols).
    Pixel(Array2<f32>),
    /// One a pixel and channel: (rows, cols, channels).
    Channel(Array3<f32>),
}

/// The float32 scales of quantized pixels, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScalesView<'a> {
    /// One a pixel: (rows, cols).
    Pixel(ArrayView2<'a, f32>),
    /// One a pixel and channel: (rows, cols, channels).
    Channel(ArrayView3<'a, f32>),
}

impl Scales {
    /// The same, borrowed.
    #[must_use]
    pub fn view(&self) -> ScalesView<'_> {
        match self {
            Self::Pixel(scales) => ScalesView::Pixel(scales.view()),
            Self::Channel(scales) => ScalesView::Channel(scales.view()),
        }
    }
}

impl Scales {
    /// Makes room for one scale a pixel, in the memory that is there where it serves.
    pub(crate) fn reset_pixel(&mut self, shape: Ix2) -> &mut Array2<f32> {
        if matches!(self, Self::Channel(_)) {
            *self = Self::Pixel(Array2::zeros((0, 0)));
        }
        let Self::Pixel(scales) = self else { unreachable!("replaced above") };
        reuse(scales, shape);
        scales
    }

    /// As [`reset_pixel`](Self::reset_pixel), with a scale for each channel.
    pub(crate) fn reset_channel(&mut self, shape: Ix3) -> &mut Array3<f32> {
        if matches!(self, Self::Pixel(_)) {
            *self = Self::Channel(Array3::zeros((0, 0, 0)));
        }
        let Self::Channel(scales) = self else { unreachable!("replaced above") };
        reuse(scales, shape);
        scales
    }
}

impl<'a> ScalesView<'a> {
    /// Rows, columns, and channels where each channel has its own scale.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Pixel(scales) => scales.shape(),
            Self::Channel(scales) => scales.shape(),
        }
    }

    /// Whether they fit data of this shape (rows, cols, channels).
    #[must_use]
    pub fn fit(&self, dim: (usize, usize, usize)) -> bool {
        match self {
            Self::Pixel(scales) => scales.dim() == (dim.0, dim.1),
            Self::Channel(scales) => scales.dim() == dim,
        }
    }

    /// The status of a pixel, which must exist.
    ///
    /// # Panics
    /// Outside of the scales, as indexing does.
    #[must_use]
    pub fn status(&self, row: usize, col: usize, limit: ScaleLimit) -> PixelStatus {
        match self {
            Self::Pixel(scales) => PixelStatus::of(scales[(row, col)], limit),
            Self::Channel(scales) => {
                PixelStatus::of_all(scales.slice(s![row, col, ..]).iter().copied(), limit)
            }
        }
    }

    /// The scales of a window, which must lie inside.
    pub(crate) fn window(self, window: &Window) -> Self {
        let (rows, cols) = (window.row_range(), window.col_range());
        match self {
            Self::Pixel(scales) => Self::Pixel(scales.slice_move(s![rows, cols])),
            Self::Channel(scales) => Self::Channel(scales.slice_move(s![rows, cols, ..])),
        }
    }

    /// The scales of some channels, which must exist: the same, where a pixel has one scale.
    pub(crate) fn channels(&self, list: &[usize]) -> Scales {
        match self {
            Self::Pixel(scales) => Scales::Pixel(scales.to_owned()),
            Self::Channel(scales) => Scales::Channel(scales.select(Axis(2), list)),
        }
    }

    /// A copy that is owned.
    #[must_use]
    pub fn to_owned(&self) -> Scales {
        match self {
            Self::Pixel(scales) => Scales::Pixel(scales.to_owned()),
            Self::Channel(scales) => Scales::Channel(scales.to_owned()),
        }
    }
}
