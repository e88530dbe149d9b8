//! Why a listing is not that of an archive.

use std::path::PathBuf;

use tessera_core::{DatasetVersion, Year};

use crate::Strangers;

/// A listing that is not that of one archive: which one, and why.
#[derive(Debug, thiserror::Error)]
#[error("{listing}: {problem}")]
#[non_exhaustive]
pub struct ListingError {
    /// Its path, or of which folder it is.
    pub listing: String,
    /// What is wrong with it.
    pub problem: ListingProblem,
}

/// What is wrong with a listing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListingProblem {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// Bytes that gzip wrote.
    #[error("is compressed by gzip, expected plain text: unpack it first, as gunzip does")]
    Compressed,
    /// Not one tile in it.
    #[error(
        "no tile in {lines} lines, {strangers}; expected a line for each, as in 2024/grid_-0.05_50.75 or \
         npy/v1/2024/grid_-0.05_50.75/grid_-0.05_50.75.npy"
    )]
    Empty {
        /// Lines in it, blank ones too.
        lines: u64,
        /// What they are.
        strangers: Box<Strangers>,
    },
    /// Tiles of several datasets.
    #[error(
        "lists several datasets, which cannot be read as one: {}; give the dataset version",
        found.iter().map(|(version, line)| format!("{version} (line {line})")).collect::<Vec<_>>().join(", ")
    )]
    Several {
        /// The datasets, each with the first line that lists a tile of it.
        found: Vec<(DatasetVersion, u64)>,
    },
    /// Tiles of one year in two folders.
    #[error(
        "{} lies in {} by line {first_line} and in {} by line {second_line}, expected one folder a year",
        year.map_or_else(|| "what is of no year".to_owned(), |year| format!("year {year}")),
        first.display(), second.display()
    )]
    TwoFolders {
        /// The year; `None` where the lines say none.
        year: Option<Year>,
        /// One folder.
        first: PathBuf,
        /// The first line that lists a tile there.
        first_line: u64,
        /// Another folder.
        second: PathBuf,
        /// The first line that lists a tile there.
        second_line: u64,
    },
}
