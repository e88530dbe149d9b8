//! A result with its name, as bytes.

use std::array;

/// The most bytes of a name.
pub(super) const MAX_KEY: usize = 4096;

/// The most bytes of a result.
pub(super) const MAX_VALUE: usize = 1 << 30;

/// In the place of the length of a value: the name is removed.
const REMOVED: u32 = u32::MAX;

/// What stands before name and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) key: usize,
    /// `None` where the name is removed.
    pub(super) value: Option<usize>,
    checksum: u32,
}

/// A name and its result.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) key: String,
    pub(super) value: Vec<u8>,
}

/// A hash of a name: two names of a ledger never share it by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hash([u8; 16]);

impl Hash {
    pub(super) fn of(key: &str) -> Self {
        let hash = blake3::hash(key.as_bytes());
        let bytes = hash.as_bytes();
        Self(array::from_fn(|at| bytes[at]))
    }
}

impl Head {
    pub(super) const BYTES: usize = 16;

    /// `None` where it is no head, or one that has changed.
    pub(super) fn parse(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let [a, b, c, own] = [0, 4, 8, 12]
            .map(|at| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        let value = (b != REMOVED).then_some(b as usize);
        let possible = (1..=MAX_KEY).contains(&(a as usize)) && value.is_none_or(|value| value <= MAX_VALUE);
        let whole = crc32c::crc32c(&bytes[..12]) == own;
        (possible && whole).then_some(Self { key: a as usize, value, checksum: c })
    }

    /// Bytes of the whole record.
    pub(super) fn record_bytes(&self) -> u64 {
        (Self::BYTES + self.key + self.value.unwrap_or(0)) as u64
    }

    /// Whether these bytes of name and value are those that were written.
    pub(super) fn holds(&self, body: &[u8]) -> bool {
        self.checksum == checksum(self.lengths(), body)
    }

    fn lengths(&self) -> [u8; 8] {
        lengths(self.key, self.value)
    }
}

/// The bytes of a record.
pub(super) fn encode(key: &str, value: Option<&[u8]>) -> Vec<u8> {
    let lengths = lengths(key.len(), value.map(<[u8]>::len));
    let body = [key.as_bytes(), value.unwrap_or_default()].concat();
    let mut bytes = lengths.to_vec();
    bytes.extend(checksum(lengths, &body).to_le_bytes());
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes.extend(body);
    bytes
}

fn lengths(key: usize, value: Option<usize>) -> [u8; 8] {
    // Both were compared with their limits.
    let value = value.map_or(REMOVED, |value| value as u32);
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&(key as u32).to_le_bytes());
    bytes[4..].copy_from_slice(&value.to_le_bytes());
    bytes
}

fn checksum(lengths: [u8; 8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&lengths), body)
}
