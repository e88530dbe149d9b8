//! What is known of the chunks that were made.

use tessera_core::PyramidChunk;

use super::PyramidError;
use super::hash::Hash;
use super::shape::Shape;
use crate::Ledger;

/// The name under which the state says what it is the state of.
const OF: &str = "pyramid";

/// What is known of the chunks that were made, in a ledger: a record for each block and for each chunk above blocks.
///
/// A record is begun before the first chunk of a block is written or removed, and done after the last. Killed between the
/// two, it says that nobody knows what is there, whatever the data are by then.
pub(super) struct State<'a> {
    ledger: &'a Ledger,
}

/// What is known of a block, or of a chunk above blocks: [1], 16 bytes of hash, bits; or [0], bits, where it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// What it was made of; `None` where it was begun and not done.
    pub(super) hash: Option<Hash>,
    /// A bit for each chunk of the block, in the order of [`Shape::chunks_of`]: whether it is stored.
    pub(super) stored: Bits,
}

/// Bits in the order of their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u8>);

impl Bits {
    pub(super) fn of(bits: impl Iterator<Item = bool>) -> Self {
        let mut bytes = Vec::new();
        for (at, bit) in bits.enumerate() {
            if at % 8 == 0 {
                bytes.push(0);
            }
            bytes[at / 8] |= u8::from(bit) << (at % 8);
        }
        Self(bytes)
    }

    pub(super) fn has(&self, at: usize) -> bool {
        self.0.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }
}

impl Record {
    fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (0, bits) => Some(Self { hash: None, stored: Bits(bits.to_vec()) }),
            (1, rest) => {
                let (hash, bits) = rest.split_first_chunk()?;
                Some(Self { hash: Some(Hash(*hash)), stored: Bits(bits.to_vec()) })
            }
            _ => None,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.hash {
            Some(hash) => [&[1], &hash.0[..], &self.stored.0].concat(),
            None => [&[0], &self.stored.0[..]].concat(),
        }
    }
}

impl<'a> State<'a> {
    /// The state of a pyramid, which may be a new one.
    pub(super) fn of(ledger: &'a Ledger, shape: &Shape) -> Result<Self, PyramidError> {
        let expected = shape.description();
        match ledger.get(OF)? {
            Some(got) if got == expected.as_bytes() => {}
            None if ledger.is_empty() => ledger.put(OF, expected.as_bytes())?,
            got => {
                let got =
                    got.map_or_else(|| "something else".into(), |got| String::from_utf8_lossy(&got).into());
                return Err(PyramidError::State { path: ledger.path().to_owned(), got, expected });
            }
        }
        Ok(Self { ledger })
    }

    /// All blocks and chunks above blocks that may have something stored.
    pub(super) fn chunks(&self) -> Result<Vec<PyramidChunk>, PyramidError> {
        let keys = self.ledger.keys()?;
        keys.iter().filter(|key| *key != OF).map(|key| self.chunk(key)).collect()
    }

    pub(super) fn get(&self, chunk: PyramidChunk) -> Result<Option<Record>, PyramidError> {
        let key = key(chunk);
        let Some(bytes) = self.ledger.get(&key)? else { return Ok(None) };
        Record::parse(&bytes).map(Some).ok_or_else(|| self.foreign(&key))
    }

    /// Says that the chunks of a block are about to change.
    pub(super) fn begin(&self, chunk: PyramidChunk, before: Option<&Record>) -> Result<(), PyramidError> {
        let stored = before.map_or_else(Bits::default, |record| record.stored.clone());
        Ok(self.ledger.put(&key(chunk), &Record { hash: None, stored }.bytes())?)
    }

    /// Says that the chunks of a block are what they should be.
    pub(super) fn done(&self, chunk: PyramidChunk, hash: Hash, stored: Bits) -> Result<(), PyramidError> {
        Ok(self.ledger.put(&key(chunk), &Record { hash: Some(hash), stored }.bytes())?)
    }

    /// Says that nothing of a block is stored.
    pub(super) fn forget(&self, chunk: PyramidChunk) -> Result<(), PyramidError> {
        Ok(self.ledger.remove(&key(chunk))?)
    }

    fn chunk(&self, key: &str) -> Result<PyramidChunk, PyramidError> {
        let mut parts = key.split('/');
        let mut next = || parts.next()?.parse::<u32>().ok();
        let chunk = match (next(), next(), next()) {
            (Some(level), Some(row), Some(col)) => {
                u8::try_from(level).ok().map(|level| PyramidChunk::new(level, row, col))
            }
            _ => None,
        };
        chunk.ok_or_else(|| self.foreign(key))
    }

    fn foreign(&self, key: &str) -> PyramidError {
        let (got, expected) = (format!("something with {key:?}"), "a pyramid".into());
        PyramidError::State { path: self.ledger.path().to_owned(), got, expected }
    }
}

fn key(chunk: PyramidChunk) -> String {
    format!("{}/{}/{}", chunk.level, chunk.row, chunk.col)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were_put() {
        let bits = Bits::of([true, false, false, true, false, false, false, false, true].into_iter());
        assert!(bits.has(0) && !bits.has(1) && bits.has(3) && bits.has(8) && !bits.has(9) && !bits.has(99));
        for hash in [None, Some(Hash([7; 16]))] {
            let record = Record { hash, stored: bits.clone() };
            assert_eq!(Record::parse(&record.bytes()), Some(record));
        }
        for bytes in [&[][..], &[2], &[1, 2, 3]] {
            assert_eq!(Record::parse(bytes), None);
        }
    }
}
