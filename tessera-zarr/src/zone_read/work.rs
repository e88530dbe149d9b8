//! What is wanted of single chunks.

use crate::ReadError;
use crate::direct_reader::DirectReader;
use crate::known_indexes::Shard;

/// Something that wants one decoded chunk.
pub(crate) trait Work<'r>: Send {
    /// The array of the chunk. All works that are done together are of one store.
    fn reader(&self) -> &'r DirectReader;

    /// The index of the chunk in each dimension.
    fn chunk(&self) -> &[u64];

    /// How many bytes of it are wanted, from the first on.
    fn needed(&self) -> usize;

    /// Shards of other arrays that will be wanted next, if this chunk is stored: their indexes can come along with it.
    fn next(&self) -> Vec<Shard<'r>> {
        Vec::new()
    }

    /// Takes the chunk: its bytes, nothing where it is not stored and reads as fill, or what is wrong with it.
    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError>;
}

/// Work of one of two kinds.
pub(crate) enum Either<A, B> {
    One(A),
    Other(B),
}

impl<'r, A: Work<'r>, B: Work<'r>> Work<'r> for Either<A, B> {
    fn reader(&self) -> &'r DirectReader {
        match self {
            Self::One(work) => work.reader(),
            Self::Other(work) => work.reader(),
        }
    }

    fn chunk(&self) -> &[u64] {
        match self {
            Self::One(work) => work.chunk(),
            Self::Other(work) => work.chunk(),
        }
    }

    fn needed(&self) -> usize {
        match self {
            Self::One(work) => work.needed(),
            Self::Other(work) => work.needed(),
        }
    }

    fn next(&self) -> Vec<Shard<'r>> {
        match self {
            Self::One(work) => work.next(),
            Self::Other(work) => work.next(),
        }
    }

    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        match self {
            Self::One(work) => work.take(decoded),
            Self::Other(work) => work.take(decoded),
        }
    }
}

/// A chunk that will be wanted, for a plan.
pub(crate) struct Planned<'r> {
    pub(crate) reader: &'r DirectReader,
    pub(crate) chunk: Vec<u64>,
}

impl<'r> Work<'r> for Planned<'r> {
    fn reader(&self) -> &'r DirectReader {
        self.reader
    }

    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        self.reader.array.chunk_bytes()
    }

    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        decoded.map(drop)
    }
}
