//! From int8 and scale to float32.

use ndarray::{Array2, Array3, ArrayView1, ArrayView2, ArrayViewMut2, ArrayViewMut3, Axis, Zip};

use crate::huge_pages::ask_for_huge_pages;
use crate::kernel::{self, Stores};
use crate::{Channels, ChannelsError, PixelStatus, QuantizedError, QuantizedView, ScaleLimit, ScalesView};

/// Outputs from this size on, in bytes, are shared among threads.
#[cfg(feature = "rayon")]
const PARALLEL_BYTES: usize = 1 << 20;

impl QuantizedView<'_> {
    /// data × scale as float32, (rows, cols, channels); NaN in every channel of a pixel that is not valid.
    ///
    /// The array is fresh memory, which costs more than the arithmetic: where you do this often, keep a buffer and use
    /// [`dequantize_into`](Self::dequantize_into). On Linux a large array asks for huge pages.
    #[must_use]
    pub fn dequantize(&self, limit: ScaleLimit) -> Array3<f32> {
        let mut out = Array3::zeros(self.dim());
        if let Some(memory) = out.as_slice_mut() {
            ask_for_huge_pages(memory);
        }
        self.fill(limit, out.view_mut());
        out
    }

    /// As [`dequantize`](Self::dequantize), into a buffer of the caller: (rows, cols, channels) in any layout.
    ///
    /// # Errors
    /// [`QuantizedError::Output`] where the buffer has another shape.
    ///
    /// ```
    /// use ndarray::{Array2, Array3};
    /// use tessera_core::{Quantized, ScaleLimit, Scales};
    ///
    /// let pixels = Quantized::new(Array3::from_elem((2, 2, 3), -4), Scales::Pixel(Array2::from_elem((2, 2), 0.25)))?;
    /// let mut buffer = Array3::zeros((2, 2, 3));
    /// pixels.view().dequantize_into(ScaleLimit::default(), buffer.view_mut())?;
    /// assert_eq!(buffer, Array3::from_elem((2, 2, 3), -1.0));
    /// # Ok::<(), tessera_core::QuantizedError>(())
    /// ```
    pub fn dequantize_into(
        &self,
        limit: ScaleLimit,
        out: ArrayViewMut3<'_, f32>,
    ) -> Result<(), QuantizedError> {
        let expected = self.data().raw_dim();
        if out.raw_dim() != expected {
            return Err(QuantizedError::Output {
                got: out.shape().to_vec(),
                expected: self.data().shape().to_vec(),
            });
        }
        self.fill(limit, out);
        Ok(())
    }

    /// As [`dequantize`](Self::dequantize), for some channels only.
    ///
    /// # Errors
    /// Where a channel does not exist.
    pub fn dequantize_channels(
        &self,
        limit: ScaleLimit,
        channels: &Channels,
    ) -> Result<Array3<f32>, ChannelsError> {
        // The status of a pixel is that of all its channels, so it must be known before channels are picked.
        let status = self.status_map(limit);
        let mut out = self.channels(channels)?.view().dequantize(limit);
        Zip::from(out.lanes_mut(Axis(2))).and(&status).for_each(|mut pixel, status| {
            if *status != PixelStatus::Valid {
                pixel.fill(f32::NAN);
            }
        });
        Ok(out)
    }

    /// The factor of every pixel: its scale, or NaN where it is not valid. Shape (rows, cols).
    ///
    /// `None` where each channel has a scale of its own.
    #[must_use]
    pub fn factors(&self, limit: ScaleLimit) -> Option<Array2<f32>> {
        match self.scales() {
            ScalesView::Pixel(scales) => Some(scales.mapv(|scale| kernel::factor(scale, limit))),
            ScalesView::Channel(_) => None,
        }
    }

    /// The shapes are known to be equal.
    fn fill(&self, limit: ScaleLimit, mut out: ArrayViewMut3<'_, f32>) {
        let bytes = out.len().saturating_mul(size_of::<f32>());
        let stores = Stores::for_output(bytes);
        let data = self.data();
        let each = |row: usize, out: ArrayViewMut2<'_, f32>| {
            let data = data.index_axis(Axis(0), row);
            match self.scales() {
                ScalesView::Pixel(scales) => {
                    fill_row(data, scales.index_axis(Axis(0), row), limit, stores, out);
                }
                ScalesView::Channel(scales) => {
                    fill_row_per_channel(data, scales.index_axis(Axis(0), row), limit, out);
                }
            }
        };
        #[cfg(feature = "rayon")]
        if bytes >= PARALLEL_BYTES && rayon::current_num_threads() > 1 {
            use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
            let rows: Vec<_> = out.outer_iter_mut().collect();
            rows.into_par_iter().enumerate().for_each(|(row, out)| each(row, out));
            return;
        }
        out.outer_iter_mut().enumerate().for_each(|(row, out)| each(row, out));
    }
}

/// One row of pixels, (cols, channels), with a scale each.
fn fill_row(
    data: ArrayView2<'_, i8>,
    scales: ArrayView1<'_, f32>,
    limit: ScaleLimit,
    stores: Stores,
    mut out: ArrayViewMut2<'_, f32>,
) {
    if let (Some(data), Some(scales), Some(out)) = (data.as_slice(), scales.as_slice(), out.as_slice_mut()) {
        kernel::scale_row(data, scales, limit, stores, out);
        return;
    }
    Zip::from(data.rows()).and(&scales).and(out.rows_mut()).for_each(|data, &scale, mut out| {
        let factor = kernel::factor(scale, limit);
        Zip::from(&mut out).and(data).for_each(|out, &q| *out = f32::from(q) * factor);
    });
}

