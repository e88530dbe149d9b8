//! A source whose pixels are in memory.

use ndarray::Axis;

use crate::{
    Channels, PixelGrid, Quantized, QuantizedError, QuantizedView, ScalesView, Source, SourceError, Window,
};

/// A [`Source`] whose pixels are in memory.
#[derive(Debug, Clone)]
pub struct MemorySource {
    grid: PixelGrid,
    pixels: Quantized,
}

impl MemorySource {
    /// These pixels on that grid.
    ///
    /// # Errors
    /// [`QuantizedError::Output`] where the shape of the grid is another.
    pub fn new(grid: PixelGrid, pixels: Quantized) -> Result<Self, QuantizedError> {
        let (rows, cols, channels) = pixels.view().dim();
        if (rows, cols) != (grid.rows(), grid.cols()) {
            return Err(QuantizedError::Output {
                got: vec![rows, cols, channels],
                expected: vec![grid.rows(), grid.cols(), channels],
            });
        }
        Ok(Self { grid, pixels })
    }

    /// The two are known to fit.
    #[cfg(feature = "synthetic")]
    pub(crate) fn from_fitting(grid: PixelGrid, pixels: Quantized) -> Self {
        Self { grid, pixels }
    }

    /// All pixels.
    #[must_use]
    pub fn view(&self) -> QuantizedView<'_> {
        self.pixels.view()
    }
}

impl Source for MemorySource {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        self.pixels.view().dim().2
    }

    fn name(&self) -> String {
        "memory".into()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        Self::view(self)
            .read_into(window, channels, out)
            .map_err(|cause| SourceError::new(self.name(), cause))
    }

    fn view(&self) -> Option<QuantizedView<'_>> {
        Some(Self::view(self))
    }
}

impl QuantizedView<'_> {
    /// Copies a window of some channels into `out`, whose memory is used again: what a source whose pixels are
    /// already mapped or in memory does to be read.
    ///
    /// # Errors
    /// Where the window or a channel does not exist.
    pub fn read_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let list = channels.resolve(self.dim().2)?;
        let range = channels.as_range(self.dim().2);
        let part = self.window(window)?;
        let pick = |from: ndarray::ArrayView1<'_, f32>, mut to: ndarray::ArrayViewMut1<'_, f32>| {
            to.iter_mut().zip(&list).for_each(|(to, &k)| *to = from[k]);
        };
        let mut data = match part.scales() {
            ScalesView::Pixel(scales) => {
                let (data, room) = out.reset(window.rows, window.cols, list.len());
                room.assign(&scales);
                data
            }
            ScalesView::Channel(scales) => {
                let (data, room) = out.reset_per_channel(window.rows, window.cols, list.len());
                ndarray::Zip::from(scales.lanes(Axis(2))).and(room.lanes_mut(Axis(2))).for_each(pick);
                data
            }
        };
        match range {
            Some(range) => data.assign(&part.data().slice(ndarray::s![.., .., range])),
            None => ndarray::Zip::from(part.data().lanes(Axis(2)))
                .and(data.lanes_mut(Axis(2)))
                .for_each(|from, mut to| to.iter_mut().zip(&list).for_each(|(to, &k)| *to = from[k])),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scales;
    use ndarray::{Array2, Array3};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_what_slicing_and_selecting_give(row in 0..4_usize, col in 0..4_usize, rows in 1..4_usize, cols in 1..4_usize,
                list in prop::collection::vec(0..5_usize, 1..6), per_channel: bool) {
            let data = Array3::from_shape_fn((7, 7, 5), |(r, c, k)| (r * 17 + c * 5 + k) as i8);
            let scales = if per_channel {
                Scales::Channel(Array3::from_shape_fn((7, 7, 5), |(r, c, k)| (r * 35 + c * 5 + k) as f32))
            } else {
                Scales::Pixel(Array2::from_shape_fn((7, 7), |(r, c)| (r * 7 + c) as f32))
            };
            let pixels = Quantized::new(data, scales).unwrap();
            let (window, channels) = (Window::new(row, col, rows, cols), Channels::from(list));
            let mut out = Quantized::empty();
            pixels.view().read_into(window, &channels, &mut out).unwrap();
            let expected = pixels.view().window(window).unwrap().channels(&channels).unwrap();
            prop_assert_eq!(out, expected);
        }
    }
}
