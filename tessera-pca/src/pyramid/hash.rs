//! What a chunk was made of, in 16 bytes.

use std::array;

/// A hash of all that the pixels of a chunk follow from: two that differ never share it by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash(pub(super) [u8; 16]);

impl Hash {
    /// The hash of some texts, one after the other; where one ends and the next begins counts.
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let hash = hasher.finalize();
        let bytes = hash.as_bytes();
        Self(array::from_fn(|at| bytes[at]))
    }

    /// The hash of hashes under a name.
    pub(super) fn of_all(name: &str, hashes: &[Self]) -> Self {
        let hashes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        Self::of(&[name.as_bytes(), &hashes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_text_ends_counts() {
        assert_ne!(Hash::of(&[b"ab", b"c"]), Hash::of(&[b"a", b"bc"]));
        assert_ne!(Hash::of(&[b"ab"]), Hash::of(&[b"ab", b""]));
        assert_ne!(Hash::of_all("a", &[Hash([1; 16])]), Hash::of_all("a", &[Hash([1; 16]); 2]));
    }
}
