//! The georeference of a GeoTIFF.
//!
//! Format: OGC GeoTIFF 1.1, <https://docs.ogc.org/is/19-008r4/19-008r4.html>.

use tessera_core::{PIXEL_SIZE, PixelGrid, UtmZone};
use tiff::tags::Tag;

use crate::LandmaskProblem;
use crate::tiff_file::{TiffFile, unreadable};

/// How far from 10 m a pixel may be, in metres: across a tile that adds up to a millimetre.
const TOLERANCE: f64 = 1e-6;

/// `GTRasterTypeGeoKey`, and its value where coordinates name the centre of a pixel, not its corner.
const RASTER_TYPE: u16 = 1025;
const PIXEL_IS_POINT: u16 = 2;
/// `ProjectedCSTypeGeoKey`: an EPSG code.
const PROJECTED_CRS: u16 = 3072;

/// Where the pixels of a raster lie, which must be 10 m squares in a UTM zone.
pub(crate) fn grid(tiff: &mut TiffFile) -> Result<PixelGrid, LandmaskProblem> {
    let tiff = &mut tiff.decoder;
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
