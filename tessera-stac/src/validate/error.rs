//! Why a catalogue was not checked to its end.

use std::io;
use std::path::{Path, PathBuf};

/// Why a catalogue was not checked to its end. What is wrong with it is none of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// The folder cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing of a catalogue in the folder.
    #[error("{} holds no catalogue: expected catalog.json and <year>/collection.json in it", path.display())]
    NotACatalog {
        /// The folder.
        path: PathBuf,
    },
    /// The caller asked to stop.
    #[error("stopped, {} is not checked to its end", path.display())]
    Stopped {
        /// The folder.
        path: PathBuf,
    },
}

impl ValidateError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