/// One row of pixels, (cols, channels), with a scale for each channel.
fn fill_row_per_channel(
    data: ArrayView2<'_, i8>,
    scales: ArrayView2<'_, f32>,
    limit: ScaleLimit,
    mut out: ArrayViewMut2<'_, f32>,
) {
    Zip::from(data.rows()).and(scales.rows()).and(out.rows_mut()).for_each(|data, scales, mut out| {
        let valid = PixelStatus::of_all(scales.iter().copied(), limit) == PixelStatus::Valid;
        Zip::from(&mut out).and(data).and(scales).for_each(|out, &q, &scale| {
            *out = if valid { f32::from(q) * scale } else { f32::NAN };
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Quantized, Scales, Window};
    use proptest::prelude::*;

    fn any_scale() -> impl Strategy<Value = f32> {
        prop_oneof![
            4 => 1e-6..1.5_f32,
            1 => prop::sample::select(vec![0.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3.4e38, -161_685.0]),
        ]
    }

    /// The rule as it is written, a value at a time.
    fn slow(view: &QuantizedView<'_>, limit: ScaleLimit) -> Array3<f32> {
        Array3::from_shape_fn(view.dim(), |(r, c, k)| {
            let scale = match view.scales() {
                ScalesView::Pixel(scales) => scales[(r, c)],
                ScalesView::Channel(scales) => scales[(r, c, k)],
            };
            let valid = view.status(r, c, limit) == PixelStatus::Valid;
            if valid { f32::from(view.data()[(r, c, k)]) * scale } else { f32::NAN }
        })
    }

    fn bits(values: &Array3<f32>) -> Vec<u32> {
        values.iter().map(|v| if v.is_nan() { u32::MAX } else { v.to_bits() }).collect()
    }

    fn any_pixels() -> impl Strategy<Value = Quantized> {
        (1..5_usize, 1..7_usize, 1..140_usize, any::<bool>()).prop_flat_map(
            |(rows, cols, channels, per_channel)| {
                let (pixels, values) = (rows * cols, rows * cols * channels);
                let count = if per_channel { values } else { pixels };
                (prop::collection::vec(any::<i8>(), values), prop::collection::vec(any_scale(), count))
                    .prop_map(move |(data, scales)| {
                        let data = Array3::from_shape_vec((rows, cols, channels), data).unwrap();
                        let scales = if per_channel {
                            Scales::Channel(Array3::from_shape_vec((rows, cols, channels), scales).unwrap())
                        } else {
                            Scales::Pixel(Array2::from_shape_vec((rows, cols), scales).unwrap())
                        };
                        Quantized::new(data, scales).unwrap()
                    })
            },
        )
    }

    proptest! {
        #[test]
        fn agrees_with_the_rule(pixels in any_pixels()) {
            let (view, limit) = (pixels.view(), ScaleLimit::default());
            let expected = bits(&slow(&view, limit));
            prop_assert_eq!(&bits(&view.dequantize(limit)), &expected);
            // Another layout of the output, and a window, go the general way.
            let (rows, cols, channels) = view.dim();
            let mut turned = Array3::zeros((channels, cols, rows));
            view.dequantize_into(limit, turned.view_mut().reversed_axes()).unwrap();
            prop_assert_eq!(&bits(&turned.reversed_axes().as_standard_layout().to_owned()), &expected);
            let part = view.window(Window::new(rows - 1, cols / 2, 1, cols - cols / 2)).unwrap();
            prop_assert_eq!(bits(&part.dequantize(limit)), bits(&slow(&part, limit)));
        }

        #[test]
        fn channels_are_those_of_the_whole(pixels in any_pixels(), picks in prop::collection::vec(0..1000_usize, 1..9)) {
            let (view, limit) = (pixels.view(), ScaleLimit::default());
            let list: Vec<usize> = picks.iter().map(|p| p % view.dim().2).collect();
            let got = view.dequantize_channels(limit, &Channels::from(list.clone())).unwrap();
            prop_assert_eq!(bits(&got), bits(&slow(&view, limit).select(Axis(2), &list)));
        }
    }

    #[test]
    fn large_outputs_take_the_streaming_and_the_threaded_way() {
        let pixels = Quantized::new(
            Array3::from_shape_fn((70, 300, 128), |(r, c, k)| (r * 31 + c * 7 + k) as i8),
            Scales::Pixel(Array2::from_shape_fn(
                (70, 300),
                |(r, c)| if (r + c) % 5 == 0 { f32::NAN } else { 0.01 },
            )),
        )
        .unwrap();
        let limit = ScaleLimit::default();
        let expected = bits(&slow(&pixels.view(), limit));
        assert_eq!(bits(&pixels.view().dequantize(limit)), expected);
        // An output that starts off any vector boundary.
        let mut memory = vec![0.0; 70 * 300 * 128 + 1];
        let out = ArrayViewMut3::from_shape((70, 300, 128), &mut memory[1..]).unwrap();
        pixels.view().dequantize_into(limit, out).unwrap();
        assert_eq!(bits(&Array3::from_shape_vec((70, 300, 128), memory[1..].to_vec()).unwrap()), expected);
    }

    #[test]
    fn another_shape_is_refused() {
        let pixels = Quantized::new(Array3::zeros((2, 3, 4)), Scales::Pixel(Array2::zeros((2, 3)))).unwrap();
        let mut out = Array3::zeros((3, 2, 4));
        assert!(pixels.view().dequantize_into(ScaleLimit::default(), out.view_mut()).is_err());
    }
}
