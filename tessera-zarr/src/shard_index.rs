//! The index of a shard: where in it each chunk is.

/// What an entry says where the chunk is left out.
const ABSENT: u64 = u64::MAX;

/// Offset and length in bytes of every chunk of a shard, in the order of the chunks, last dimension fastest; `None`
/// where a chunk is left out and reads as fill.
///
/// Stored as the sharding codec of Zarr V3 defines it: pairs of little-endian 64-bit numbers, then their CRC-32C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardIndex {
    /// As they are stored: an option each would take half as much again, and an index of a large shard is 256 kB.
    entries: Vec<(u64, u64)>,
}

impl ShardIndex {
    pub(crate) fn new(entries: Vec<Option<(u64, u64)>>) -> Self {
        Self { entries: entries.into_iter().map(|entry| entry.unwrap_or((ABSENT, ABSENT))).collect() }
    }

    /// Bytes that it takes in memory.
    pub(crate) fn memory(&self) -> usize {
        size_of_val(self.entries.as_slice())
    }

    /// Bytes that an index of so many chunks takes, with its checksum.
    pub(crate) fn encoded_bytes(chunks: u64) -> u64 {
        chunks.saturating_mul(16).saturating_add(4)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let numbers = self.entries.iter().flat_map(|&(offset, length)| [offset, length]);
        let mut bytes: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    /// `bytes` are the whole index of a shard.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let Some((pairs, checksum)) = bytes.split_last_chunk::<4>() else {
            return Err(format!("a shard index of {} bytes: expected at least 4", bytes.len()));
        };
        let (got, expected) = (crc32c::crc32c(pairs), u32::from_le_bytes(*checksum));
        if got != expected {
            return Err(format!("the checksum of the shard index is {got:08x}: expected {expected:08x}"));
        }
        let (numbers, rest) = pairs.as_chunks::<8>();
        if !rest.is_empty() || !numbers.len().is_multiple_of(2) {
            return Err(format!("a shard index of {} bytes does not hold whole entries of 16", pairs.len()));
        }
        let (pairs, _) = numbers.as_chunks::<2>();
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        Ok(Self { entries: pairs.iter().map(|[offset, length]| (number(offset), number(length))).collect() })
    }

    /// Where a chunk is.
    pub(crate) fn get(&self, chunk: u64) -> Option<(u64, u64)> {
        self.entries.get(usize::try_from(chunk).ok()?).copied().filter(|entry| *entry != (ABSENT, ABSENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_index_comes_back_and_damage_is_seen(entries in prop::collection::vec(prop::option::of((0..1_u64 << 40, 0..1_u64 << 30)), 1..20), at in any::<prop::sample::Index>()) {
            let index = ShardIndex::new(entries.clone());
            let mut bytes = index.encode();
            prop_assert_eq!(bytes.len() as u64, ShardIndex::encoded_bytes(entries.len() as u64));
            prop_assert_eq!(ShardIndex::decode(&bytes), Ok(index));
            let at = at.index(bytes.len());
            bytes[at] ^= 1;
            prop_assert!(ShardIndex::decode(&bytes).is_err());
        }
    }

    #[test]
    fn too_short_is_an_error() {
        assert!(ShardIndex::decode(&[]).is_err());
        assert!(ShardIndex::decode(&[0; 4]).is_ok_and(|index| index.get(0).is_none()));
    }
}
