//! Why GeoJSON is not an area.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why GeoJSON is not an area: which file, and what is wrong with it.
#[derive(Debug)]
#[non_exhaustive]
pub struct GeoJsonError {
    /// The file; `None` where it was a text.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub problem: GeoJsonProblem,
}

impl fmt::Display for GeoJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: {}", path.display(), self.problem),
            None => write!(f, "GeoJSON: {}", self.problem),
        }
    }
}

impl std::error::Error for GeoJsonError {}

/// What is wrong with GeoJSON.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoJsonProblem {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// More bytes than an outline has.
    #[error("has more than {limit} bytes: expected the outline of an area")]
    TooLarge {
        /// The most bytes that are read.
        limit: u64,
    },
    /// Not GeoJSON.
    #[error("is not GeoJSON: {cause}")]
    Text {
        /// What the parser says.
        cause: String,
    },
    /// Points or lines.
    #[error("{}a {got}: expected polygons", if place.is_empty() { String::new() } else { format!("{place}: ") })]
    Kind {
        /// Where in the text.
        place: String,
        /// The type of the geometry.
        got: &'static str,
    },
    /// No polygon at all.
    #[error("has no polygon")]
    NoPolygons,
    /// A polygon without rings.
    #[error("{place}: a polygon without rings: expected at least one")]
    Rings {
        /// Where in the text.
        place: String,
    },
    /// A ring of too few positions.
    #[error("{place}: a ring of {got} positions: expected at least four, the last as the first")]
    Short {
        /// Where in the text.
        place: String,
        /// The number of positions.
        got: usize,
    },
    /// A ring that does not end where it begins.
    #[error("{place}: a ring from {first:?} to {last:?}: expected the last position as the first")]
    Open {
        /// Where in the text.
        place: String,
        /// Longitude and latitude of the first position.
        first: (f64, f64),
        /// Those of the last.
        last: (f64, f64),
    },
    /// A position without longitude and latitude.
    #[error("{place}: a position of {got} numbers: expected longitude and latitude")]
    Position {
        /// Where in the text.
        place: String,
        /// How many numbers there are.
        got: usize,
    },
    /// A position that is not on Earth.
    #[error("{place}: {got:?}: expected longitude -360 to 360 and latitude -90 to 90, in degrees")]
    Range {
        /// Where in the text.
        place: String,
        /// Longitude and latitude.
        got: (f64, f64),
    },
    /// Another CRS.
    #[error("crs {got}: expected none, CRS84 or EPSG:4326")]
    Crs {
        /// The member as it stands there, cut off where it is long.
        got: String,
    },
}
