//! Why a GeoTIFF is not written.

use std::path::PathBuf;

use super::level::LEAST_EDGE;
use super::options::MOST_EDGE;
use super::spec::{MOST_BANDS, MOST_SIDE};
use crate::OutputError;

/// Why a GeoTIFF is not written. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoTiffError {
    /// No pixels, or more than TIFF can count.
    #[error(
        "a GeoTIFF of {rows} rows × {cols} columns × {bands} bands: expected 1..={MOST_SIDE} rows and columns, \
         1..={MOST_BANDS} bands"
    )]
    Size {
        /// Rows.
        rows: usize,
        /// Columns.
        cols: usize,
        /// Bands.
        bands: usize,
    },
    /// Bands of a picture that are not its four colours.
    #[error("a picture of {got} bands: expected 4, red, green, blue and alpha")]
    Colours {
        /// Bands.
        got: usize,
    },
    /// More tiles than TIFF can count.
    #[error(
        "a GeoTIFF of {rows} rows × {cols} columns × {bands} bands in tiles of {edge} × {edge}: more than {max} tiles; \
         expected fewer bands or larger tiles",
        max = u32::MAX
    )]
    Tiles {
        /// Rows.
        rows: usize,
        /// Columns.
        cols: usize,
        /// Bands.
        bands: usize,
        /// The edge of a tile in pixels.
        edge: usize,
    },
    /// A CRS that is not known to be projected or geographic.
    #[error(
        "EPSG:{got}: expected 326zz or 327zz (UTM), 3857 (Web Mercator) or 4326 (longitude and latitude)"
    )]
    Crs {
        /// The EPSG code.
        got: u32,
    },
    /// A transform that is not north up.
    #[error("transform {got:?}: expected [a, 0, c, 0, e, f], finite, with a > 0 and e < 0 (north up)")]
    Transform {
        /// The transform.
        got: [f64; 6],
    },
    /// A text that GDAL's metadata cannot hold.
    #[error("{got:?} in the metadata of a GeoTIFF: expected no control characters")]
    Text {
        /// The text.
        got: String,
    },
    /// A tile edge that TIFF does not allow.
    #[error("tiles of {got} × {got} pixels: expected a multiple of {LEAST_EDGE}, at most {MOST_EDGE}")]
    TileEdge {
        /// The edge in pixels.
        got: usize,
    },
    /// Even the smallest tiles do not fit in memory.
    #[error(
        "{memory} bytes of memory are too few for a row of tiles of {cols} columns and {bands} bands: expected at \
         least {needed}, or fewer columns or bands"
    )]
    Memory {
        /// Bytes that the smallest tiles need.
        needed: u64,
        /// Bytes allowed.
        memory: u64,
        /// Columns.
        cols: usize,
        /// Bands.
        bands: usize,
    },
    /// Rows of another shape than the file has.
    #[error(
        "{}: got rows of {} columns and {} bands, expected {} and {}",
        path.display(), got.0, got.1, expected.0, expected.1
    )]
    Shape {
        /// The file.
        path: PathBuf,
        /// Columns and bands of the rows.
        got: (usize, usize),
        /// Columns and bands of the file.
        expected: (usize, usize),
    },
    /// More rows than the file has, or fewer at its end.
    #[error("{}: got {got} rows, expected {expected}", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// Rows that came.
        got: usize,
        /// Rows of the file.
        expected: usize,
    },
    /// Going on after an error.
    #[error("{}: cannot be finished after the error before", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// A tile that could not be compressed.
    #[error("{}: a tile could not be compressed: {cause}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the compressor says.
        cause: String,
    },
    /// The file cannot be put in its place.
    #[error(transparent)]
    Output(#[from] OutputError),
}
