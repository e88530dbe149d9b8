//! Quantized pixels, borrowed.

use ndarray::{Array2, ArrayView3, Axis, s};

use crate::{
    Channels, ChannelsError, PixelStatus, Quantized, QuantizedError, ScaleCounts, ScaleLimit, ScalesView,
    Window, WindowError,
};

/// Quantized pixels, borrowed: int8 values (rows, cols, channels) and their float32 scales (rows, cols) or
/// (rows, cols, channels). Value = data × scale.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{QuantizedView, ScaleLimit, ScalesView, Window};
///
/// let data = Array3::from_elem((4, 3, 2), 10_i8);
/// let mut scales = Array2::from_elem((4, 3), 0.5_f32);
/// scales[(0, 0)] = f32::NAN;
/// let view = QuantizedView::new(data.view(), ScalesView::Pixel(scales.view()))?;
///
/// let counts = view.count(ScaleLimit::default());
/// assert_eq!((counts.valid, counts.water), (11, 1));
/// let corner = view.window(Window::new(0, 0, 1, 2))?;
/// let values = corner.dequantize(ScaleLimit::default());
/// assert!(values[(0, 0, 0)].is_nan());
/// assert_eq!(values[(0, 1, 1)], 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct QuantizedView<'a> {
    data: ArrayView3<'a, i8>,
    scales: ScalesView<'a>,
}

impl<'a> QuantizedView<'a> {
    /// Values with their scales.
    ///
    /// # Errors
    /// [`QuantizedError::Shape`] where the two do not fit.
    pub fn new(data: ArrayView3<'a, i8>, scales: ScalesView<'a>) -> Result<Self, QuantizedError> {
        if scales.fit(data.dim()) {
            Ok(Self { data, scales })
        } else {
            Err(QuantizedError::Shape { data: data.shape().to_vec(), scales: scales.shape().to_vec() })
        }
    }

    /// The two are known to fit.
    pub(crate) fn from_fitting(data: ArrayView3<'a, i8>, scales: ScalesView<'a>) -> Self {
        Self { data, scales }
    }

    /// The int8 values (rows, cols, channels).
    #[must_use]
    pub fn data(&self) -> ArrayView3<'a, i8> {
        self.data
    }

    /// The scales.
    #[must_use]
    pub fn scales(&self) -> ScalesView<'a> {
        self.scales
    }

    /// Rows, columns, channels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize, usize) {
        self.data.dim()
    }

    /// The pixels of a window, still borrowed.
    ///
    /// # Errors
    /// Where the window does not lie inside.
    pub fn window(&self, window: Window) -> Result<Self, WindowError> {
        let (rows, cols, _) = self.dim();
        let window = window.within(rows, cols)?;
        let data = self.data.slice_move(s![window.row_range(), window.col_range(), ..]);
        Ok(Self { data, scales: self.scales.window(&window) })
    }

    /// A copy of some channels.
    ///
    /// # Errors
    /// Where a channel does not exist.
    pub fn channels(&self, channels: &Channels) -> Result<Quantized, ChannelsError> {
        let list = channels.resolve(self.dim().2)?;
        Ok(Quantized::from_parts(self.data.select(Axis(2), &list), self.scales.channels(&list)))
    }

    /// The status of a pixel.
    ///
    /// # Panics
    /// Outside of the pixels, as indexing does.
    #[must_use]
    pub fn status(&self, row: usize, col: usize, limit: ScaleLimit) -> PixelStatus {
        self.scales.status(row, col, limit)
    }

    /// The status of every pixel, (rows, cols).
    #[must_use]
    pub fn status_map(&self, limit: ScaleLimit) -> Array2<PixelStatus> {
        let (rows, cols, _) = self.dim();
        Array2::from_shape_fn((rows, cols), |(row, col)| self.status(row, col, limit))
    }

    /// How many pixels are valid, water and no data.
    #[must_use]
    pub fn count(&self, limit: ScaleLimit) -> ScaleCounts {
        let mut counts = ScaleCounts::default();
        match self.scales {
            ScalesView::Pixel(scales) => scales.iter().for_each(|&s| counts.add([s], limit)),
            ScalesView::Channel(scales) => {
                scales.lanes(Axis(2)).into_iter().for_each(|lane| counts.add(lane.iter().copied(), limit));
            }
        }
        counts
    }

    /// A copy that is owned.
    #[must_use]
    pub fn to_owned(&self) -> Quantized {
        Quantized::from_parts(self.data.to_owned(), self.scales.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scales;
    use ndarray::{Array2, Array3};

    fn sample() -> Quantized {
        let data = Array3::from_shape_fn((5, 4, 3), |(r, c, k)| (r * 12 + c * 3 + k) as i8);
        Quantized::new(
            data,
            Scales::Pixel(Array2::from_shape_fn((5, 4), |(r, c)| (r * 4 + c) as f32 / 100.0)),
        )
        .unwrap()
    }

    #[test]
    fn windows_and_channels_pick_what_they_say() {
        let all = sample();
        let part = all.view().window(Window::new(1, 2, 3, 2)).unwrap();
        assert_eq!(part.dim(), (3, 2, 3));
        assert_eq!(part.data()[(0, 0, 0)], 18);
        let picked = part.channels(&Channels::from(vec![2, 0])).unwrap();
        assert_eq!(picked.view().data()[(0, 0, 0)], 20);
        assert_eq!(picked.view().data()[(2, 1, 1)], 45);
        assert!(all.view().window(Window::new(4, 0, 2, 1)).is_err());
        assert!(all.view().channels(&Channels::from(0..4)).is_err());
    }

    #[test]
    fn scales_of_another_shape_are_refused() {
        let data = Array3::<i8>::zeros((5, 4, 3));
        for shape in [(4, 4), (5, 3), (4, 5)] {
            let scales = Array2::zeros(shape);
            assert!(QuantizedView::new(data.view(), ScalesView::Pixel(scales.view())).is_err());
        }
    }

    #[test]
    fn a_scale_a_channel_gives_the_worst_status() {
        let data = Array3::<i8>::zeros((1, 3, 2));
        let scales =
            Array3::from_shape_vec((1, 3, 2), vec![0.5, 0.5, 0.5, f32::NAN, f32::NAN, -1.0]).unwrap();
        let view = QuantizedView::new(data.view(), ScalesView::Channel(scales.view())).unwrap();
        let map = view.status_map(ScaleLimit::default());
        assert_eq!(map.as_slice().unwrap(), [PixelStatus::Valid, PixelStatus::Water, PixelStatus::NoData]);
        let counts = view.count(ScaleLimit::default());
        assert_eq!((counts.valid, counts.water, counts.no_data, counts.negative), (1, 1, 1, 1));
    }
}
