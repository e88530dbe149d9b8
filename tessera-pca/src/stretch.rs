//! From components to colours.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::finish::Finish;
use crate::{Mapping, Rgba, StretchError, StretchMethod};

/// How components become colours: a mapping each for red, green and blue, or one for grey. Learnt from some pixels and
/// applied to any, so that neighbouring tiles match.
///
/// ```
/// use ndarray::array;
/// use tessera_pca::{Stretch, StretchMethod};
///
/// let projected = array![[[0.0_f32, 5.0, 1.0], [4.0, 7.0, 1.0]], [[2.0, 6.0, 1.0], [f32::NAN, 0.0, 0.0]]];
/// let stretch = Stretch::fit(projected.view(), StretchMethod::MinMax)?;
/// let picture = stretch.apply(projected.view())?;
/// assert_eq!(
///     picture.pixels(),
///     array![[[0, 0, 128, 255], [255, 255, 128, 255]], [[128, 128, 128, 255], [0, 0, 0, 0]]]
/// );
/// # Ok::<(), tessera_pca::StretchError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::stretch_form::StretchForm", into = "crate::stretch_form::StretchForm")
)]
pub struct Stretch {
    mappings: Vec<Mapping>,
    finish: Finish,
}

impl Stretch {
    /// A stretch of these mappings: one for grey, two for red and green, three for red, green and blue.
    ///
    /// # Errors
    /// [`StretchError::Mapping`] for none or more than three, or where their numbers are not finite and ascending.
    pub fn new(mappings: Vec<Mapping>) -> Result<Self, StretchError> {
        if mappings.is_empty() || mappings.len() > 3 {
            return Err(StretchError::Mapping { what: "a stretch of none or more than three mappings" });
        }
        mappings.iter().try_for_each(Mapping::check)?;
        Ok(Self { mappings, finish: Finish::default() })
    }

    /// Learns from projected pixels, (rows, cols, components): from those whose components, up to the third, are all
    /// finite. Further components are not looked at.
    ///
    /// # Errors
    /// [`StretchError`] where no pixel is valid, there is no component, or the numbers of the method make no sense.
    pub fn fit(projected: ArrayView3<'_, f32>, method: StretchMethod) -> Result<Self, StretchError> {
        Self::fit_all(&[projected], method)
    }

