//! A square of pixels around a point.

use super::opened::check_year;
use super::points::utm_zone_of;
use super::{Answer, Query, QueryError};
use crate::{
    Area, Channels, MemoryBudget, PIXEL_SIZE, PixelGrid, Quantized, Region, UtmProjection, Year, Zones,
};

/// A square of `size` × `size` pixels around the pixel that contains a point (longitude and latitude in degrees), on
/// the 10 m lattice of the UTM zone of the point, north or south of the equator as the point is.
///
/// The pixel of the point is the one in the middle; of an even number, the one south-east of the middle: with row and
/// column `size / 2`. Pixels whose centres lie beyond a border of the zone are those of the zone that they lie in,
/// the nearest each.
///
/// # Errors
/// A year or channels that are not there, nothing in the square, a point that is not on Earth, a size of 0 or beyond
/// [`PixelGrid::MAX_EDGE`], more pixels than the budget holds, or whatever reading meets.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{Channels, DatasetVersion, MemoryBudget, MemoryZones, PixelGrid, Quantized, Scales, Year, patch};
///
/// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
/// let shape = (grid.rows(), grid.cols());
/// let pixels = Array3::from_shape_fn((shape.0, shape.1, 1), |(row, col, _)| (row % 8 * 8 + col % 8) as i8);
/// let pixels = Quantized::new(pixels, Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
/// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
///
/// let (place, square) = patch(&zones, year, (0.15, 52.05), 3, &Channels::All, MemoryBudget::default())?;
/// assert_eq!((place.rows(), place.cols(), place.zone().epsg()), (3, 3, 32631));
/// assert!(place.is_on_lattice());
/// let values = square.view().data();
/// assert_eq!(values[(1, 1, 0)] - values[(1, 0, 0)], 1);
/// assert_eq!(values[(1, 1, 0)] - values[(0, 1, 0)], 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn patch(
    zones: &dyn Zones,
    year: Year,
    (lon, lat): (f64, f64),
    size: usize,
    channels: &Channels,
    budget: MemoryBudget,
) -> Result<(PixelGrid, Quantized), QueryError> {
    // The box of the point tells whether it is on Earth.
    let point = Region::new(lon, lat, lon, lat).map_err(|_| QueryError::Point { index: 0, lon, lat })?;
    check_year(zones, year)?;
    let zone = utm_zone_of(lon, lat);
    let (easting, northing) = UtmProjection::new(zone)?.project(lon, lat)?;
    // The corners of all pixels are multiples of their size.
    let corner = |metres: f64| metres.div_euclid(PIXEL_SIZE) * PIXEL_SIZE;
    let before = (size / 2) as f64 * PIXEL_SIZE;
    // A point on the northern edge of a pixel is in it.
    let (west, north) = (corner(easting) - before, -corner(-northing) + before);
    let grid = PixelGrid::new(zone, west, north, size, size)?;
    let answer =
        Query::new(Area::from(point), year).channels(channels.clone()).nearest(zones, grid.into())?;
    Ok((grid, answer.read(budget)?))
}
