//! What is unusual about a tile that can be read all the same.

use std::fmt;
use std::path::PathBuf;

use tessera_core::{CHANNELS, DatasetVersion, PixelGrid, Year};

/// Something unusual about a tile that can be read all the same, for a person to know. Prints as a sentence.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TileNotice {
    /// The file has another shape than the grid; all its pixels are kept.
    Shape {
        /// Rows and columns of the file.
        got: (usize, usize),
        /// Rows and columns of the landmask, or as computed from the name.
        expected: (usize, usize),
    },
    /// The file has another number of channels than TESSERA's 128.
    Channels {
        /// Channels of the file.
        got: usize,
    },
    /// The scales were not float32 in C order and the byte order of this machine; they were converted.
    ScalesConverted {
        /// Their dtype as numpy spells it.
        dtype: String,
        /// Whether they were in Fortran order.
        fortran_order: bool,
    },
    /// The landmask puts the tile off the 10 m lattice that the tiles of a zone share.
    OffLattice {
        /// The landmask.
        landmask: PathBuf,
        /// Easting of the western edge in metres.
        west: f64,
        /// Northing of the northern edge in metres.
        north: f64,
    },
    /// The landmask puts the tile in another zone, or more than a pixel from where its name does.
    Elsewhere {
        /// The grid of the landmask, which is used.
        landmask: PixelGrid,
        /// The grid computed from the name.
        computed: PixelGrid,
    },
    /// Water was to be taken from the landmask, and there is none: water is what the scales say.
    NoLandmask,
    /// The year that was given is not the one that the path says; the given one is used.
    Year {
        /// The year given.
        given: Year,
        /// The year of the folder.
        path: Year,
    },
    /// The dataset version that was given is not the one that the path says; the given one is used.
    Version {
        /// The version given.
        given: DatasetVersion,
        /// The version of the folder.
        path: DatasetVersion,
    },
}

impl fmt::Display for TileNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { got, expected } => write!(
                f,
                "{} rows × {} columns in the file, {} × {} expected of the tile: all pixels are kept, from the same upper-left corner",
                got.0, got.1, expected.0, expected.1
            ),
            Self::Channels { got } => write!(f, "{got} channels, {CHANNELS} expected"),
            Self::ScalesConverted { dtype, fortran_order } => {
                let order = if *fortran_order { "Fortran" } else { "C" };
                write!(f, "scales of dtype {dtype} in {order} order were converted to float32 in C order")
            }
            Self::OffLattice { landmask, west, north } => write!(
                f,
                "{} puts the upper-left corner at ({west}, {north}), off the 10 m lattice of its zone",
                landmask.display()
            ),
            Self::Elsewhere { landmask, computed } => write!(
                f,
                "the landmask puts the upper-left corner at ({}, {}) in {}, the name at ({}, {}) in {}: the landmask is used",
                landmask.west(),
                landmask.north(),
                landmask.zone(),
                computed.west(),
                computed.north(),
                computed.zone()
            ),
            Self::NoLandmask => write!(f, "no landmask to take the water from: water is what the scales say"),
            Self::Year { given, path } => {
                write!(f, "year {given} was given, the path says {path}: {given} is used")
            }
            Self::Version { given, path } => {
                write!(f, "dataset version {given} was given, the path says {path}: {given} is used")
            }
        }
    }
}
