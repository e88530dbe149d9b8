//! A point through the years.

use super::points::points;
use super::{PointValues, QueryError};
use crate::{Channels, ScaleLimit, Year, Zones};

/// The pixels that contain some points through some years: all there are, where `years` is empty. One [`PointValues`] a
/// year, in the order of the years as given.
///
/// # Errors
/// As [`points`].
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{
///     Channels, DatasetVersion, MemoryZones, PixelGrid, Quantized, ScaleLimit, Scales, Year, through_years,
/// };
///
/// let grid = PixelGrid::of_tile("grid_0.15_52.05".parse()?)?;
/// let shape = (grid.rows(), grid.cols());
/// let mut zones = MemoryZones::new(DatasetVersion::Unknown);
/// for number in [2023, 2024] {
///     let pixels = Array3::from_elem((shape.0, shape.1, 1), (number - 2000) as i8);
///     let pixels = Quantized::new(pixels, Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
///     zones = zones.with(Year::new(number)?, grid, pixels)?;
/// }
/// let column = through_years(&zones, &[], &[(0.15, 52.05)], &Channels::All, ScaleLimit::default())?;
/// let values: Vec<_> = column.iter().map(|(year, point)| (year.number(), point.values()[(0, 0)])).collect();
/// assert_eq!(values, [(2023, 11.5), (2024, 12.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn through_years(
    zones: &dyn Zones,
    years: &[Year],
    at: &[(f64, f64)],
    channels: &Channels,
    limit: ScaleLimit,
) -> Result<Vec<(Year, PointValues)>, QueryError> {
    let years = if years.is_empty() { zones.years() } else { years.to_vec() };
    years.into_iter().map(|year| Ok((year, points(zones, year, at, channels, limit)?))).collect()
}
