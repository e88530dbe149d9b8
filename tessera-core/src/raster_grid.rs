//! Where the cells of any raster lie on Earth.

mod covering;
mod lookup;
mod on_earth;
mod zone_columns;

pub use lookup::PixelLookup;
pub(crate) use on_earth::parts_in_zone;
pub use zone_columns::ZoneColumns;

use geo_types::{Rect, coord};

use crate::{Crs, PIXEL_SIZE, PixelGrid, ProjectionError, Region};

/// The cells of a raster on Earth: a CRS, the upper-left corner, the size of a cell, rows and columns. Row 0 is in the
/// north. What a [`PixelGrid`] is to the pixels as they are, this is to any answer.
///
/// In EPSG:4326 and EPSG:3857 x may go on beyond the antimeridian: from 170 to 190 is across it.
///
/// ```
/// use tessera_core::{Area, Crs, RasterGrid, Region};
///
/// let grid = RasterGrid::new(Crs::LonLat, (100.0, 55.0), (0.001, 0.001), 5000, 10000)?;
/// assert_eq!(grid.transform(), [0.001, 0.0, 100.0, 0.0, -0.001, 55.0]);
/// assert_eq!(grid.center(0, 0), (100.0005, 54.9995));
/// assert_eq!(grid.cell_at(100.0005, 54.9995), Some((0, 0)));
///
/// let area = Area::from(Region::new(100.0004, 50.0, 110.0, 54.9)?);
/// let snapped = RasterGrid::covering(&area, Crs::LonLat, 0.001)?;
/// assert_eq!((snapped.west(), snapped.north(), snapped.rows(), snapped.cols()), (100.0, 54.9, 4900, 10000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RasterGrid {
    crs: Crs,
    west: f64,
    north: f64,
    step_x: f64,
    step_y: f64,
    rows: usize,
    cols: usize,
}

/// Why something is not a [`RasterGrid`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RasterGridError {
    /// No rows or no columns, or more than can be.
    #[error("a raster of {rows} rows × {cols} columns: expected 1..={max} of each", max = RasterGrid::MAX_EDGE)]
    Shape {
        /// Rows asked for; `usize::MAX` for more than can be counted.
        rows: usize,
        /// Columns asked for.
        cols: usize,
    },
    /// A corner that is not finite.
    #[error("a raster with its upper-left corner at ({west}, {north}): expected finite numbers")]
    Corner {
        /// Its x.
        west: f64,
        /// Its y.
        north: f64,
    },
    /// Cells without a size.
    #[error("a raster with cells of {x} × {y}: expected finite numbers above 0")]
    Step {
        /// Width of a cell.
        x: f64,
        /// Height of a cell.
        y: f64,
    },
    /// A box that the CRS does not have, or distorts beyond use.
    #[error("{region} is not within reach of {crs}: expected {expected}")]
    Far {
        /// The box.
        region: Region,
        /// The CRS.
        crs: Crs,
        /// What is within its reach.
        expected: &'static str,
    },
    /// The CRS cannot be projected to.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}

impl RasterGrid {
    /// The greatest number of rows or columns.
    pub const MAX_EDGE: usize = 1 << 26;

    /// A raster with its upper-left corner (not a cell's centre) at `corner` (x, y), whose cells are `step` (x, y)
    /// wide and high, in the unit of the CRS.
    ///
    /// # Errors
    /// A shape of zero or beyond [`RasterGrid::MAX_EDGE`], a step that is not above 0, or a corner that is not finite.
    pub fn new(
        crs: Crs,
        (west, north): (f64, f64),
        (step_x, step_y): (f64, f64),
        rows: usize,
        cols: usize,
    ) -> Result<Self, RasterGridError> {
        if !(1..=Self::MAX_EDGE).contains(&rows) || !(1..=Self::MAX_EDGE).contains(&cols) {
            return Err(RasterGridError::Shape { rows, cols });
        }
        let size = |step: f64| step.is_finite() && step > 0.0;
        if !size(step_x) || !size(step_y) {
            return Err(RasterGridError::Step { x: step_x, y: step_y });
        }
        let grid = Self { crs, west, north, step_x, step_y, rows, cols };
        let (east, south) = grid.corner(rows as f64, cols as f64);
        if ![west, north, east, south].into_iter().all(f64::is_finite) {
            return Err(RasterGridError::Corner { west, north });
        }
        Ok(grid)
    }

