//! From float32 to int8 with a scale.

use ndarray::{Array2, Array3, ArrayView3, Axis, Zip};

use crate::{Quantized, Scales};

impl Quantized {
    /// Quantizes float32 values (rows, cols, channels) as TESSERA does: for each pixel scale = max |v| / 127 and
    /// data = v / scale, rounded half to even. So every value is within half a scale of what dequantizing gives back.
    ///
    /// A pixel with a NaN becomes water (scale NaN), one with an infinity no data (scale +inf). A pixel of zeros gets
    /// the least positive normal scale, so that it stays valid.
    ///
    /// ```
    /// use ndarray::Array3;
    /// use tessera_core::{Quantized, ScaleLimit};
    ///
    /// let values = Array3::from_shape_fn((2, 2, 4), |(r, c, k)| (r * 8 + c * 4 + k) as f32 - 7.0);
    /// let back = Quantized::quantize(values.view()).view().dequantize(ScaleLimit::default());
    /// assert!((&values - &back).iter().all(|d| d.abs() <= 8.0 / 127.0 / 2.0));
    /// ```
    #[must_use]
    pub fn quantize(values: ArrayView3<'_, f32>) -> Self {
        let (rows, cols, _) = values.dim();
        let mut data = Array3::zeros(values.raw_dim());
        let mut scales = Array2::zeros((rows, cols));
        Zip::from(values.lanes(Axis(2))).and(data.lanes_mut(Axis(2))).and(&mut scales).for_each(
            |values, mut data, scale| {
                *scale = scale_of(values.iter().copied());
                if scale.is_finite() {
                    // The cast saturates at ±127 only where a subnormal scale lost digits.
                    Zip::from(&mut data).and(values).for_each(|q, v| {
                        *q = (v / *scale).round_ties_even().clamp(-127.0, 127.0) as i8;
                    });
                }
            },
        );
        Self::from_parts(data, Scales::Pixel(scales))
    }
}

fn scale_of(values: impl Iterator<Item = f32>) -> f32 {
    let max =
        values.fold(0.0_f32, |max, v| if v.is_nan() || max.is_nan() { f32::NAN } else { max.max(v.abs()) });
    if max.is_finite() { (max / 127.0).max(f32::MIN_POSITIVE) } else { max }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PixelStatus, ScaleLimit};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_come_back_within_half_a_scale(values in prop::collection::vec(-100.0..100.0_f32, 12)) {
            let values = Array3::from_shape_vec((1, 3, 4), values).unwrap();
            let quantized = Quantized::quantize(values.view());
            let back = quantized.view().dequantize(ScaleLimit::default());
            let (data, scales) = quantized.clone().into_parts();
            let Scales::Pixel(scales) = scales else { panic!("one scale a pixel") };
            for ((r, c, k), v) in values.indexed_iter() {
                prop_assert!((v - back[(r, c, k)]).abs() <= scales[(r, c)] * 0.500_01);
                prop_assert!(data[(r, c, k)] > -128);
            }
            // The largest value of a pixel is ±127 exactly, so quantizing again changes nothing.
            let again = Quantized::quantize(back.view());
            prop_assert_eq!(again.view().data(), data.view());
        }
    }

    #[test]
    fn pixels_without_values_keep_their_meaning() {
        let values =
            Array3::from_shape_vec((1, 3, 2), vec![0.0, 0.0, f32::NAN, 1.0, f32::NEG_INFINITY, 1.0]).unwrap();
        let quantized = Quantized::quantize(values.view());
        let map = quantized.view().status_map(ScaleLimit::default());
        assert_eq!(map.as_slice().unwrap(), [PixelStatus::Valid, PixelStatus::Water, PixelStatus::NoData]);
        assert_eq!(quantized.view().dequantize(ScaleLimit::default())[(0, 0, 0)], 0.0);
    }
}
