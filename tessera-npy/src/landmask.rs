//! The landmask GeoTIFF of a tile, which says where its pixels lie.
//!
//! Format: OGC GeoTIFF 1.1, <https://docs.ogc.org/is/19-008r4/19-008r4.html>.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::{Path, PathBuf};

use tessera_core::{PIXEL_SIZE, PixelGrid, PixelGridError, UtmZone, UtmZoneError};
use tiff::decoder::{Decoder, Limits};
use tiff::tags::Tag;

use crate::tiff_counts::check_counts;

/// How far from 10 m a pixel may be, in metres: across a tile that adds up to a millimetre.
const TOLERANCE: f64 = 1e-6;

/// `GTRasterTypeGeoKey`, and its value where coordinates name the centre of a pixel, not its corner.
const RASTER_TYPE: u16 = 1025;
const PIXEL_IS_POINT: u16 = 2;
/// `ProjectedCSTypeGeoKey`: an EPSG code.
const PROJECTED_CRS: u16 = 3072;

/// The landmask GeoTIFF of a tile: its CRS, transform and shape, which win over those computed from the tile's name.
/// Its pixels are not read: water is what the scales say.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmask {
    path: PathBuf,
    grid: PixelGrid,
}

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
}

impl Landmask {
    /// Reads the georeference of a landmask.
    ///
    /// # Errors
    /// Where it is not a GeoTIFF, in another CRS than those of tiles, or not of 10 m pixels.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LandmaskError> {
        let path = path.as_ref();
        let grid = read_grid(path).map_err(|problem| LandmaskError { path: path.to_owned(), problem })?;
        Ok(Self { path: path.to_owned(), grid })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its pixels lie; perhaps off the 10 m lattice.
    #[must_use]
    pub fn grid(&self) -> &PixelGrid {
        &self.grid
    }
}

fn read_grid(path: &Path) -> Result<PixelGrid, LandmaskProblem> {
    let unreadable = |cause: tiff::TiffError| LandmaskProblem::Tiff { why: cause.to_string() };
    let file = File::open(path).map_err(LandmaskProblem::Io)?;
    let metadata = file.metadata().map_err(LandmaskProblem::Io)?;
    if metadata.is_dir() {
        return Err(LandmaskProblem::Io(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut file = BufReader::new(file);
    check_counts(&mut file, metadata.len())
        .map_err(|cause| LandmaskProblem::Tiff { why: cause.to_string() })?;
    file.rewind().map_err(LandmaskProblem::Io)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 1 << 20;
    let mut tiff = Decoder::new(file).map_err(unreadable)?.with_limits(limits);
    let (cols, rows) = tiff.dimensions().map_err(unreadable)?;
    let mut doubles = |tag| match tiff.find_tag(tag).map_err(unreadable)? {
        Some(value) => value.into_f64_vec().map(Some).map_err(unreadable),
        None => Ok(None),
    };
    let (size, tie) = (doubles(Tag::ModelPixelScaleTag)?, doubles(Tag::ModelTiepointTag)?);
    let matrix = doubles(Tag::ModelTransformationTag)?;
    let Transform { mut west, mut north } =
        Transform::of(size.as_deref(), tie.as_deref(), matrix.as_deref())?;
    let keys = tiff.find_tag(Tag::GeoKeyDirectoryTag).map_err(unreadable)?;
    let keys = keys.ok_or(LandmaskProblem::Tag { tag: "GeoKeyDirectoryTag" })?;
    let keys = keys.into_u16_vec().map_err(unreadable)?;
    if short_key(&keys, RASTER_TYPE) == Some(PIXEL_IS_POINT) {
        west -= PIXEL_SIZE / 2.0;
        north += PIXEL_SIZE / 2.0;
    }
    let code = short_key(&keys, PROJECTED_CRS)
        .ok_or(LandmaskProblem::Tag { tag: "ProjectedCSTypeGeoKey (3072)" })?;
    let zone = UtmZone::from_epsg(code.into()).map_err(LandmaskProblem::Crs)?;
    PixelGrid::new(zone, west, north, rows as usize, cols as usize).map_err(LandmaskProblem::Grid)
}

/// The upper-left corner of a raster of 10 m pixels.
struct Transform {
    west: f64,
    north: f64,
}

impl Transform {
    /// From ModelPixelScale and the first ModelTiepoint, or from ModelTransformation.
    fn of(
        size: Option<&[f64]>,
        tie: Option<&[f64]>,
        matrix: Option<&[f64]>,
    ) -> Result<Self, LandmaskProblem> {
        let (steps, west, north) = match (size, tie, matrix) {
            (Some(&[x, y, ..]), Some(&[i, j, _, easting, northing, ..]), _) => {
                ([x, 0.0, 0.0, -y], easting - i * x, northing + j * y)
            }
            (_, _, Some(&[a, b, _, west, d, e, _, north, ..])) => ([a, b, d, e], west, north),
            (None, ..) => return Err(LandmaskProblem::Tag { tag: "ModelPixelScaleTag" }),
            _ => return Err(LandmaskProblem::Tag { tag: "ModelTiepointTag" }),
        };
        let expected = [PIXEL_SIZE, 0.0, 0.0, -PIXEL_SIZE];
        if steps.iter().zip(expected).all(|(got, expected)| (got - expected).abs() <= TOLERANCE) {
            Ok(Self { west, north })
        } else {
            Err(LandmaskProblem::Pixels { got: steps })
        }
    }
}

/// The value of a key whose value stands in the directory itself: after a head of four numbers, each key is its number,
/// the tag its value is in (0 for none), how many, and the value.
fn short_key(directory: &[u16], key: u16) -> Option<u16> {
    let keys = directory.get(4..)?.as_chunks::<4>().0;
    keys.iter().find_map(|&[number, tag, _, value]| (number == key && tag == 0).then_some(value))
}
