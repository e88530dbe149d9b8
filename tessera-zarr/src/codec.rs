//! How a chunk is compressed.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

/// How a chunk is compressed: the codec with its level. A value that exists is one that can be written.
///
/// ```
/// use tessera_zarr::{BloscCompressor, Codec};
///
/// assert_eq!(Codec::default(), Codec::zstd(1)?);
/// assert_eq!("blosc-lz4".parse::<Codec>()?, Codec::blosc(BloscCompressor::Lz4, 5)?);
/// assert_eq!("gzip".parse::<Codec>()?.with_level(9)?, Codec::gzip(9)?);
/// assert!(Codec::gzip(10).is_err());
/// # Ok::<(), tessera_zarr::CodecError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Codec(pub(crate) Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    None,
    Zstd { level: i32 },
    Blosc { compressor: BloscCompressor, level: u8 },
    Gzip { level: u32 },
}

/// The compressor inside blosc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BloscCompressor {
    /// LZ4: fast.
    Lz4,
    /// Zstandard: small.
    Zstd,
}

/// Something that is not a codec with a level that it has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// A name that no codec has.
    #[error("codec {got:?} is not known: expected zstd, blosc-zstd, blosc-lz4, gzip or none")]
    Name {
        /// The name as given.
        got: String,
    },
    /// A level that the codec does not have.
    #[error("{codec} has no level {got}: expected {low}..={high}")]
    Level {
        /// The name of the codec.
        codec: &'static str,
        /// The level as given.
        got: i64,
        /// The least level.
        low: i64,
        /// The greatest level.
        high: i64,
    },
}

fn level(codec: &'static str, got: i64, low: i64, high: i64) -> Result<i64, CodecError> {
    if (low..=high).contains(&got) { Ok(got) } else { Err(CodecError::Level { codec, got, low, high }) }
}

impl Codec {
    /// Bytes as they are.
    pub const NONE: Self = Self(Kind::None);

    /// Zstandard, level −7…22.
    ///
    /// # Errors
    /// A level outside of that.
    pub fn zstd(at: i32) -> Result<Self, CodecError> {
        level("zstd", at.into(), -7, 22).map(|_| Self(Kind::Zstd { level: at }))
    }

    /// Blosc with bit shuffling for int8 and byte shuffling for wider numbers, level 0…9.
    ///
    /// # Errors
    /// A level outside of that.
    pub fn blosc(compressor: BloscCompressor, at: u8) -> Result<Self, CodecError> {
        let name = if compressor == BloscCompressor::Lz4 { "blosc-lz4" } else { "blosc-zstd" };
        level(name, at.into(), 0, 9).map(|_| Self(Kind::Blosc { compressor, level: at }))
    }

    /// Gzip, level 0…9.
    ///
    /// # Errors
    /// A level outside of that.
    pub fn gzip(at: u32) -> Result<Self, CodecError> {
        level("gzip", at.into(), 0, 9).map(|_| Self(Kind::Gzip { level: at }))
    }

    /// The same codec at another level.
    ///
    /// # Errors
    /// A level that the codec does not have; any level for no codec.
    pub fn with_level(self, at: i64) -> Result<Self, CodecError> {
        match self.0 {
            Kind::None => Err(CodecError::Level { codec: "none", got: at, low: 0, high: -1 }),
            Kind::Zstd { .. } => level("zstd", at, -7, 22).and_then(|at| Self::zstd(at as i32)),
            Kind::Gzip { .. } => level("gzip", at, 0, 9).and_then(|at| Self::gzip(at as u32)),
            Kind::Blosc { compressor, .. } => {
                level("blosc", at, 0, 9).and_then(|at| Self::blosc(compressor, at as u8))
            }
        }
    }

    /// The `compressor` of Zarr V2, as numcodecs names it.
    pub(crate) fn v2(self, item_size: usize) -> Value {
        match self.0 {
            Kind::None => Value::Null,
            // No `checksum`: it is false where it is left out, and tensorstore knows no such member.
            Kind::Zstd { level } => json!({"id": "zstd", "level": level}),
            Kind::Gzip { level } => json!({"id": "gzip", "level": level}),
            Kind::Blosc { compressor, level } => json!({
                "id": "blosc", "cname": compressor.name(), "clevel": level,
                "shuffle": if item_size == 1 { 2 } else { 1 }, "blocksize": 0,
            }),
        }
    }

    /// The bytes-to-bytes codecs of Zarr V3.
    pub(crate) fn v3(self, item_size: usize) -> Vec<Value> {
        match self.0 {
            Kind::None => vec![],
            Kind::Zstd { level } => {
                vec![json!({"name": "zstd", "configuration": {"level": level, "checksum": false}})]
            }
            Kind::Gzip { level } => vec![json!({"name": "gzip", "configuration": {"level": level}})],
            Kind::Blosc { compressor, level } => vec![json!({"name": "blosc", "configuration": {
                "cname": compressor.name(), "clevel": level,
                "shuffle": if item_size == 1 { "bitshuffle" } else { "shuffle" },
                "typesize": item_size, "blocksize": 0,
            }})],
        }
    }
}

impl Default for Codec {
    /// Zstandard at level 1: on embeddings higher levels take longer and save nothing.
    fn default() -> Self {
        Self(Kind::Zstd { level: 1 })
    }
}

impl BloscCompressor {
    fn name(self) -> &'static str {
        match self {
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::None => f.write_str("none"),
            Kind::Zstd { level } => write!(f, "zstd-{level}"),
            Kind::Gzip { level } => write!(f, "gzip-{level}"),
            Kind::Blosc { compressor, level } => write!(f, "blosc-{}-{level}", compressor.name()),
        }
    }
}

impl FromStr for Codec {
    type Err = CodecError;

    /// The codec of this name at its usual level.
    fn from_str(name: &str) -> Result<Self, CodecError> {
        match name {
            "none" => Ok(Self::NONE),
            "zstd" => Ok(Self::default()),
            "gzip" => Self::gzip(5),
            "blosc-zstd" => Self::blosc(BloscCompressor::Zstd, 3),
            "blosc-lz4" => Self::blosc(BloscCompressor::Lz4, 5),
            _ => Err(CodecError::Name { got: name.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_checked() {
        assert!(Codec::zstd(23).is_err() && Codec::zstd(-8).is_err());
        assert!(Codec::blosc(BloscCompressor::Zstd, 10).is_err());
        assert!(Codec::NONE.with_level(1).is_err());
        assert!(Codec::default().with_level(i64::MAX).is_err());
        assert_eq!(Codec::default().with_level(19).map(|c| c.to_string()), Ok("zstd-19".into()));
        assert!("lzma".parse::<Codec>().unwrap_err().to_string().contains("blosc-zstd"));
    }
}
