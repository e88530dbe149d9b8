//! What a chunk is called.

/// How the key of a chunk is written.
///
/// ```
/// use tessera_zarr::ChunkKeys;
///
/// assert_eq!(ChunkKeys::Dots.key(&[2, 1, 0]), "2.1.0");
/// assert_eq!(ChunkKeys::Slashes.key(&[2, 1, 0]), "c/2/1/0");
/// assert_eq!(ChunkKeys::Slashes.parse("c/2/1/0")?, [2, 1, 0]);
/// assert_eq!((ChunkKeys::Dots.key(&[]), ChunkKeys::Slashes.key(&[])), ("0".into(), "c".into()));
/// # Ok::<(), tessera_zarr::ChunkKeyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChunkKeys {
    /// Zarr V2 with `.`: `2.1.0`.
    Dots,
    /// Zarr V2 with `/`: `2/1/0`.
    PlainSlashes,
    /// Zarr V3, default: `c/2/1/0`.
    Slashes,
}

/// Something that is not the key of a chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{got:?} is not the key of a chunk: expected numbers as in {example:?}")]
#[non_exhaustive]
pub struct ChunkKeyError {
    /// The key as given.
    pub got: String,
    /// What one looks like.
    pub example: &'static str,
}

impl ChunkKeys {
    fn separator(self) -> &'static str {
        if self == Self::Dots { "." } else { "/" }
    }

    /// The key of a chunk.
    #[must_use]
    pub fn key(self, index: &[u64]) -> String {
        let numbers: Vec<String> = index.iter().map(u64::to_string).collect();
        let numbers = numbers.join(self.separator());
        match (self, index) {
            (Self::Slashes, []) => "c".into(),
            (Self::Slashes, _) => format!("c/{numbers}"),
            // V2 calls the only chunk of an array without dimensions 0.
            (_, []) => "0".into(),
            (_, _) => numbers,
        }
    }

    /// The chunk of a key, as [`key`](Self::key) writes it.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn parse(self, key: &str) -> Result<Vec<u64>, ChunkKeyError> {
        let example = match self {
            Self::Dots => "2.1.0",
            Self::PlainSlashes => "2/1/0",
            Self::Slashes => "c/2/1/0",
        };
        let error = || ChunkKeyError { got: key.to_owned(), example };
        let numbers = if self == Self::Slashes { key.strip_prefix("c/").ok_or_else(error)? } else { key };
        let index: Option<Vec<u64>> = numbers.split(self.separator()).map(number).collect();
        index.ok_or_else(error)
    }
}

/// Digits without sign or padding.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_round_trip(index in prop::collection::vec(any::<u64>(), 1..5)) {
            for keys in [ChunkKeys::Dots, ChunkKeys::PlainSlashes, ChunkKeys::Slashes] {
                prop_assert_eq!(keys.parse(&keys.key(&index)), Ok(index.clone()));
            }
        }
    }

    #[test]
    fn refuses_what_is_not_a_key() {
        for key in ["", ".zarray", "0.", "00.1", "+1.0", "1,0", "0.99999999999999999999"] {
            assert!(ChunkKeys::Dots.parse(key).is_err(), "{key}");
        }
        assert!(ChunkKeys::Slashes.parse("2/1/0").is_err());
    }
}
