//! Why a folder of map tiles, or one of them, cannot be used.

use std::io;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use tessera_core::{PyramidChunk, PyramidGrid};

use super::picture::BYTES;

/// Why a folder of map tiles cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MapTilesError {
    /// Zooms that no grid has.
    #[error(
        "zooms {}..={}: expected the least one first, and none beyond {max}",
        got.start(), got.end(), max = PyramidGrid::MAX_ZOOM
    )]
    Zooms {
        /// The zooms asked for.
        got: RangeInclusive<u8>,
    },
    /// A folder of map tiles of other zooms.
    #[error(
        "{} has zooms {}..={}: expected {}..={}; take those, or another folder",
        folder.display(), got.start(), got.end(), expected.start(), expected.end()
    )]
    OtherZooms {
        /// The folder.
        folder: PathBuf,
        /// Its zooms.
        got: RangeInclusive<u8>,
        /// The zooms asked for.
        expected: RangeInclusive<u8>,
    },
    /// A folder that holds something else.
    #[error(
        "{} is not a folder of map tiles: expected nothing in it, or a tilejson.json",
        folder.display()
    )]
    NotMapTiles {
        /// The folder.
        folder: PathBuf,
    },
    /// A `tilejson.json` that does not describe such map tiles.
    #[error("{} does not describe a folder of map tiles: {why}", path.display())]
    TileJson {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl MapTilesError {
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Io { path: path.clone(), cause }
    }
}

/// Why a map tile cannot be read or written. Its file is named as it is called in the folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MapTileError {
    /// A chunk that the folder does not keep.
    #[error(
        "{chunk} is not kept: expected one of the levels {}..={}, within the world",
        levels.start, levels.end.saturating_sub(1)
    )]
    NotKept {
        /// The chunk.
        chunk: PyramidChunk,
        /// The levels that are kept.
        levels: Range<u8>,
    },
    /// Pixels of another number.
    #[error("{chunk}: got {got} bytes, expected {BYTES}: 256 × 256 pixels of red, green, blue and alpha")]
    Size {
        /// The chunk.
        chunk: PyramidChunk,
        /// Bytes that came.
        got: usize,
    },
    /// A file that is no PNG of the right kind.
    #[error("{} is damaged: {why}", name.display())]
    Damaged {
        /// The file.
        name: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The encoder failed.
    #[error("{chunk} could not be encoded as PNG: {why}")]
    Encode {
        /// The chunk.
        chunk: PyramidChunk,
        /// What it says.
        why: String,
    },
    /// The system refused: a full disk is `ErrorKind::StorageFull`.
    #[error("{}: {cause}", name.display())]
    Io {
        /// The file.
        name: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl MapTileError {
    pub(super) fn io(name: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let name = name.to_owned();
        move |cause| Self::Io { name: name.clone(), cause }
    }
}
