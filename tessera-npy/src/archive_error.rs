//! Why an archive cannot be opened.

use std::path::PathBuf;

use tessera_core::{DatasetVersion, Year};

use crate::ListingError;

/// Why an archive cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A folder could not be listed.
    #[error("{}: cannot be listed: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A store of objects that cannot be listed, or does not permit it.
    #[error(
        "{}: cannot be listed: {cause}; expected a text that lists the tiles instead, one a line, as in \
         2024/grid_-0.05_50.75 (--listing)",
        folder.display()
    )]
    Unlistable {
        /// The folder.
        folder: PathBuf,
        /// What the store said.
        cause: std::io::Error,
    },
    /// Neither years nor tiles.
    #[error(
        "{}: no archive of tiles: expected <year>/grid_<lon>_<lat>/, npy/<dataset>/<year>/…, \
         global_0.1_degree_representation/<year>/…, or folders grid_<lon>_<lat>/",
        root.display()
    )]
    Empty {
        /// The folder.
        root: PathBuf,
    },
    /// Several archives under one root.
    #[error(
        "{}: holds several archives, which cannot be read as one: {}; open one of these, or give the dataset version",
        root.display(), found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    Several {
        /// The folder.
        root: PathBuf,
        /// The archives in it.
        found: Vec<PathBuf>,
    },
    /// A dataset that is not there.
    #[error("{}: no dataset {asked}, found {}", root.display(), found.join(", "))]
    Dataset {
        /// The folder.
        root: PathBuf,
        /// The dataset asked for.
        asked: DatasetVersion,
        /// The datasets there are.
        found: Vec<String>,
    },
    /// A folder of landmasks that cannot be looked at.
    #[error("{}: no folder of landmasks: {cause}", folder.display())]
    Landmasks {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A listing that is not that of one archive.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// A year that is not there.
    #[error(
        "{}: no year {asked}, found {}",
        root.display(), found.iter().map(Year::to_string).collect::<Vec<_>>().join(", ")
    )]
    Year {
        /// The folder.
        root: PathBuf,
        /// The year asked for.
        asked: Year,
        /// The years there are.
        found: Vec<Year>,
    },
}
