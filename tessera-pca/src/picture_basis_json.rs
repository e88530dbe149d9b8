//! The basis of a picture as JSON.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use tessera_core::{DatasetVersion, ScaleLimit};

use crate::{Basis, PictureBasis, PictureBasisError, Stretch};

/// Goes up when readers of the form before would misread it.
pub(crate) const VERSION: u32 = 1;

/// A basis of 4096 channels, the most that moments are kept of, takes half as much.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// The version alone, whatever else there is.
#[derive(Deserialize)]
struct Versioned {
    tessera_basis: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    tessera_basis: u32,
    // Null where it is unknown, and never left out.
    #[serde(deserialize_with = "Option::deserialize")]
    dataset: Option<String>,
    scale_limit: f32,
    basis: Basis,
    stretch: Stretch,
}

impl PictureBasis {
    /// Reads the JSON form, at most a MiB of it: what [`write_json`](Self::write_json) wrote, to the last bit.
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
        if version != Some(VERSION.into()) {
            let got = version.map_or_else(|| "missing".to_owned(), |version| version.to_string());
            return Err(PictureBasisError::Version { got });
        }
        let form: Form = serde_json::from_slice(&text).map_err(failed)?;
        let limit = ScaleLimit::new(form.scale_limit)
            .map_err(|error| PictureBasisError::ScaleLimit { got: error.got })?;
        let dataset = DatasetVersion::named(form.dataset.as_deref().unwrap_or_default());
        Self::new(dataset, limit, form.basis, form.stretch)
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
        let (basis, stretch) = (self.basis().clone(), self.stretch().clone());
        let scale_limit = self.scale_limit().value();
        let form = Form { tessera_basis: VERSION, dataset, scale_limit, basis, stretch };
        serde_json::to_writer(&mut output, &form)?;
        output.write_all(b"\n")
    }
}