    /// As [`fit`](Self::fit), from the pixels of several tiles: they then share their colours.
    ///
    /// # Errors
    /// As there. A tile may have more components than another, but not fewer than the first, up to three.
    pub fn fit_all(projected: &[ArrayView3<'_, f32>], method: StretchMethod) -> Result<Self, StretchError> {
        let method = method.check()?;
        let shown = projected.first().map_or(0, |first| first.dim().2.min(3));
        for tile in projected {
            shown_components(tile, shown)?;
        }
        if shown == 0 {
            return Err(StretchError::Components { got: 0, expected: 1 });
        }
        let fit = |component: usize| {
            let pixels = projected.iter().map(|tile| tile.dim().0 * tile.dim().1).sum();
            let mut values = Vec::with_capacity(pixels);
            for tile in projected {
                let pixels = tile.as_standard_layout();
                let pixels = pixels.as_slice().unwrap_or_default().chunks_exact(tile.dim().2);
                let valid = pixels.filter(|pixel| is_valid(&pixel[..shown]));
                values.extend(valid.map(|pixel| pixel[component]));
            }
            if values.is_empty() {
                Err(StretchError::NoPixels)
            } else {
                Ok(Mapping::fit(&mut values, method))
            }
        };
        let mappings: Result<_, _> = (0..shown).into_par_iter().map(fit).collect();
        Ok(Self { mappings: mappings?, finish: Finish::default() })
    }

    /// The mappings: of grey, of red and green, or of red, green and blue.
    #[must_use]
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// With the gamma and saturation of another one.
    #[cfg(feature = "serde")]
    pub(crate) fn finished_as(self, other: &Self) -> Self {
        Self { finish: other.finish, ..self }
    }

    /// With another gamma: brightness b becomes b^(1/gamma), so that more than 1 lightens what is dark. 1 by default.
    ///
    /// # Errors
    /// [`StretchError::Gamma`] out of 0.1…10.
    pub fn gamma(self, gamma: f64) -> Result<Self, StretchError> {
        Ok(Self { finish: self.finish.with_gamma(gamma)?, ..self })
    }

    /// With another saturation: how far colours are from the grey of the same luminance (Rec. 709), of what they are. 0
    /// is grey, 1 the default.
    ///
    /// # Errors
    /// [`StretchError::Saturation`] out of 0…10.
    ///
    /// ```
    /// use ndarray::array;
    /// use tessera_pca::{Mapping, Stretch};
    ///
    /// let stretch = Stretch::new(vec![Mapping::Linear { low: 0.0, high: 1.0 }; 3])?.saturation(0.0)?;
    /// let grey = stretch.apply(array![[[1.0, 0.0, 0.0]]].view())?;
    /// assert_eq!(grey.bytes(), [54, 54, 54, 255]);
    /// assert!(stretch.saturation(-1.0).is_err());
    /// # Ok::<(), tessera_pca::StretchError>(())
    /// ```
    pub fn saturation(self, saturation: f64) -> Result<Self, StretchError> {
        Ok(Self { finish: self.finish.with_saturation(saturation)?, ..self })
    }

    /// Gamma and saturation.
    #[must_use]
    pub fn gamma_and_saturation(&self) -> (f64, f64) {
        (self.finish.gamma, self.finish.saturation)
    }

    /// The picture of projected pixels, (rows, cols, components). One mapping gives grey, two give red and green, three
    /// give red, green and blue. Where a component that is shown is not finite, the pixel is transparent black.
    ///
    /// # Errors
    /// [`StretchError::Components`] where there are fewer components than mappings.
    pub fn apply(&self, projected: ArrayView3<'_, f32>) -> Result<Rgba, StretchError> {
        let (rows, cols, components) = projected.dim();
        let shown = self.mappings.len();
        shown_components(&projected, shown)?;
        let mut picture = Array3::zeros((rows, cols, 4));
        let pairs: Vec<_> = picture.axis_iter_mut(Axis(0)).zip(projected.axis_iter(Axis(0))).collect();
        pairs.into_par_iter().with_min_len(8).for_each(|(mut colours, pixels)| {
            let pixels = pixels.as_standard_layout();
            let pixels = pixels.as_slice().unwrap_or_default().chunks_exact(components);
            let (colours, _) = colours.as_slice_mut().unwrap_or_default().as_chunks_mut();
            colours.iter_mut().zip(pixels).for_each(|(colour, pixel)| *colour = self.colour(&pixel[..shown]));
        });
        Ok(Rgba::from_pixels(picture))
    }

    /// The colour of a pixel's components, one for each mapping.
    #[inline]
    fn colour(&self, pixel: &[f32]) -> [u8; 4] {
        if !is_valid(pixel) {
            return [0; 4];
        }
        let mut bright = [0.0; 3];
        for ((bright, mapping), &value) in bright.iter_mut().zip(&self.mappings).zip(pixel) {
            *bright = mapping.brightness(value);
        }
        if pixel.len() == 1 {
            bright = [bright[0]; 3];
        }
        // Casting rounds down and saturates.
        let [red, green, blue] = self.finish.of(bright).map(|bright| (bright * 255.0 + 0.5) as u8);
        [red, green, blue, u8::MAX]
    }
}

/// That a tile has the components to be shown.
fn shown_components(projected: &ArrayView3<'_, f32>, shown: usize) -> Result<(), StretchError> {
    let got = projected.dim().2;
    if got < shown { Err(StretchError::Components { got, expected: shown }) } else { Ok(()) }
}

/// Whether all components are finite.
#[inline]
fn is_valid(pixel: &[f32]) -> bool {
    pixel.iter().all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, array};

    #[test]
    fn nothing_valid_teaches_nothing_and_shows_nothing() {
        let water = Array3::from_elem((2, 3, 3), f32::NAN);
        assert_eq!(Stretch::fit(water.view(), StretchMethod::default()), Err(StretchError::NoPixels));
        let stretch = Stretch::new(vec![Mapping::Linear { low: 0.0, high: 1.0 }; 3]).unwrap();
        assert!(stretch.apply(water.view()).unwrap().pixels().iter().all(|&v| v == 0));
    }

    #[test]
    fn a_pixel_with_one_bad_component_is_transparent_and_not_learnt_from() {
        let bad = array![[[0.0, 0.0, 0.0], [1e9, f32::INFINITY, 1.0], [1.0, 1.0, 1.0]]];
        let stretch = Stretch::fit(bad.view(), StretchMethod::MinMax).unwrap();
        assert_eq!(stretch.mappings(), vec![Mapping::Linear { low: 0.0, high: 1.0 }; 3]);
        let picture = stretch.apply(bad.view()).unwrap();
        assert_eq!(picture.pixels(), array![[[0, 0, 0, 255], [0, 0, 0, 0], [255, 255, 255, 255]]]);
    }

