//! Why an index cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use tessera_core::TileId;

use crate::{CoverageError, LocationError};

/// Why an index, or a catalogue's folder of them, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no catalogue, or one without an index.
    #[error("{} holds no catalogue with an index: expected <year>/items.parquet in it; tessera catalog build writes them", path.display())]
    NotACatalog {
        /// The folder.
        path: PathBuf,
    },
    /// The file is not Parquet, is damaged, or has other columns than an index.
    #[error("{} is not an index of tiles: {why}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An index that another version of this crate wrote.
    #[error("{} is an index of version {got}: expected {expected}; build the catalogue again", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        got: String,
        /// The version that can be read.
        expected: u32,
    },
    /// The folder of a year holds the index of another.
    #[error("{} is of {got}: expected {expected}, as its folder is called", path.display())]
    Year {
        /// The file.
        path: PathBuf,
        /// The year that it says.
        got: String,
        /// The year of the folder.
        expected: String,
    },
    /// The bitmap cannot be read.
    #[error("{}", path.display())]
    Coverage {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CoverageError,
    },
    /// The bitmap has other tiles than the index.
    #[error("{} has {rows} tiles in {sheet}, and the coverage bitmap beside it {tiles}: one of them is not of this catalogue", path.display())]
    Disagree {
        /// The index.
        path: PathBuf,
        /// Which part of it.
        sheet: String,
        /// Tiles in the index.
        rows: usize,
        /// Tiles in the bitmap.
        tiles: usize,
    },
    /// A row that describes no tile.
    #[error("{}: {tile}: {why}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The tile.
        tile: TileId,
        /// What is wrong with it.
        why: String,
    },
    /// An asset of a tile lies at no address that data can lie at.
    #[error("{}: {tile}", path.display())]
    Href {
        /// The file.
        path: PathBuf,
        /// The tile.
        tile: TileId,
        /// What is wrong with the link.
        source: LocationError,
    },
}

impl IndexError {
    /// The file or folder that it is about.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. }
            | Self::NotACatalog { path }
            | Self::Format { path, .. }
            | Self::Version { path, .. }
            | Self::Year { path, .. }
            | Self::Coverage { path, .. }
            | Self::Disagree { path, .. }
            | Self::Row { path, .. }
            | Self::Href { path, .. } => path,
        }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn format(path: &Path, why: impl ToString) -> Self {
        Self::Format { path: path.to_owned(), why: why.to_string() }
    }
}
