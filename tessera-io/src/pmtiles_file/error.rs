//! Why map tiles are not packed.

use std::path::PathBuf;

use crate::{MapTileError, MapTilesError, OutputError};

/// Why map tiles are not packed into one archive. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PmTilesError {
    /// Nothing to pack.
    #[error("{} has no map tiles: expected at least one to pack", folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder cannot be listed.
    #[error(transparent)]
    Folder(#[from] MapTilesError),
    /// A map tile that cannot be read, or is none.
    #[error("{}: {cause}", folder.display())]
    MapTile {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        cause: MapTileError,
    },
    /// A map tile that was there and is gone.
    #[error("{} was removed while it was packed", path.display())]
    Gone {
        /// Its file.
        path: PathBuf,
    },
    /// The archive cannot be laid out.
    #[error("{}: {why}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What the writer says.
        why: String,
    },
    /// The archive cannot be put in its place.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// It was told to stop.
    #[error("stopped after {done} of {all} map tiles; {} is not written", path.display())]
    Stopped {
        /// The archive.
        path: PathBuf,
        /// Map tiles that were packed.
        done: u64,
        /// All of them.
        all: u64,
    },
}
