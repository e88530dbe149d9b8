//! The numbers of a basis, to be stored and read back.

use crate::Basis;

/// The numbers of a [`Basis`], as plain lists: the form in which it is stored.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct BasisParts {
    /// The mean of the pixels, a number for each channel.
    pub mean: Vec<f64>,
    /// The components, each with a number for each channel.
    pub components: Vec<Vec<f64>>,
    /// The variance along each component.
    pub explained_variance: Vec<f64>,
    /// The same as a share of the total variance.
    pub explained_variance_ratio: Vec<f64>,
    /// What each channel is divided by, where channels were standardized.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub deviations: Option<Vec<f64>>,
}

/// Numbers that are no basis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BasisError {
    /// A list of the wrong length.
    #[error("{what}: {got} numbers, expected {expected}")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its length.
        got: usize,
        /// The length that it must have.
        expected: usize,
    },
    /// No component, or more than there are channels.
    #[error("{got} components of {channels} channels: expected 1 to {channels}")]
    Components {
        /// The components.
        got: usize,
        /// The channels.
        channels: usize,
    },
    /// A number that is not finite, or a deviation or variance that is negative, or a deviation of zero.
    #[error("{what}: a number that is not finite, or not positive where it must be")]
    Number {
        /// Which list.
        what: &'static str,
    },
}

impl Basis {
    /// A basis from its numbers.
    ///
    /// # Errors
    /// [`BasisError`] where lengths do not fit each other, or a number cannot be.
    ///
    /// ```
    /// use tessera_pca::{Basis, BasisParts};
    ///
    /// let parts = BasisParts {
    ///     mean: vec![1.0, 2.0],
    ///     components: vec![vec![0.6, 0.8]],
    ///     explained_variance: vec![4.0],
    ///     explained_variance_ratio: vec![0.9],
    ///     deviations: None,
    /// };
    /// assert_eq!(Basis::from_parts(parts.clone())?.into_parts(), parts);
    /// assert!(Basis::from_parts(BasisParts { mean: vec![1.0], ..parts }).is_err());
    /// # Ok::<(), tessera_pca::BasisError>(())
    /// ```
    pub fn from_parts(parts: BasisParts) -> Result<Self, BasisError> {
        let (count, channels) = (parts.components.len(), parts.mean.len());
        if count == 0 || count > channels {
            return Err(BasisError::Components { got: count, channels });
        }
        let check = |what, list: &[f64], expected, accept: fn(f64) -> bool| {
            if list.len() != expected {
                return Err(BasisError::Length { what, got: list.len(), expected });
            }
            let good = list.iter().all(|&v| v.is_finite() && accept(v));
            if good { Ok(()) } else { Err(BasisError::Number { what }) }
        };
        check("mean", &parts.mean, channels, |_| true)?;
        parts.components.iter().try_for_each(|row| check("component", row, channels, |_| true))?;
        check("explained variance", &parts.explained_variance, count, |v| v >= 0.0)?;
        check("explained variance ratio", &parts.explained_variance_ratio, count, |v| v >= 0.0)?;
        if let Some(deviations) = &parts.deviations {
            check("deviations", deviations, channels, |v| v > 0.0)?;
        }
        Ok(Self::from_fitting(parts))
    }

    /// The numbers of the basis.
    #[must_use]
    pub fn into_parts(self) -> BasisParts {
        self.into()
    }
}

impl From<Basis> for BasisParts {
    fn from(basis: Basis) -> Self {
        Self {
            mean: basis.mean().to_vec(),
            components: basis.components().outer_iter().map(|row| row.to_vec()).collect(),
            explained_variance: basis.explained_variance().to_vec(),
            explained_variance_ratio: basis.explained_variance_ratio().to_vec(),
            deviations: basis.deviations().map(|deviations| deviations.to_vec()),
        }
    }
}

impl TryFrom<BasisParts> for Basis {
    type Error = BasisError;

    fn try_from(parts: BasisParts) -> Result<Self, BasisError> {
        Self::from_parts(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> BasisParts {
        BasisParts {
            mean: vec![0.5, -1.0, 2.0],
            components: vec![vec![0.6, 0.8, 0.0], vec![0.0, 0.0, 1.0]],
            explained_variance: vec![2.0, 1.0],
            explained_variance_ratio: vec![0.5, 0.25],
            deviations: Some(vec![1.0, 2.0, 4.0]),
        }
    }

    #[test]
    fn numbers_that_are_no_basis_are_refused() {
        assert!(Basis::from_parts(parts()).is_ok());
        let spoil: [fn(&mut BasisParts); 8] = [
            |p| p.mean[0] = f64::NAN,
            |p| p.components[1].truncate(2),
            |p| p.components.clear(),
            |p| p.components = vec![vec![0.0; 3]; 4],
            |p| p.explained_variance[0] = -1.0,
            |p| p.explained_variance_ratio.truncate(1),
            |p| p.deviations = Some(vec![1.0, 0.0, 1.0]),
            |p| p.deviations = Some(vec![f64::INFINITY; 3]),
        ];
        for spoil in spoil {
            let mut parts = parts();
            spoil(&mut parts);
            assert!(Basis::from_parts(parts.clone()).is_err(), "{parts:?}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_basis_round_trips_as_json_and_is_checked() {
        let basis = Basis::from_parts(parts()).unwrap();
        let text = serde_json::to_string(&basis).unwrap();
        assert!(text.starts_with(r#"{"mean":[0.5,-1.0,2.0],"components":[["#), "{text}");
        assert_eq!(serde_json::from_str::<Basis>(&text).unwrap(), basis);
        assert!(serde_json::from_str::<Basis>(&text.replace("0.8,", "")).is_err());
    }
}
