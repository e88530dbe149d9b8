//! Why a tile cannot be opened.

use std::io;
use std::path::PathBuf;

use tessera_core::{PixelGrid, PixelGridError, TileId, TileIdError};

use crate::{LandmaskError, NpyFileError, NpyFileProblem};

/// Why a tile cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// One of its files is not what it should be.
    #[error(transparent)]
    File(#[from] NpyFileError),
    /// Its name has the form of a tile's and is none.
    #[error("{}: {cause}", path.display())]
    Name {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with the name.
        cause: TileIdError,
    },
    /// Nothing says which tile it is.
    #[error(
        "{}: nothing says which tile this is: expected a name of the form grid_<lon>_<lat>, or the tile given",
        path.display()
    )]
    Nameless {
        /// The embeddings file.
        path: PathBuf,
    },
    /// Two names disagree.
    #[error(
        "{} and {} disagree: the first says {first_tile}, the second {second_tile}",
        first.display(), second.display()
    )]
    NamesDisagree {
        /// The folder, or the embeddings file.
        first: PathBuf,
        /// The tile that it names.
        first_tile: TileId,
        /// The embeddings file, or the scales file.
        second: PathBuf,
        /// The tile that it names.
        second_tile: TileId,
    },
    /// The tile that was given is not the one that a name says.
    #[error("{}: names tile {named}, but {given} was given", path.display())]
    OtherTile {
        /// The folder or file.
        path: PathBuf,
        /// The tile that it names.
        named: TileId,
        /// The tile given.
        given: TileId,
    },
    /// One file of the pair is there and the other is not.
    #[error("{}: no such file, expected beside {}", missing.display(), present.display())]
    MissingPartner {
        /// The file that is not there.
        missing: PathBuf,
        /// The file that is.
        present: PathBuf,
    },
    /// A folder without the files of a tile, or with those of several.
    #[error(
        "{}: expected the pair {expected}.npy and {expected}_scales.npy, found {}",
        folder.display(), if found.is_empty() { "no NPY file".to_owned() } else { found.join(", ") }
    )]
    NoPair {
        /// The folder.
        folder: PathBuf,
        /// The name that the embeddings should have, without its ending.
        expected: String,
        /// NPY files in the folder, at most eight.
        found: Vec<String>,
    },
    /// The folder could not be listed.
    #[error("{}: cannot be listed: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Scales of another shape than the embeddings.
    #[error(
        "{}: shape {got:?}, expected {:?} or {expected:?} to fit the embeddings in {}",
        path.display(), &expected[..2], embeddings.display()
    )]
    ScalesShape {
        /// The scales file.
        path: PathBuf,
        /// Its shape.
        got: Vec<usize>,
        /// The shape of the embeddings.
        expected: [usize; 3],
        /// The embeddings file.
        embeddings: PathBuf,
    },
    /// A shape that no rounding explains.
    #[error(
        "{}: {} rows × {} columns, expected {} × {} to within {tolerance} pixels {}: is it another tile's file?",
        path.display(), got.0, got.1, expected.0, expected.1,
        landmask.as_ref().map_or_else(|| "from the name".to_owned(), |path| format!("from {}", path.display()))
    )]
    Shape {
        /// The embeddings file.
        path: PathBuf,
        /// Rows and columns of the file.
        got: (usize, usize),
        /// Rows and columns expected.
        expected: (usize, usize),
        /// By how many pixels the two may differ.
        tolerance: usize,
        /// The landmask that says so; `None` where they are computed from the name.
        landmask: Option<PathBuf>,
    },
    /// No rows, columns or channels, or too many of them.
    #[error(
        "{}: shape {got:?}, expected at least one row, column and channel, and at most {max} rows and columns",
        path.display(), max = PixelGrid::MAX_EDGE
    )]
    Extent {
        /// The embeddings file.
        path: PathBuf,
        /// Its shape.
        got: [usize; 3],
    },
    /// A landmask that cannot be used.
    #[error(transparent)]
    Landmask(#[from] LandmaskError),
    /// The grid of the tile cannot be computed from its name.
    #[error("{tile}: {cause}")]
    Grid {
        /// The tile.
        tile: TileId,
        /// Why not.
        cause: PixelGridError,
    },
}

impl TileError {
    /// What the system, or a server, said, where that is the cause.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::File(NpyFileError { problem: NpyFileProblem::Io(cause), .. })
            | Self::Folder { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
