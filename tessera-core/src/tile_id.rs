//! The name of a 0.1° cell.

use geo_types::{Rect, coord};

use crate::tile_name::text;

/// Columns of cells around the Earth.
const COLUMNS: i32 = 3600;
/// Rows of cells from pole to pole.
const ROWS: i32 = 1800;

/// A 0.1° × 0.1° cell, named by its centre in integer hundredths of a degree.
///
/// Both coordinates always end in 5 (the centre of a cell is `k · 0.1 + 0.05`), so an off-grid name cannot
/// exist as a `TileId`. The cell is half-open: its west and south edges belong to it, east and north do not.
/// Ordered by latitude, then longitude.
///
/// ```
/// use tessera_core::TileId;
///
/// let tile: TileId = "grid_-99.95_80.05".parse()?;
/// assert_eq!((tile.lon_hundredths(), tile.lat_hundredths()), (-9995, 8005));
/// assert_eq!(tile.to_string(), "grid_-99.95_80.05");
/// assert_eq!(TileId::containing(-99.91, 80.0)?, tile);
/// # Ok::<(), tessera_core::TileIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    // The order of the fields is the order of the type.
    lat: i16,
    lon: i16,
}

/// Why something is not a [`TileId`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TileIdError {
    /// The text does not have the form `grid_<lon>_<lat>` with two decimals each.
    #[error(
        "tile name {got:?} does not have the form grid_<lon>_<lat> with two decimals, as in grid_-99.95_80.05"
    )]
    Form {
        /// The text as given.
        got: String,
    },
    /// The coordinates are not the centre of a cell.
    #[error(
        "tile name {got:?} is off the grid: a cell's centre ends in 5 hundredths of a degree; the cell that contains it is {nearest}"
    )]
    OffGrid {
        /// The text or pair as given.
        got: String,
        /// The cell that contains the coordinates.
        nearest: TileId,
    },
    /// A longitude outside −180…180, a latitude outside −90…90, or not a number.
    #[error("longitude {lon}, latitude {lat} is not on Earth: expected -180..=180 and -90..=90")]
    Outside {
        /// Longitude in degrees.
        lon: f64,
        /// Latitude in degrees.
        lat: f64,
    },
}

impl TileId {
    /// The cell with its centre at these hundredths of a degree.
    ///
    /// # Errors
    /// [`TileIdError::Outside`] beyond the Earth, [`TileIdError::OffGrid`] where it is no cell's centre.
    ///
    /// ```
    /// # use tessera_core::TileId;
    /// assert_eq!(TileId::from_hundredths(15, 5205)?.to_string(), "grid_0.15_52.05");
    /// assert!(TileId::from_hundredths(10, 5205).is_err());
    /// # Ok::<(), tessera_core::TileIdError>(())
    /// ```
    pub fn from_hundredths(lon: i32, lat: i32) -> Result<Self, TileIdError> {
        let nearest = Self::containing(f64::from(lon) / 100.0, f64::from(lat) / 100.0)?;
        if (nearest.lon_hundredths(), nearest.lat_hundredths()) == (lon, lat) {
            Ok(nearest)
        } else {
            Err(TileIdError::OffGrid { got: text(lon, lat), nearest })
        }
    }

    /// The cell with its centre at this longitude and latitude, in degrees, to within a millionth.
    ///
    /// # Errors
    /// As [`TileId::from_hundredths`].
    pub fn from_center(lon: f64, lat: f64) -> Result<Self, TileIdError> {
        let nearest = Self::containing(lon, lat)?;
        let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
        if close(nearest.lon(), lon) && close(nearest.lat(), lat) {
            Ok(nearest)
        } else {
            Err(TileIdError::OffGrid { got: format!("{lon}, {lat}"), nearest })
        }
    }

