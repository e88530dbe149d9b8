//! A stretch as it is stored.

use crate::{Mapping, Stretch, StretchError};

/// The stored form.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StretchForm {
    mappings: Vec<Mapping>,
    gamma: f64,
    saturation: f64,
}

impl TryFrom<StretchForm> for Stretch {
    type Error = StretchError;

    fn try_from(form: StretchForm) -> Result<Self, StretchError> {
        Self::new(form.mappings)?.gamma(form.gamma)?.saturation(form.saturation)
    }
}

impl From<Stretch> for StretchForm {
    fn from(stretch: Stretch) -> Self {
        let (gamma, saturation) = stretch.gamma_and_saturation();
        Self { mappings: stretch.mappings().to_vec(), gamma, saturation }
    }
}
