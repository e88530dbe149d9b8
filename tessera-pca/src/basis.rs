//! The mean and components of an analysis.

use ndarray::{Array1, Array2};

use crate::BasisParts;

/// Mean and components: what a picture needs. Share one basis among neighbouring tiles and their colours match.
///
/// Made by [`PcaParams::fit`](crate::PcaParams::fit), or from numbers of another origin by [`Basis::from_parts`].
///
/// | scikit-learn's `PCA` | here |
/// |---|---|
/// | `mean_`, `components_` | [`mean`](Self::mean), [`components`](Self::components) |
/// | `explained_variance_`, `explained_variance_ratio_` | [`explained_variance`](Self::explained_variance), [`explained_variance_ratio`](Self::explained_variance_ratio) |
/// | `transform`, `inverse_transform` | [`transform`](Self::transform), [`transform_rows`](Self::transform_rows), [`inverse_rows`](Self::inverse_rows) |
/// | `StandardScaler.scale_` before it | [`deviations`](Self::deviations) |
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "BasisParts", into = "BasisParts"))]
pub struct Basis {
    mean: Array1<f64>,
    components: Array2<f64>,
    explained_variance: Array1<f64>,
    explained_variance_ratio: Array1<f64>,
    deviations: Option<Array1<f64>>,
}

impl Basis {
    /// The parts are known to fit each other.
    pub(crate) fn from_fitting(parts: BasisParts) -> Self {
        let (count, channels) = (parts.components.len(), parts.mean.len());
        Self {
            components: Array2::from_shape_fn((count, channels), |(k, j)| parts.components[k][j]),
            mean: parts.mean.into(),
            explained_variance: parts.explained_variance.into(),
            explained_variance_ratio: parts.explained_variance_ratio.into(),
            deviations: parts.deviations.map(Into::into),
        }
    }

    /// How many channels a pixel has.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.mean.len()
    }

    /// How many components there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.components.nrows()
    }

    /// Whether there is no component: never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// The mean of the pixels, (channels).
    #[must_use]
    pub fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// The components, (components, channels): a row each, of length 1, the one that explains most first.
    #[must_use]
    pub fn components(&self) -> &Array2<f64> {
        &self.components
    }

    /// The variance along each component, (components): of the standardized channels where they were standardized.
    #[must_use]
    pub fn explained_variance(&self) -> &Array1<f64> {
        &self.explained_variance
    }

    /// The same as a share of the total variance of all channels, (components); 0 where nothing varies.
    #[must_use]
    pub fn explained_variance_ratio(&self) -> &Array1<f64> {
        &self.explained_variance_ratio
    }

    /// What each channel is divided by after the mean is subtracted, (channels); `None` where channels were not
    /// standardized.
    #[must_use]
    pub fn deviations(&self) -> Option<&Array1<f64>> {
        self.deviations.as_ref()
    }

    /// The same mean and deviations with other components, which are known to fit.
    pub(crate) fn with_components(
        &self,
        components: Array2<f64>,
        explained_variance: Array1<f64>,
        explained_variance_ratio: Array1<f64>,
    ) -> Self {
        let (mean, deviations) = (self.mean.clone(), self.deviations.clone());
        Self { mean, components, explained_variance, explained_variance_ratio, deviations }
    }

    /// What each channel is multiplied by, (components, channels): the components over the deviations.
    pub(crate) fn weights(&self) -> Array2<f64> {
        match &self.deviations {
            Some(deviations) => &self.components / deviations,
            None => self.components.clone(),
        }
    }
}
