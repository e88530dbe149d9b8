//! From moments to a basis.

use faer::{Mat, Side};
use ndarray::{Array1, Array2};

use crate::{Basis, BasisParts, Moments, MomentsError};

/// Principal component analysis: the few directions in which embeddings vary most.
///
/// The result is exact: all pixels count, and the eigenvectors of the covariance are found by a dense eigensolver. There
/// is no random start and no sampling.
///
/// ```
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{ScaleLimit, Year};
/// use tessera_pca::{Moments, Pca};
///
/// let tile = Synthetic::new(7).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
/// let moments = Moments::of_view(&tile.view(), ScaleLimit::default())?;
/// let basis = Pca::params(3).fit(&moments)?;
/// assert_eq!(basis.components().dim(), (3, 128));
/// let ratio = basis.explained_variance_ratio();
/// assert!(ratio[0] >= ratio[1] && ratio[1] >= ratio[2] && ratio.sum() <= 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Pca;

impl Pca {
    /// The settings of an analysis that keeps so many components.
    #[must_use]
    pub fn params(components: usize) -> PcaParams {
        PcaParams { components, standardize: false }
    }
}

/// The settings of an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PcaParams {
    components: usize,
    standardize: bool,
}

/// Moments that no basis can be fitted to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Too few valid pixels.
    #[error("{got} valid pixels: expected at least {expected}")]
    TooFewPixels {
        /// The pixels that there are.
        got: u64,
        /// As many as components, and at least two.
        expected: u64,
    },
    /// No component, or more than there are channels.
    #[error("{got} components were asked for of {channels} channels: expected 1 to {channels}")]
    Components {
        /// The components asked for.
        got: usize,
        /// The channels that there are.
        channels: usize,
    },
    /// Sums that are infinite or NaN: values so large that their products overflow.
    #[error("the moments are not finite: expected values whose products do not overflow")]
    NonFinite,
    /// A channel that is to be divided by its standard deviation and has none.
    #[error(
        "channel {channel} is the same in all pixels: expected it to vary, to be divided by its standard deviation"
    )]
    ConstantChannel {
        /// Its number, counted from 0.
        channel: usize,
    },
    /// No channel varies, so that no direction is better than another.
    #[error("all pixels are the same in all channels: expected some that vary")]
    NoVariance,
    /// The eigensolver gave up.
    #[error("the eigenvectors of the covariance were not found: {cause}")]
    Eigenvectors {
        /// What it says.
        cause: String,
    },
    /// Moments that could not be taken.
    #[error(transparent)]
    Moments(#[from] MomentsError),
    /// An error of linfa's own.
    #[cfg(feature = "linfa")]
    #[error("{cause}")]
    Linfa {
        /// What it says.
        cause: String,
    },
}

impl PcaParams {
    /// Whether each channel is divided by its standard deviation, so that all weigh the same whatever their units; false
    /// by default. A channel that does not vary is an error then.
    #[must_use]
    pub fn standardize(mut self, standardize: bool) -> Self {
        self.standardize = standardize;
        self
    }

    /// The basis of the pixels that the moments are of.
    ///
    /// Components are sorted by the variance they explain, have length 1, and their sign is fixed: the entry of greatest
    /// absolute value, the first of them where there are several, is positive. (scikit-learn's `PCA` has had the same
    /// rule since 1.5.)
    ///
    /// # Errors
    /// [`FitError`] for too few pixels, too many components, moments that are not finite, or pixels that do not vary.
    pub fn fit(&self, moments: &Moments) -> Result<Basis, FitError> {
        let (channels, expected) = (moments.channels(), (self.components as u64).max(2));
        if self.components == 0 || self.components > channels {
            return Err(FitError::Components { got: self.components, channels });
        }
        if moments.count() < expected {
            return Err(FitError::TooFewPixels { got: moments.count(), expected });
        }
        let few = || FitError::TooFewPixels { got: moments.count(), expected };
        let mean = moments.mean().ok_or_else(few)?;
        let mut matrix = moments.covariance().ok_or_else(few)?;
        if !mean.iter().chain(&matrix).all(|value| value.is_finite()) {
            return Err(FitError::NonFinite);
        }
        let each = deviations(&matrix, &mean);
        if each.iter().all(Option::is_none) {
            return Err(FitError::NoVariance);
        }
        let constant = |channel: usize| FitError::ConstantChannel { channel };
        let checked = each.iter().enumerate().map(|(channel, own)| own.ok_or_else(|| constant(channel)));
        let deviations: Option<Vec<f64>> = self.standardize.then(|| checked.collect()).transpose()?;
        if let Some(deviations) = &deviations {
            matrix.indexed_iter_mut().for_each(|((i, j), value)| *value /= deviations[i] * deviations[j]);
        }
        let total: f64 = matrix.diag().iter().map(|variance| variance.max(0.0)).sum();
        let (variances, components) = leading(&matrix, self.components)?;
        let ratio = variances.mapv(|variance| if total > 0.0 { variance / total } else { 0.0 });
        Ok(Basis::from_fitting(BasisParts {
            mean,
            components: components.outer_iter().map(|row| row.to_vec()).collect(),
            explained_variance: variances.to_vec(),
            explained_variance_ratio: ratio.to_vec(),
            deviations,
        }))
    }
}

