//! The basis of a picture as JSON.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use tessera_core::{DatasetVersion, ScaleLimit};

use crate::{Basis, Mapping, PictureBasis, PictureBasisError, Provenance, Stretch};

/// Goes up when readers of the form before would misread it.
pub(crate) const VERSION: u32 = 2;

/// Three components of 4096 channels, the most that moments are kept of, take a tenth, all 128 of 128 channels as much, and
/// equalized stretches of all zones a quarter.
pub(crate) const MAX_BYTES: u64 = 4 << 20;

/// The version alone, whatever else there is.
#[derive(Deserialize)]
struct Versioned {
    tessera_basis: Option<serde_json::Value>,
}

/// Version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form1 {
    #[serde(rename = "tessera_basis")]
    _version: u32,
    // Null where it is unknown, and never left out.
    #[serde(deserialize_with = "Option::deserialize")]
    dataset: Option<String>,
    scale_limit: f32,
    basis: Basis,
    stretch: Vec<Mapping>,
}

/// Version 2.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form2 {
    tessera_basis: u32,
    #[serde(deserialize_with = "Option::deserialize")]
    dataset: Option<String>,
    channels: usize,
    scale_limit: f32,
    basis: Basis,
    /// Counted from 1.
    shown: Vec<usize>,
    stretch: Vec<Mapping>,
    gamma: f64,
    saturation: f64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    zones: BTreeMap<u8, Vec<Mapping>>,
    #[serde(default, skip_serializing_if = "is_unknown")]
    provenance: Provenance,
}

fn is_unknown(provenance: &Provenance) -> bool {
    *provenance == Provenance::default()
}

impl PictureBasis {
    /// Reads the JSON form, at most 4 MiB of it: what [`write_json`](Self::write_json) wrote, to the last bit.
    ///
    /// # Errors
    /// [`PictureBasisError`]: another version, an unknown or missing member, a list of another length, a number that is not
    /// finite, or an input that fails.
    pub fn read_json(input: impl Read) -> Result<Self, PictureBasisError> {
        let mut text = Vec::new();
        let read = input.take(MAX_BYTES + 1).read_to_end(&mut text);
        read.map_err(|cause| PictureBasisError::Read { cause })?;
        if text.len() as u64 > MAX_BYTES {
            return Err(PictureBasisError::TooLong);
        }
        let failed = |error: serde_json::Error| PictureBasisError::Json { why: error.to_string() };
        let version = serde_json::from_slice::<Versioned>(&text).map_err(failed)?.tessera_basis;
        match version.as_ref().and_then(serde_json::Value::as_u64) {
            Some(1) => {
                let form: Form1 = serde_json::from_slice(&text).map_err(failed)?;
                let (dataset, limit) = (named(form.dataset), limit(form.scale_limit)?);
                Self::new(dataset, limit, form.basis, Stretch::new(form.stretch)?)
            }
            Some(2) => Self::of_form(serde_json::from_slice(&text).map_err(failed)?),
            _ => {
                let got = version.map_or_else(|| "missing".to_owned(), |version| version.to_string());
                Err(PictureBasisError::Version { got })
            }
        }
    }

    fn of_form(form: Form2) -> Result<Self, PictureBasisError> {
        let (got, expected) = (form.channels, form.basis.channels());
        if got != expected {
            return Err(PictureBasisError::Channels { got, expected });
        }
        // 0 is none of them, and becomes a number that none has.
        let shown = form.shown.iter().map(|&number| number.wrapping_sub(1)).collect();
        let (dataset, limit) = (named(form.dataset), limit(form.scale_limit)?);
        let stretch = Stretch::new(form.stretch)?.gamma(form.gamma)?.saturation(form.saturation)?;
        let zones = form.zones.into_iter().map(|(zone, mappings)| Ok((zone, Stretch::new(mappings)?)));
        let zones = zones.collect::<Result<_, PictureBasisError>>()?;
        let basis = Self::showing(dataset, limit, form.basis, shown, stretch)?;
        Ok(basis.zones(zones)?.provenance(form.provenance))
    }

    /// Writes the JSON form, in one line: 15 kB for 128 channels.
    ///
    /// # Errors
    /// Where the output fails.
    pub fn write_json(&self, mut output: impl Write) -> io::Result<()> {
        let dataset = match self.dataset() {
            DatasetVersion::Unknown => None,
            named => Some(named.to_string()),
        };
        let (gamma, saturation) = self.stretch_of(None).gamma_and_saturation();
        let mappings = |stretch: &Stretch| stretch.mappings().to_vec();
        let form = Form2 {
            tessera_basis: VERSION,
            dataset,
            channels: self.basis().channels(),
            scale_limit: self.scale_limit().value(),
            basis: self.basis().clone(),
            shown: self.shown().iter().map(|at| at + 1).collect(),
            stretch: mappings(self.stretch_of(None)),
            gamma,
            saturation,
            zones: self.zone_stretches().iter().map(|(&zone, stretch)| (zone, mappings(stretch))).collect(),
            provenance: self.made_of().clone(),
        };
        serde_json::to_writer(&mut output, &form)?;
        output.write_all(b"\n")
    }
}

fn named(dataset: Option<String>) -> DatasetVersion {
    DatasetVersion::named(dataset.as_deref().unwrap_or_default())
}

fn limit(value: f32) -> Result<ScaleLimit, PictureBasisError> {
    ScaleLimit::new(value).map_err(|error| PictureBasisError::ScaleLimit { got: error.got })
}
