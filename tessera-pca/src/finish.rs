//! What is done to colours after the stretch.

use crate::StretchError;

/// Weights of red, green and blue in the luminance (ITU-R BT.709, of gamma-encoded values: luma).
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// Gamma, then saturation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finish {
    pub(crate) gamma: f64,
    pub(crate) saturation: f64,
}

impl Default for Finish {
    fn default() -> Self {
        Self { gamma: 1.0, saturation: 1.0 }
    }
}

impl Finish {
    pub(crate) fn with_gamma(self, gamma: f64) -> Result<Self, StretchError> {
        let possible = (0.1..=10.0).contains(&gamma);
        if possible { Ok(Self { gamma, ..self }) } else { Err(StretchError::Gamma { got: gamma }) }
    }

    pub(crate) fn with_saturation(self, saturation: f64) -> Result<Self, StretchError> {
        let possible = (0.0..=10.0).contains(&saturation);
        if possible {
            Ok(Self { saturation, ..self })
        } else {
            Err(StretchError::Saturation { got: saturation })
        }
    }

    /// Red, green and blue, 0…1, as they are shown.
    #[inline]
    pub(crate) fn of(self, mut colour: [f64; 3]) -> [f64; 3] {
        if self == Self::default() {
            return colour;
        }
        if self.gamma != 1.0 {
            colour = colour.map(|bright| bright.powf(1.0 / self.gamma));
        }
        let grey: f64 = colour.iter().zip(LUMA).map(|(bright, weight)| bright * weight).sum();
        colour.map(|bright| (grey + self.saturation * (bright - grey)).clamp(0.0, 1.0))
    }
}