/// The standard deviation of each channel; `None` where it is less than a millionth of the mean, which is what rounding
/// to float32 leaves of a constant.
fn deviations(covariance: &Array2<f64>, mean: &[f64]) -> Vec<Option<f64>> {
    let deviation = |(variance, mean): (&f64, &f64)| {
        let deviation = variance.max(0.0).sqrt();
        (deviation > 1e-6 * mean.abs()).then_some(deviation)
    };
    covariance.diag().iter().zip(mean).map(deviation).collect()
}

/// The largest eigenvalues of a symmetric matrix and their eigenvectors as rows, with their sign fixed.
fn leading(matrix: &Array2<f64>, count: usize) -> Result<(Array1<f64>, Array2<f64>), FitError> {
    let size = matrix.nrows();
    let lower = Mat::from_fn(size, size, |i, j| matrix[(i, j)]);
    let eigen = lower
        .self_adjoint_eigen(Side::Lower)
        .map_err(|cause| FitError::Eigenvectors { cause: format!("{cause:?}") })?;
    let (values, vectors) = (eigen.S().column_vector(), eigen.U());
    // Rounding may leave a variance of zero a little below it.
    let variances = Array1::from_shape_fn(count, |k| values[size - 1 - k].max(0.0));
    let mut components = Array2::from_shape_fn((count, size), |(k, j)| vectors[(j, size - 1 - k)]);
    for mut component in components.outer_iter_mut() {
        let largest = component.iter().fold(0.0_f64, |best, &v| if v.abs() > best.abs() { v } else { best });
        if largest < 0.0 {
            component.mapv_inplace(|value| -value);
        }
    }
    Ok((variances, components))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn moments(rows: &Array2<f64>) -> Moments {
        Moments::of_rows(rows.view()).unwrap()
    }

    #[test]
    fn impossible_fits_are_refused() {
        let one = moments(&array![[1.0, 2.0]]);
        assert!(matches!(Pca::params(1).fit(&one), Err(FitError::TooFewPixels { got: 1, expected: 2 })));
        let two = moments(&array![[1.0, 2.0], [2.0, 1.0]]);
        assert!(matches!(Pca::params(0).fit(&two), Err(FitError::Components { got: 0, channels: 2 })));
        assert!(matches!(Pca::params(3).fit(&two), Err(FitError::Components { got: 3, channels: 2 })));
        let huge = moments(&array![[1e300, 2.0], [2.0, 1.0]]);
        assert!(matches!(Pca::params(1).fit(&huge), Err(FitError::NonFinite)));
        let few = moments(&array![[1.0, 2.0, 3.0], [2.0, 1.0, 5.0]]);
        assert!(matches!(Pca::params(3).fit(&few), Err(FitError::TooFewPixels { got: 2, expected: 3 })));
    }

    #[test]
    fn a_line_is_found() {
        let basis = Pca::params(2).fit(&moments(&array![[0.0, 5.0], [-3.0, 9.0], [-6.0, 13.0]])).unwrap();
        let expected = array![[-0.6, 0.8], [0.8, 0.6]];
        assert!((basis.components() - &expected).iter().all(|d| d.abs() < 1e-12));
        assert!((basis.explained_variance()[0] - 25.0).abs() < 1e-12);
        assert!((basis.explained_variance_ratio()[0] - 1.0).abs() < 1e-12);
        assert_eq!(basis.mean().to_vec(), [-3.0, 9.0]);
    }

    #[test]
    fn constants_explain_nothing() {
        let same = moments(&array![[3.0, 0.1], [3.0, 0.1], [3.0, 0.1]]);
        for standardize in [false, true] {
            let error = Pca::params(2).standardize(standardize).fit(&same).unwrap_err();
            assert!(matches!(error, FitError::NoVariance), "{error}");
        }
        // Beside a channel that varies, a constant one explains nothing, and cannot be divided by what it varies.
        let one = moments(&array![[3.0, 1.0], [3.0, 2.0], [3.0, 4.0]]);
        let basis = Pca::params(1).fit(&one).unwrap();
        assert!((basis.explained_variance_ratio()[0] - 1.0).abs() < 1e-12);
        assert!(basis.components()[(0, 0)].abs() < 1e-12);
        let error = Pca::params(1).standardize(true).fit(&one).unwrap_err();
        assert!(matches!(error, FitError::ConstantChannel { channel: 0 }), "{error}");
    }

    #[test]
    fn standardized_channels_weigh_the_same() {
        let rows = Array2::from_shape_fn((50, 2), |(i, j)| {
            let x = (i as f64 * 0.7).sin();
            if j == 0 { 1000.0 * x } else { -x + 0.1 * (i as f64 * 1.9).cos() }
        });
        let basis = Pca::params(1).standardize(true).fit(&moments(&rows)).unwrap();
        let half = 0.5_f64.sqrt();
        assert!((basis.components()[(0, 0)].abs() - half).abs() < 1e-12);
        assert!((basis.components()[(0, 1)].abs() - half).abs() < 1e-12);
    }
}
