//! What a picture was made with, to be kept beside it.

use std::io;

use tessera_core::{DatasetVersion, ScaleLimit};

use crate::picture_basis_json::{MAX_BYTES, VERSION};
use crate::{Basis, Stretch};

/// The basis and the stretch that a picture was made with: who has them gives other pixels of the same dataset the same
/// colours, and tells which vectors a colour stands for.
///
/// Stored as JSON, which a browser reads too:
///
/// ```json
/// {"tessera_basis": 1, "dataset": "v1", "scale_limit": 1.0,
///  "basis": {"mean": [], "components": [[], [], []], "explained_variance": [], "explained_variance_ratio": []},
///  "stretch": [{"linear": {"low": -1.5, "high": 2.0}}, {"knots": []}, {"linear": {"low": 0.0, "high": 1.0}}]}
/// ```
///
/// `dataset` is null where it is unknown. `basis` has the members of [`BasisParts`](crate::BasisParts), `stretch` a
/// [`Mapping`](crate::Mapping) for each component: of red, green and blue.
///
/// A pixel is transparent unless 0 < scale < `scale_limit`. Otherwise e = value × scale, d = e − `mean` (÷ `deviations`,
/// where there are any), component k is `components`\[k\] · d, and its mapping makes it a brightness, 0…1.
///
/// ```
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{ScaleLimit, Source, Tile, Year};
/// use tessera_pca::{Moments, Pca, PictureBasis, Stretch, StretchMethod};
///
/// let tile = Synthetic::new(7).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
/// let limit = ScaleLimit::default();
/// let basis = Pca::params(3).fit(&Moments::of_view(&tile.view(), limit)?)?;
/// let projected = basis.transform(&tile.view(), limit)?;
/// let stretch = Stretch::fit(projected.view(), StretchMethod::default())?;
///
/// let kept = PictureBasis::new(tile.version().clone(), limit, basis, stretch)?;
/// let mut json = Vec::new();
/// kept.write_json(&mut json)?; // a file, say
/// assert_eq!(PictureBasis::read_json(&json[..])?, kept);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PictureBasis {
    dataset: DatasetVersion,
    scale_limit: ScaleLimit,
    basis: Basis,
    stretch: Stretch,
}

/// Why there is no basis of a picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureBasisError {
    /// A stretch for another number of components.
    #[error("a stretch of {got} mappings for {expected} components: expected one each, of at most 3")]
    Mappings {
        /// The mappings.
        got: usize,
        /// The components.
        expected: usize,
    },
    /// A limit that no number of JSON stands for, or none at all.
    #[error("a scale limit of {got}: expected a finite number greater than 0")]
    ScaleLimit {
        /// The limit.
        got: f32,
    },
    /// The input failed.
    #[error("cannot read the basis of a picture")]
    Read {
        /// What went wrong.
        #[source]
        cause: io::Error,
    },
    /// More bytes than the largest basis has.
    #[error("the basis of a picture has more than {MAX_BYTES} bytes: expected at most as many")]
    TooLong,
    /// Another version of the form, or something else altogether.
    #[error("tessera_basis is {got}: expected {VERSION}, the version of the form that is read here")]
    Version {
        /// What stands there.
        got: String,
    },
    /// Not JSON, or members, lengths or numbers that no basis has.
    #[error("not the basis of a picture: {why}")]
    Json {
        /// What is wrong.
        why: String,
    },
}

impl PictureBasis {
    /// What a picture of pixels of a dataset was made with; scales from the limit on were not believed.
    ///
    /// # Errors
    /// [`PictureBasisError`] where the stretch has not one mapping for each component, or the limit is not finite.
    pub fn new(
        dataset: DatasetVersion,
        scale_limit: ScaleLimit,
        basis: Basis,
        stretch: Stretch,
    ) -> Result<Self, PictureBasisError> {
        let (got, expected) = (stretch.mappings().len(), basis.len());
        if got != expected {
            return Err(PictureBasisError::Mappings { got, expected });
        }
        if !scale_limit.value().is_finite() {
            return Err(PictureBasisError::ScaleLimit { got: scale_limit.value() });
        }
        Ok(Self { dataset, scale_limit, basis, stretch })
    }

    /// The dataset of the pixels.
    #[must_use]
    pub fn dataset(&self) -> &DatasetVersion {
        &self.dataset
    }

    /// The limit of the scales that were believed.
    #[must_use]
    pub fn scale_limit(&self) -> ScaleLimit {
        self.scale_limit
    }

    /// Mean and components.
    #[must_use]
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// From components to brightness.
    #[must_use]
    pub fn stretch(&self) -> &Stretch {
        &self.stretch
    }
}
