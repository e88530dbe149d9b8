//! The two formats of Zarr.

use std::fmt;
use std::str::FromStr;

/// The format of a Zarr store.
///
/// ```
/// use tessera_zarr::ZarrFormat;
///
/// assert_eq!("2".parse::<ZarrFormat>()?, ZarrFormat::V2);
/// assert_eq!(ZarrFormat::V3.number(), 3);
/// # Ok::<(), tessera_zarr::ZarrFormatError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ZarrFormat {
    /// `.zarray`, `.zattrs`, `.zgroup`, and dots in keys: readable everywhere.
    #[default]
    V2,
    /// `zarr.json`, and shards that hold many chunks.
    V3,
}

/// Something that is not a format of Zarr.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Zarr format {got:?} does not exist: expected 2 or 3")]
#[non_exhaustive]
pub struct ZarrFormatError {
    /// The format as given.
    pub got: String,
}

impl ZarrFormat {
    /// 2 or 3.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
        }
    }
}

impl fmt::Display for ZarrFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

impl FromStr for ZarrFormat {
    type Err = ZarrFormatError;

    fn from_str(text: &str) -> Result<Self, ZarrFormatError> {
        match text {
            "2" => Ok(Self::V2),
            "3" => Ok(Self::V3),
            _ => Err(ZarrFormatError { got: text.to_owned() }),
        }
    }
}
