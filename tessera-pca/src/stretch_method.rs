//! How components become brightness.

/// How the values of a component are stretched to brightness.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum StretchMethod {
    /// From one percentile (0…100) to another, linearly; what lies outside is clipped. Percentiles are interpolated
    /// linearly, as `numpy.percentile` does by default.
    Percentile {
        /// What becomes dark.
        low: f64,
        /// What becomes bright.
        high: f64,
    },
    /// From the least value to the greatest, linearly.
    MinMax,
    /// From so many standard deviations below the mean to as many above, linearly; what lies outside is clipped.
    StandardDeviations(f64),
    /// Histogram equalization: each brightness gets as many pixels as any other.
    Equalize,
}

impl Default for StretchMethod {
    /// The 2nd to the 98th percentile.
    fn default() -> Self {
        Self::Percentile { low: 2.0, high: 98.0 }
    }
}

/// Components that could not be stretched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StretchError {
    /// Percentiles out of 0…100, or in the wrong order.
    #[error("percentiles {low} and {high}: expected 0 <= low < high <= 100")]
    Percentiles {
        /// The lower one as given.
        low: f64,
        /// The higher one as given.
        high: f64,
    },
    /// A number of standard deviations that is not positive.
    #[error("{got} standard deviations: expected a finite number greater than 0")]
    StandardDeviations {
        /// The number as given.
        got: f64,
    },
    /// No valid pixel to learn the stretch from.
    #[error("no valid pixel: expected at least one to learn the stretch from")]
    NoPixels,
    /// Fewer components than the stretch maps, or none.
    #[error("{got} components: expected at least {expected}")]
    Components {
        /// The components given.
        got: usize,
        /// The components needed.
        expected: usize,
    },
    /// A gamma that is out of range.
    #[error("a gamma of {got}: expected 0.1 to 10")]
    Gamma {
        /// The gamma as given.
        got: f64,
    },
    /// A saturation that is out of range.
    #[error("a saturation of {got}: expected 0 to 10")]
    Saturation {
        /// The saturation as given.
        got: f64,
    },
    /// Mappings that cannot be: none, more than three, numbers that are not finite or not in order.
    #[error("{what}")]
    Mapping {
        /// What is wrong with them.
        what: &'static str,
    },
}

impl StretchMethod {
    /// The method itself where its numbers make sense.
    pub(crate) fn check(self) -> Result<Self, StretchError> {
        match self {
            Self::Percentile { low, high } if !(0.0 <= low && low < high && high <= 100.0) => {
                Err(StretchError::Percentiles { low, high })
            }
            Self::StandardDeviations(got) if !(got > 0.0 && got.is_finite()) => {
                Err(StretchError::StandardDeviations { got })
            }
            _ => Ok(self),
        }
    }
}
