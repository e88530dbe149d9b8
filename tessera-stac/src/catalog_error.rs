//! Why a catalogue was not written.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use tessera_core::{DatasetVersion, TileId, Year};

use crate::{ContentsError, IndexError, ItemError, JsonError, LocationError};

/// Why a catalogue was not written. Whatever had its name is still there, but for [`CatalogError::NotDeleted`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The folder holds something already.
    #[error("{} exists and is not empty: not overwritten unless told to", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds what is not of a catalogue.
    #[error("{} is not overwritten: it holds {}, which is no file of a catalogue", path.display(), found.display())]
    Stranger {
        /// The folder.
        path: PathBuf,
        /// What does not belong there.
        found: PathBuf,
    },
    /// A store does not say what it holds, which must be known before a new catalogue is put there.
    #[error("cannot list {}: expected a place that can be listed, because a catalogue is never put among other objects", path.display())]
    Unlisted {
        /// The store.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A file, or a symbolic link, has the name.
    #[error("{} is {found}: expected a folder, or nothing", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// There is no tile.
    #[error("{}: no tile to make a catalogue of", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder's path or base address cannot be one.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// A record does not make an item.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// A record does not belong to the catalogue.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// A record makes no item.
    #[error("{tile}: {why}")]
    Record {
        /// The tile.
        tile: TileId,
        /// What is wrong.
        why: String,
    },
    /// The index of the catalogue that is there cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A year of the catalogue that is there is of another dataset version.
    #[error(
        "{year} is of dataset version {expected} in {}, and now of {got}: their embeddings cannot be compared; expected \
         a catalogue of its own", path.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The year.
        year: Year,
        /// The version of the records.
        got: DatasetVersion,
        /// The version of the catalogue.
        expected: DatasetVersion,
    },
    /// The same year was added twice.
    #[error("the records of {year} come twice: expected all of a year at once")]
    YearTwice {
        /// The year.
        year: Year,
    },
    /// An index cannot be written.
    #[error("cannot write {}: {why}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The caller asked to stop.
    #[error("stopped, {} is not complete", path.display())]
    Stopped {
        /// The folder.
        path: PathBuf,
    },
    /// An object does not become JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The catalogue is complete, and the one that it replaces is left over in a hidden folder beside it.
    #[error("{} is complete, but the catalogue that it replaces cannot be deleted", path.display())]
    NotDeleted {
        /// The new catalogue.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder cannot be read or written.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl CatalogError {
    pub(crate) fn parquet(path: &Path) -> impl FnOnce(ParquetError) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Parquet { path, why: cause.to_string() }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
