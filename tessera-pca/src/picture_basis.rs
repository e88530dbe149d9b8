//! What a picture was made with, to be kept beside it.

use std::collections::BTreeMap;
use std::io;

use tessera_core::{DatasetVersion, QuantizedView, ScaleLimit};

use crate::picture_basis_json::{MAX_BYTES, VERSION};
use crate::{Basis, BasisChoiceError, Provenance, Rgba, Stretch, StretchError, TransformError};

/// The basis and the stretch that a picture was made with: who has them gives other pixels of the same dataset the same
/// colours, and tells which vectors a colour stands for.
///
/// Stored as JSON, which a browser reads too:
///
/// ```json
/// {"tessera_basis": 2, "dataset": "v1", "channels": 128, "scale_limit": 1.0,
///  "basis": {"mean": [], "components": [[], [], []], "explained_variance": [], "explained_variance_ratio": []},
///  "shown": [1, 2, 3],
///  "stretch": [{"linear": {"low": -1.5, "high": 2.0}}, {"knots": []}, {"linear": {"low": 0.0, "high": 1.0}}],
///  "gamma": 1.0, "saturation": 1.0, "zones": {"31": []}, "provenance": {"pixels": 832200}}
/// ```
///
/// `dataset` is null where it is unknown. `basis` has the members of [`BasisParts`](crate::BasisParts); `shown` says which
/// of its components, counted from 1, are red, green and blue; `stretch` has a [`Mapping`](crate::Mapping) for each of them, and
/// `gamma` and `saturation` are those of the [`Stretch`]. `zones` has mappings for single UTM zones, and may be left out, as
/// `provenance` may. Version 1 of the form had none of `channels`, `shown`, `gamma`, `saturation`, `zones` and `provenance`,
/// and is read: its components are shown in their order.
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
    /// Counted from 0.
    shown: Vec<usize>,
    stretch: Stretch,
    zones: BTreeMap<u8, Stretch>,
    provenance: Provenance,
    /// What is shown of the basis.
    colours: Basis,
}

/// Why there is no basis of a picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureBasisError {
    /// A stretch for another number of components.
    #[error(
        "a stretch of {got} mappings for {expected} components that are shown: expected one each, of at most 3"
    )]
    Mappings {
        /// The mappings.
        got: usize,
        /// The components.
        expected: usize,
    },
    /// Components that are not there.
    #[error(transparent)]
    Choice(#[from] BasisChoiceError),
    /// The number of a zone that is none.
    #[error("a stretch of UTM zone {got}: expected 1 to 60")]
    Zone {
        /// The number.
        got: u8,
    },
    /// A stretch that is none.
    #[error(transparent)]
    Stretch(#[from] StretchError),
    /// A number of channels beside a basis of another.
    #[error("{got} channels beside a mean of {expected}: expected the same")]
    Channels {
        /// The number of channels that is told.
        got: usize,
        /// The channels of the basis.
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
    #[error("tessera_basis is {got}: expected 1 or {VERSION}, the versions of the form that are read here")]
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
    /// What a picture of pixels of a dataset was made with; scales from the limit on were not believed. The components of
    /// the basis are shown in their order.
    ///
    /// # Errors
    /// [`PictureBasisError`] where the stretch has not one mapping for each component, or the limit is not finite.
    pub fn new(
        dataset: DatasetVersion,
        scale_limit: ScaleLimit,
        basis: Basis,
        stretch: Stretch,
    ) -> Result<Self, PictureBasisError> {
        let shown = (0..basis.len()).collect();
        Self::showing(dataset, scale_limit, basis, shown, stretch)
    }

    /// As [`new`](Self::new), of a basis of which some components, counted from 0, are red, green and blue.
    ///
    /// # Errors
    /// As there, and where the basis does not have the components.
    pub fn showing(
        dataset: DatasetVersion,
        scale_limit: ScaleLimit,
        basis: Basis,
        shown: Vec<usize>,
        stretch: Stretch,
    ) -> Result<Self, PictureBasisError> {
        let colours = basis.select(&shown)?;
        check_mappings(&stretch, shown.len())?;
        if !scale_limit.value().is_finite() {
            return Err(PictureBasisError::ScaleLimit { got: scale_limit.value() });
        }
        let (zones, provenance) = (BTreeMap::new(), Provenance::default());
        Ok(Self { dataset, scale_limit, basis, shown, stretch, zones, provenance, colours })
    }

    /// With stretches of their own for some UTM zones (1..=60). Gamma and saturation are those of all.
    ///
    /// # Errors
    /// [`PictureBasisError`] where a stretch has not one mapping for each component that is shown, or there is no such zone.
    pub fn zones(mut self, zones: BTreeMap<u8, Stretch>) -> Result<Self, PictureBasisError> {
        for (&got, stretch) in &zones {
            if !(1..=60).contains(&got) {
                return Err(PictureBasisError::Zone { got });
            }
            check_mappings(stretch, self.shown.len())?;
        }
        self.zones = zones.into_iter().map(|(zone, own)| (zone, own.finished_as(&self.stretch))).collect();
        Ok(self)
    }

    /// With what it was made of.
    #[must_use]
    pub fn provenance(mut self, provenance: Provenance) -> Self {
        self.provenance = provenance;
        self
    }

    /// What it was made of.
    #[must_use]
    pub fn made_of(&self) -> &Provenance {
        &self.provenance
    }

    /// The picture of some pixels, (rows, cols, 4); with the stretch of their UTM zone, where that has one of its own. What
    /// is not valid is transparent.
    ///
    /// # Errors
    /// [`ColourError`] where the pixels have other channels.
    pub fn colour(&self, pixels: &QuantizedView<'_>, zone: Option<u8>) -> Result<Rgba, ColourError> {
        let projected = self.colours.transform(pixels, self.scale_limit)?;
        Ok(self.stretch_of(zone).apply(projected.view())?)
    }

    /// The components that are shown, on which the stretch works, (rows, cols, shown).
    #[must_use]
    pub fn colours(&self) -> &Basis {
        &self.colours
    }

    /// Which components of the basis are red, green and blue, counted from 0.
    #[must_use]
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The stretch of a UTM zone, or of all.
    #[must_use]
    pub fn stretch_of(&self, zone: Option<u8>) -> &Stretch {
        zone.and_then(|zone| self.zones.get(&zone)).unwrap_or(&self.stretch)
    }

    /// The stretches of single UTM zones.
    #[must_use]
    pub fn zone_stretches(&self) -> &BTreeMap<u8, Stretch> {
        &self.zones
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

/// Pixels that cannot be coloured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColourError {
    /// They cannot be projected on the components.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// Their components cannot be stretched.
    #[error(transparent)]
    Stretch(#[from] StretchError),
}

fn check_mappings(stretch: &Stretch, expected: usize) -> Result<(), PictureBasisError> {
    let got = stretch.mappings().len();
    if got == expected { Ok(()) } else { Err(PictureBasisError::Mappings { got, expected }) }
}
