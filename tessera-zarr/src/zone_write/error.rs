//! Why a zone store was not made or filled.

use std::io;

use tessera_core::{MosaicError, SourceError, TileId, UtmZoneError};

use crate::{ChunkGridError, OpenError, StagingError, WriteError};

/// Why a zone store cannot be made, opened for writing, or extended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneStoreError {
    /// Something else stands in its place.
    #[error(transparent)]
    Place(#[from] StagingError),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A zone that does not exist.
    #[error(transparent)]
    Zone(#[from] UtmZoneError),
    /// Nothing to make.
    #[error("a zone store without {what}: expected at least one")]
    Nothing {
        /// Zones or years.
        what: &'static str,
    },
    /// Vectors of unknown datasets cannot be compared, so they cannot share a store.
    #[error(
        "the dataset of the store is unknown: say which it is (v1, v1.1-cam, …), since different ones do not mix"
    )]
    UnknownVersion,
    /// Chunks of so many channels cannot be held.
    #[error(
        "{channels} channels in inner chunks of {inner} × {inner}: expected 1 or more, and at most 1 GiB a chunk"
    )]
    Channels {
        /// The number of channels.
        channels: usize,
        /// The edge of an inner chunk.
        inner: u64,
    },
    /// A store in another layout than those that are written here.
    #[error("{name} cannot be written to: {what} is {got}, expected {expected}")]
    Layout {
        /// The store.
        name: String,
        /// What differs.
        what: String,
        /// What the store has.
        got: String,
        /// What it would have to have.
        expected: String,
    },
    /// The array cannot be cut up.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
    /// Two programs changed it at the same time, where no lock keeps them apart.
    #[error(
        "{name} was changed by another program at the same time: look at its zones and years, and try again"
    )]
    Disturbed {
        /// The store.
        name: String,
    },
    /// The metadata cannot be represented.
    #[error("cannot make the metadata of the store: {why}")]
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

impl From<WriteError> for ZoneStoreError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io { object, cause } => Self::Io { object, cause },
            WriteError::Place(cause) => cause.into(),
            WriteError::Grid(cause) => cause.into(),
            other => Self::Metadata { why: other.to_string() },
        }
    }
}

impl ZoneStoreError {
    pub(crate) fn io(object: impl Into<String>) -> impl Fn(io::Error) -> Self {
        let object = object.into();
        move |cause| Self::Io { object: object.clone(), cause }
    }
}

/// Why a zone store, or a shard of one, was not filled. What was there before is still there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneFillError {
    /// The archive is of another dataset.
    #[error("{archive} is of dataset {got}: expected {expected}, as {store} is; different ones do not mix")]
    Version {
        /// The archive.
        archive: String,
        /// Its dataset.
        got: String,
        /// The store.
        store: String,
        /// Its dataset.
        expected: String,
    },
    /// A year that the store does not have.
    #[error("{store} has no year {got}: it has {years}; add it with extend")]
    Year {
        /// The store.
        store: String,
        /// The year.
        got: String,
        /// The years that it has.
        years: String,
    },
    /// A zone that the store does not have.
    #[error("{store} has no zone {got}: it has {zones}; add it with extend")]
    Zone {
        /// The store.
        store: String,
        /// The zone.
        got: u8,
        /// The zones that it has.
        zones: String,
    },
    /// A shard that holds tiles that the archive does not have.
    #[error(
        "shard {unit} holds {count} tiles that {archive} does not have, such as {example}: fill it from an archive that has          them all, or say prune to leave them out"
    )]
    Missing {
        /// The shard.
        unit: String,
        /// The archive.
        archive: String,
        /// How many tiles.
        count: usize,
        /// One of them.
        example: TileId,
    },
    /// A shard that was written by something else, so that nothing says what is in it.
    #[error("shard {unit} is there and nothing says which tiles are in it: say overwrite to write it anew")]
    Unrecorded {
        /// The shard.
        unit: String,
    },
    /// More memory than allowed.
    #[error(
        "shard {unit} needs {needed} MiB to put together {tiles} tiles: expected at most {budget} MiB; allow more memory, or          take tiles in smaller chunks or as NPY"
    )]
    Memory {
        /// The shard.
        unit: String,
        /// MiB that it needs.
        needed: u64,
        /// Its tiles.
        tiles: usize,
        /// MiB that are allowed.
        budget: u64,
    },
    /// The archive cannot be asked.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The tiles cannot be put together.
    #[error(transparent)]
    Mosaic(#[from] MosaicError),
    /// The codec refused a chunk.
    #[error("cannot encode a chunk of {unit}: {why}")]
    Encode {
        /// The shard.
        unit: String,
        /// What the codec said.
        why: String,
    },
    /// The store cannot be cut up.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
    /// The file system, or the store, refused.
    #[error("cannot write {object}")]
    Io {
        /// The path or address of the file or object.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Two programs wrote the shard at the same time, where no lock keeps them apart. What stands there does not count as
    /// filled.
    #[error("shard {unit} was written by another program at the same time: fill it again")]
    Disturbed {
        /// The shard.
        unit: String,
    },
    /// It was told to stop.
    #[error("stopped before {unit} was whole")]
    Stopped {
        /// The shard.
        unit: String,
    },
}

impl ZoneFillError {
    pub(crate) fn io(object: impl Into<String>) -> impl Fn(io::Error) -> Self {
        let object = object.into();
        move |cause| Self::Io { object: object.clone(), cause }
    }
}