    /// The coordinate reference system.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// The x of the western edge.
    #[must_use]
    pub fn west(&self) -> f64 {
        self.west
    }

    /// The y of the northern edge.
    #[must_use]
    pub fn north(&self) -> f64 {
        self.north
    }

    /// Width of a cell.
    #[must_use]
    pub fn step_x(&self) -> f64 {
        self.step_x
    }

    /// Height of a cell, positive.
    #[must_use]
    pub fn step_y(&self) -> f64 {
        self.step_y
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The affine transform from (column, row) to x, y, in the order of rasterio and STAC.
    #[must_use]
    pub fn transform(&self) -> [f64; 6] {
        [self.step_x, 0.0, self.west, 0.0, -self.step_y, self.north]
    }

    /// The outer edges.
    #[must_use]
    pub fn bounds(&self) -> Rect<f64> {
        let (east, south) = self.corner(self.rows as f64, self.cols as f64);
        Rect::new(coord! { x: self.west, y: south }, coord! { x: east, y: self.north })
    }

    /// The x and y of a cell's centre; the cell may lie outside.
    #[must_use]
    pub fn center(&self, row: usize, col: usize) -> (f64, f64) {
        self.corner(row as f64 + 0.5, col as f64 + 0.5)
    }

    /// The x and y at whole or broken rows and columns.
    pub(crate) fn corner(&self, row: f64, col: f64) -> (f64, f64) {
        (self.west + self.step_x * col, self.north - self.step_y * row)
    }

    /// The row and column, as broken numbers, of an x and y.
    pub(crate) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        ((self.north - y) / self.step_y, (x - self.west) / self.step_x)
    }

    /// The (row, column) of the cell that holds a point, its west and north edges included; `None` outside.
    #[must_use]
    pub fn cell_at(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let (row, col) = self.place(x, y);
        let inside = |v: f64, n: usize| v >= 0.0 && v < n as f64;
        (inside(row, self.rows) && inside(col, self.cols)).then_some((row as usize, col as usize))
    }
}

impl From<PixelGrid> for RasterGrid {
    fn from(grid: PixelGrid) -> Self {
        Self {
            crs: Crs::Utm(grid.zone()),
            west: grid.west(),
            north: grid.north(),
            step_x: PIXEL_SIZE,
            step_y: PIXEL_SIZE,
            rows: grid.rows(),
            cols: grid.cols(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_grid_is_a_raster_grid() {
        let tile = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap();
        let grid = RasterGrid::from(tile);
        assert_eq!(
            (grid.transform(), grid.bounds(), grid.crs().epsg()),
            (tile.transform(), tile.bounds(), 32631)
        );
        assert_eq!(grid.center(5, 7), tile.pixel_center(5, 7));
        assert_eq!(grid.cell_at(300_935.0, 5_776_120.0), tile.pixel_at(300_935.0, 5_776_120.0));
    }

    #[test]
    fn refuses_what_is_not_a_grid() {
        let new =
            |corner, step, rows, cols| RasterGrid::new(Crs::LonLat, corner, step, rows, cols).unwrap_err();
        assert!(matches!(new((0.0, 0.0), (1.0, 1.0), 0, 1), RasterGridError::Shape { .. }));
        assert!(matches!(new((0.0, 0.0), (1.0, 1.0), 1, usize::MAX), RasterGridError::Shape { .. }));
        assert!(matches!(new((0.0, 0.0), (1.0, 0.0), 1, 1), RasterGridError::Step { .. }));
        assert!(matches!(new((0.0, 0.0), (f64::NAN, 1.0), 1, 1), RasterGridError::Step { .. }));
        assert!(matches!(new((0.0, 0.0), (f64::MAX, 1.0), 1, 9), RasterGridError::Corner { .. }));
        assert!(matches!(new((f64::NAN, 0.0), (1.0, 1.0), 1, 1), RasterGridError::Corner { .. }));
    }
}