    /// The cell that contains a point: the one at `floor(x · 10) / 10 + 0.05` in each direction.
    ///
    /// Longitude 180 belongs to the cell at −179.95, latitude 90 to the one at 89.95.
    ///
    /// # Errors
    /// [`TileIdError::Outside`] for a point beyond ±180, ±90, or NaN.
    ///
    /// ```
    /// # use tessera_core::TileId;
    /// assert_eq!(TileId::containing(180.0, 90.0)?.to_string(), "grid_-179.95_89.95");
    /// assert_eq!(TileId::containing(-0.05, 10.0)?.to_string(), "grid_-0.05_10.05");
    /// # Ok::<(), tessera_core::TileIdError>(())
    /// ```
    pub fn containing(lon: f64, lat: f64) -> Result<Self, TileIdError> {
        if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
            return Err(TileIdError::Outside { lon, lat });
        }
        // In range, so both floors are small integers and the casts exact.
        let column = ((lon * 10.0).floor() as i32 + COLUMNS / 2).rem_euclid(COLUMNS);
        let south = ((lat * 10.0).floor() as i32 + ROWS / 2).min(ROWS - 1);
        Ok(Self::at(column, ROWS - 1 - south))
    }

    /// The cell in a column (0 the westernmost, 3599 the easternmost) and row (0 the northernmost, 1799 the
    /// southernmost) of the world's 3600 × 1800 cells; `None` outside.
    #[must_use]
    pub fn from_cell(column: u32, row: u32) -> Option<Self> {
        let (column, row) = (i32::try_from(column).ok()?, i32::try_from(row).ok()?);
        (column < COLUMNS && row < ROWS).then(|| Self::at(column, row))
    }

    /// `column` and `row` lie within the world.
    fn at(column: i32, row: i32) -> Self {
        Self { lat: (8995 - row * 10) as i16, lon: (column * 10 - 17995) as i16 }
    }

    /// Longitude of the centre in hundredths of a degree, −17995…17995.
    #[must_use]
    pub fn lon_hundredths(self) -> i32 {
        self.lon.into()
    }

    /// Latitude of the centre in hundredths of a degree, −8995…8995.
    #[must_use]
    pub fn lat_hundredths(self) -> i32 {
        self.lat.into()
    }

    /// Longitude of the centre in degrees.
    #[must_use]
    pub fn lon(self) -> f64 {
        f64::from(self.lon) / 100.0
    }

    /// Latitude of the centre in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat) / 100.0
    }

    /// The column of the cell, 0 (west) … 3599 (east).
    #[must_use]
    pub fn column(self) -> u32 {
        ((self.lon_hundredths() + 17995) / 10).unsigned_abs()
    }

    /// The row of the cell, 0 (north) … 1799 (south).
    #[must_use]
    pub fn row(self) -> u32 {
        ((8995 - self.lat_hundredths()) / 10).unsigned_abs()
    }

    /// The cell's box in degrees, each edge the decimal nearest to its true value (0.3, never 0.30000000000000004).
    ///
    /// ```
    /// # use tessera_core::TileId;
    /// let cell = TileId::from_hundredths(25, 5205)?.bounds();
    /// assert_eq!((cell.min().x, cell.max().x, cell.min().y, cell.max().y), (0.2, 0.3, 52.0, 52.1));
    /// # Ok::<(), tessera_core::TileIdError>(())
    /// ```
    #[must_use]
    pub fn bounds(self) -> Rect<f64> {
        let edge = |center: i16, by: i16| f64::from((center + by) / 10) / 10.0;
        Rect::new(
            coord! { x: edge(self.lon, -5), y: edge(self.lat, -5) },
            coord! { x: edge(self.lon, 5), y: edge(self.lat, 5) },
        )
    }

    /// Whether the half-open cell contains a point.
    #[must_use]
    pub fn contains(self, lon: f64, lat: f64) -> bool {
        Self::containing(lon, lat) == Ok(self)
    }

    /// The cells that share an edge or a corner, north row first: eight of them, around the antimeridian too; five
    /// beside a pole.
    ///
    /// ```
    /// # use tessera_core::TileId;
    /// let east: Vec<_> = TileId::from_hundredths(17995, 5)?.neighbours().map(|t| t.to_string()).collect();
    /// assert_eq!(east.len(), 8);
    /// assert!(east.contains(&"grid_-179.95_0.05".to_string()));
    /// assert_eq!(TileId::from_hundredths(5, 8995)?.neighbours().count(), 5);
    /// # Ok::<(), tessera_core::TileIdError>(())
    /// ```
    pub fn neighbours(self) -> impl Iterator<Item = Self> {
        let (column, row) = (self.column() as i32, self.row() as i32);
        (-1..=1)
            .flat_map(|down| (-1..=1).map(move |east| (down, east)))
            .filter(move |&(down, east)| (down, east) != (0, 0) && (0..ROWS).contains(&(row + down)))
            .map(move |(down, east)| Self::at((column + east).rem_euclid(COLUMNS), row + down))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_cell_prints_parses_and_contains_its_centre(column in 0..3600_u32, row in 0..1800_u32) {
            let tile = TileId::from_cell(column, row).unwrap();
            prop_assert_eq!((tile.column(), tile.row()), (column, row));
            prop_assert_eq!(tile.to_string().parse::<TileId>(), Ok(tile));
            prop_assert_eq!(TileId::from_center(tile.lon(), tile.lat()), Ok(tile));
            let b = tile.bounds();
            prop_assert!(tile.contains(b.min().x, b.min().y));
            prop_assert!(!tile.contains(b.max().x, tile.lat()));
        }

        #[test]
        fn every_point_lies_in_the_bounds_of_its_cell(lon in -180.0..180.0_f64, lat in -90.0..90.0_f64) {
            let b = TileId::containing(lon, lat).unwrap().bounds();
            prop_assert!(b.min().x <= lon && lon < b.max().x && b.min().y <= lat && lat < b.max().y);
        }

        #[test]
        fn neighbours_are_mutual(column in 0..3600_u32, row in 0..1800_u32) {
            let tile = TileId::from_cell(column, row).unwrap();
            for other in tile.neighbours() {
                prop_assert!(other.neighbours().any(|back| back == tile));
            }
        }
    }

    #[test]
    fn order_is_latitude_then_longitude() {
        let id = |lon, lat| TileId::from_hundredths(lon, lat).unwrap();
        assert!(id(17995, -5) < id(-17995, 5));
        assert!(id(-5, 5) < id(5, 5));
    }
}