    #[test]
    fn fewer_and_more_components_than_three() {
        let method = StretchMethod::MinMax;
        let grey = array![[[0.0], [1.0], [0.5]]];
        let picture = Stretch::fit(grey.view(), method).unwrap().apply(grey.view()).unwrap();
        assert_eq!(picture.pixels(), array![[[0, 0, 0, 255], [255, 255, 255, 255], [128, 128, 128, 255]]]);
        let two = array![[[0.0, 3.0], [1.0, 2.0]]];
        let picture = Stretch::fit(two.view(), method).unwrap().apply(two.view()).unwrap();
        assert_eq!(picture.pixels(), array![[[0, 255, 0, 255], [255, 0, 0, 255]]]);
        let four = array![[[0.0, 3.0, 1.0, f32::NAN], [1.0, 2.0, 0.0, f32::NAN]]];
        let stretch = Stretch::fit(four.view(), method).unwrap();
        let picture = stretch.apply(four.view()).unwrap();
        assert_eq!(picture.pixels(), array![[[0, 255, 255, 255], [255, 0, 0, 255]]]);
        assert!(matches!(stretch.apply(two.view()), Err(StretchError::Components { got: 2, expected: 3 })));
        let none = Array3::zeros((2, 2, 0));
        assert!(matches!(Stretch::fit(none.view(), method), Err(StretchError::Components { .. })));
        assert!(matches!(Stretch::fit_all(&[], method), Err(StretchError::Components { .. })));
    }

    #[test]
    fn tiles_that_share_a_stretch_match() {
        let (west, east) = (array![[[0.0_f32], [4.0]]], array![[[8.0_f32], [4.0]]]);
        let stretch = Stretch::fit_all(&[west.view(), east.view()], StretchMethod::MinMax).unwrap();
        let (west, east) = (stretch.apply(west.view()).unwrap(), stretch.apply(east.view()).unwrap());
        assert_eq!(west.pixels()[(0, 1, 0)], east.pixels()[(0, 1, 0)]);
        assert_eq!((west.pixels()[(0, 0, 0)], east.pixels()[(0, 0, 0)]), (0, 255));
    }

    #[test]
    fn senseless_numbers_are_refused() {
        let one = array![[[1.0_f32]]];
        let fit = |method| Stretch::fit(one.view(), method);
        for (low, high) in [(-1.0, 50.0), (50.0, 50.0), (60.0, 40.0), (0.0, 101.0), (f64::NAN, 98.0)] {
            assert!(matches!(
                fit(StretchMethod::Percentile { low, high }),
                Err(StretchError::Percentiles { .. })
            ));
        }
        for n in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                fit(StretchMethod::StandardDeviations(n)),
                Err(StretchError::StandardDeviations { .. })
            ));
        }
        assert!(Stretch::new(vec![]).is_err());
        assert!(Stretch::new(vec![Mapping::Linear { low: 2.0, high: 1.0 }]).is_err());
        assert!(Stretch::new(vec![Mapping::Knots(vec![f32::NAN, 1.0])]).is_err());
    }

    #[test]
    fn gamma_lightens_and_saturation_spreads() {
        let ramp = Stretch::new(vec![Mapping::Linear { low: 0.0, high: 1.0 }; 3]).unwrap();
        let pixel = array![[[0.25, 0.5, 0.75]]];
        let bytes = |stretch: Stretch| stretch.apply(pixel.view()).unwrap().bytes().to_vec();
        assert_eq!(bytes(ramp.clone()), [64, 128, 191, 255]);
        assert_eq!(bytes(ramp.clone().gamma(2.0).unwrap()), [128, 180, 221, 255]);
        // Luminance: 0.2126 · 0.25 + 0.7152 · 0.5 + 0.0722 · 0.75.
        assert_eq!(bytes(ramp.clone().saturation(2.0).unwrap()), [9, 136, 255, 255]);
        for wrong in [0.0, -1.0, 11.0, f64::NAN] {
            assert!(matches!(ramp.clone().gamma(wrong), Err(StretchError::Gamma { .. })));
        }
        assert!(matches!(ramp.saturation(f64::INFINITY), Err(StretchError::Saturation { .. })));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_stretch_round_trips_as_json_and_is_checked() {
        let knots = Mapping::Knots(vec![0.0, 0.5, 2.0]);
        let stretch = Stretch::new(vec![Mapping::Linear { low: -1.5, high: 1.0 }, knots]).unwrap();
        let stretch = stretch.gamma(1.5).unwrap().saturation(1.25).unwrap();
        let text = serde_json::to_string(&stretch).unwrap();
        assert_eq!(
            text,
            r#"{"mappings":[{"linear":{"low":-1.5,"high":1.0}},{"knots":[0.0,0.5,2.0]}],"gamma":1.5,"saturation":1.25}"#
        );
        assert_eq!(serde_json::from_str::<Stretch>(&text).unwrap(), stretch);
        assert!(serde_json::from_str::<Stretch>(&text.replace("1.0}", "-2.0}")).is_err());
        assert!(serde_json::from_str::<Stretch>(&text.replace("1.25", "-1")).is_err());
    }
}
