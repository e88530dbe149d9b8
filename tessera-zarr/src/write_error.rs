//! Why a store was not written.

use std::io;

use crate::{ChunkGridError, StagingError};

/// Why a store was not written. Nothing is left where it should stand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Something else stands in its place.
    #[error(transparent)]
    Place(#[from] StagingError),
    /// The file system, or the store, refused.
    #[error("cannot write {object}")]
    Io {
        /// The path or address of the file or object.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The codec refused a chunk.
    #[error("cannot encode array {array}: {why}")]
    Encode {
        /// The array.
        array: &'static str,
        /// What the codec said.
        why: String,
    },
    /// The array cannot be cut up.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
    /// The metadata cannot be represented.
    #[error("cannot make the metadata of the store: {why}")]
    Metadata {
        /// Why.
        why: String,
    },
    /// More memory than allowed.
    #[error(
        "{rows} rows of {cols} columns are written at a time, which takes {needed} bytes: expected at most {budget}; allow \
         more memory, or take smaller chunks or shards"
    )]
    Memory {
        /// Rows of a chunk, or of a shard.
        rows: usize,
        /// Columns of the raster.
        cols: usize,
        /// Bytes that they take.
        needed: u64,
        /// Bytes that are allowed.
        budget: u64,
    },
    /// The pixels could not be had.
    #[error("{cause}")]
    Pixels {
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Pixels and grid have different shapes.
    #[error("pixels of {rows} rows × {cols} columns do not fit a grid of {grid_rows} × {grid_cols}")]
    Shape {
        /// Rows of the pixels.
        rows: usize,
        /// Columns of the pixels.
        cols: usize,
        /// Rows of the grid.
        grid_rows: usize,
        /// Columns of the grid.
        grid_cols: usize,
    },
}

impl WriteError {
    pub(crate) fn io(object: String) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { object: object.clone(), cause }
    }

    /// The error of the file system, or of the store, where that is the cause: a full disk, say.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Io { cause, .. } | Self::Place(StagingError::Io { cause, .. }) => Some(cause),
            _ => None,
        }
    }
}
