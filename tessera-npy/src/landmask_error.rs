//! Why a landmask cannot be used.

use std::path::PathBuf;

use tessera_core::{PixelGridError, UtmZoneError};

/// A landmask that cannot be used: which one, and why.
#[derive(Debug, thiserror::Error)]
#[error("landmask {}: {problem}", path.display())]
#[non_exhaustive]
pub struct LandmaskError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LandmaskProblem,
}

/// What is wrong with a landmask.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LandmaskProblem {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// A landmask in a store of objects that is larger than any is.
    #[error("{got} bytes, expected at most {limit}")]
    Large {
        /// Its bytes.
        got: u64,
        /// As many as are read.
        limit: u64,
    },
    /// Not a TIFF, or a broken one.
    #[error("not a readable TIFF: {why}")]
    Tiff {
        /// What the decoder said.
        why: String,
    },
    /// A tag that a georeference needs is not there, or has too few values.
    #[error("no {tag}: expected a GeoTIFF with the CRS and the transform of the tile")]
    Tag {
        /// The tag or key.
        tag: &'static str,
    },
    /// Another CRS than those of tiles.
    #[error("{0}")]
    Crs(UtmZoneError),
    /// Pixels that are not 10 m squares with north up.
    #[error("pixel transform {got:?}, expected 10 m east by 10 m south without rotation")]
    Pixels {
        /// Metres east a column, metres east a row, metres north a column, metres north a row.
        got: [f64; 4],
    },
    /// A raster of an impossible shape or place.
    #[error("{0}")]
    Grid(PixelGridError),
    /// Pixels that do not say land or water.
    #[error("pixels of {got}, expected one band of whole numbers of 8, 16 or 32 bits, 0 for water")]
    Samples {
        /// What they are.
        got: String,
    },
    /// A strip or tile of the TIFF that is larger than any landmask needs.
    #[error("a strip or tile of {got} bytes, expected at most {limit}")]
    LargeBlock {
        /// Its bytes, unpacked.
        got: u64,
        /// As many as are read at a time.
        limit: usize,
    },
    /// A strip or tile of the TIFF that is not in the file as a whole.
    #[error("truncated: strip or tile {block} lies at bytes {start}..{end}, of {len} in the file")]
    Truncated {
        /// Its index.
        block: usize,
        /// Where it starts.
        start: u64,
        /// Where it ends.
        end: u64,
        /// Bytes of the file.
        len: u64,
    },
    /// A strip or tile of the TIFF that is left out, or too short for its pixels.
    #[error("strip or tile {block} has {got} bytes, expected at least {expected} for its pixels")]
    ShortBlock {
        /// Its index.
        block: usize,
        /// Its bytes in the file.
        got: u64,
        /// The least that its pixels can take.
        expected: u64,
    },
}
