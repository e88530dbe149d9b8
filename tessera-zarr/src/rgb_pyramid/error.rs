//! Why a pyramid of pictures, or a chunk of it, cannot be used.

use std::io;
use std::ops::Range;

use tessera_core::{Crs, PyramidChunk};

use super::BYTES;
use crate::{ChunkGridError, OpenError, StagingError, WriteError};

/// Why a pyramid of pictures cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RgbPyramidError {
    /// A grid in another CRS.
    #[error("a Zarr pyramid of pictures in {got}: expected EPSG:4326")]
    Crs {
        /// The CRS.
        got: Crs,
    },
    /// A pyramid of other levels.
    #[error("{name} has {got} levels: expected {expected}; take as many, or another place")]
    OtherLevels {
        /// The path or address of the group.
        name: String,
        /// Its levels.
        got: u8,
        /// The levels asked for.
        expected: u8,
    },
    /// Something else stands there.
    #[error(
        "{name} is not a pyramid of pictures: expected nothing there, an empty folder, or one with a zarr.json"
    )]
    NotAPyramid {
        /// The path or address of the place.
        name: String,
    },
    /// An attribute that is called as one of the group's own.
    #[error("attribute {key:?} of a pyramid of pictures: expected another name, this one is taken")]
    Reserved {
        /// Its name.
        key: String,
    },
    /// The group cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The group cannot be put in its place.
    #[error(transparent)]
    Place(#[from] StagingError),
    /// The arrays cannot be cut up.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
    /// The metadata cannot be represented.
    #[error("cannot make the metadata of the pyramid: {why}")]
    Metadata {
        /// Why.
        why: String,
    },
    /// The file system, or the store, refused.
    #[error("cannot write {object}")]
    Io {
        /// The path or address of the file or object.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl RgbPyramidError {
    pub(super) fn io(object: String) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { object: object.clone(), cause }
    }
}

impl From<WriteError> for RgbPyramidError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io { object, cause } => Self::Io { object, cause },
            WriteError::Place(cause) => cause.into(),
            WriteError::Grid(cause) => cause.into(),
            other => Self::Metadata { why: other.to_string() },
        }
    }
}

/// Why a chunk of a pyramid of pictures cannot be read or written. Its file is named as it is called in the group.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RgbChunkError {
    /// A chunk that the pyramid does not have.
    #[error(
        "{chunk} is not kept: expected one of the levels {}..={}, within the world",
        levels.start, levels.end.saturating_sub(1)
    )]
    NotKept {
        /// The chunk.
        chunk: PyramidChunk,
        /// The levels that there are.
        levels: Range<u8>,
    },
    /// Pixels of another number.
    #[error("{chunk}: got {got} bytes, expected {BYTES}: 512 × 512 pixels of red, green, blue and alpha")]
    Size {
        /// The chunk.
        chunk: PyramidChunk,
        /// Bytes that came.
        got: usize,
    },
    /// A file that is not such a chunk.
    #[error("{name} is damaged: {why}")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The codec refused.
    #[error("{chunk} could not be encoded: {why}")]
    Encode {
        /// The chunk.
        chunk: PyramidChunk,
        /// What it says.
        why: String,
    },
    /// The system refused: a full disk is `ErrorKind::StorageFull`.
    #[error("{name}: {cause}")]
    Io {
        /// The file.
        name: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl RgbChunkError {
    pub(super) fn io(name: &str) -> impl Fn(io::Error) -> Self + use<> {
        let name = name.to_owned();
        move |cause| Self::Io { name: name.clone(), cause }
    }
}
