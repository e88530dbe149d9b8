//! Where the pixels of a raster lie on Earth.

use geo_types::{Rect, coord};

use crate::{ProjectionError, TileId, UtmProjection, UtmZone, Window};

/// The edge of a pixel in metres.
pub const PIXEL_SIZE: f64 = 10.0;

/// The pixels of a raster on Earth: a UTM zone, the upper-left corner in metres, rows and columns of 10 m.
///
/// The grid of a tile follows from its name alone ([`PixelGrid::of_tile`]). Its corner is snapped outwards to the
/// 10 m lattice that all tiles of a zone share.
///
/// ```
/// use tessera_core::PixelGrid;
///
/// let grid = PixelGrid::of_tile("grid_-99.95_80.05".parse()?)?;
/// assert_eq!((grid.rows(), grid.cols(), grid.zone().epsg()), (1119, 211, 32614));
/// assert_eq!(grid.transform(), [10.0, 0.0, 480610.0, 0.0, -10.0, 8892920.0]);
/// assert_eq!(grid.pixel_center(0, 0), (480615.0, 8892915.0));
/// assert_eq!(grid.pixel_at(480615.0, 8892915.0), Some((0, 0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelGrid {
    zone: UtmZone,
    west: f64,
    north: f64,
    rows: usize,
    cols: usize,
}

/// Why something is not a [`PixelGrid`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PixelGridError {
    /// No rows or no columns, or more than a raster of UTM can have.
    #[error("a grid of {rows} rows × {cols} columns: expected 1..={max} of each", max = PixelGrid::MAX_EDGE)]
    Shape {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
    },
    /// A corner that is not finite.
    #[error("a grid with its upper-left corner at ({west}, {north}): expected finite metres")]
    Corner {
        /// Easting in metres.
        west: f64,
        /// Northing in metres.
        north: f64,
    },
    /// A corner of the tile cannot be projected.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}

impl PixelGrid {
    /// The greatest number of rows or columns: more than twice the 10 m pixels from pole to pole.
    pub const MAX_EDGE: usize = 1 << 22;

    /// A grid in `zone` with its upper-left corner (not a pixel's centre) at `west`, `north`, in metres.
    ///
    /// # Errors
    /// A shape of zero or beyond [`PixelGrid::MAX_EDGE`], or a corner that is not finite.
    pub fn new(
        zone: UtmZone,
        west: f64,
        north: f64,
        rows: usize,
        cols: usize,
    ) -> Result<Self, PixelGridError> {
        if !(1..=Self::MAX_EDGE).contains(&rows) || !(1..=Self::MAX_EDGE).contains(&cols) {
            return Err(PixelGridError::Shape { rows, cols });
        }
        if !west.is_finite() || !north.is_finite() {
            return Err(PixelGridError::Corner { west, north });
        }
        Ok(Self { zone, west, north, rows, cols })
    }

    /// The grid of a tile, from its name alone: its four corners are projected to its zone, the shape is their
    /// extent rounded to whole pixels, and the corner is snapped outwards to a multiple of 10 m.
    ///
    /// # Errors
    /// Where a corner cannot be projected, which no tile's is.
    pub fn of_tile(tile: TileId) -> Result<Self, PixelGridError> {
        Self::of_tile_by(&UtmProjection::new(UtmZone::of_tile(tile))?, tile)
    }

    /// As [`of_tile`](Self::of_tile), for many tiles of one zone, by a projection that is made once.
    ///
    /// # Errors
    /// As [`of_tile`](Self::of_tile).
    pub(crate) fn of_tile_by(utm: &UtmProjection, tile: TileId) -> Result<Self, PixelGridError> {
        let cell = tile.bounds();
        let (w, e, s, n) = (cell.min().x, cell.max().x, cell.min().y, cell.max().y);
        let (ul, ur) = (utm.project(w, n)?, utm.project(e, n)?);
        let (ll, lr) = (utm.project(w, s)?, utm.project(e, s)?);
        let (west, north) = (ul.0.min(ll.0), ul.1.max(ur.1));
        let pixels = |metres: f64| (metres / PIXEL_SIZE).round_ties_even().max(1.0) as usize;
        Self::new(
            utm.zone(),
            (west / PIXEL_SIZE).floor() * PIXEL_SIZE,
            (north / PIXEL_SIZE).ceil() * PIXEL_SIZE,
            pixels(north - ll.1.min(lr.1)),
            pixels(ur.0.max(lr.0) - west),
        )
    }

    /// The same corner with another shape, as of a file that differs by a pixel.
    ///
    /// # Errors
    /// [`PixelGridError::Shape`].
    pub fn with_shape(self, rows: usize, cols: usize) -> Result<Self, PixelGridError> {
        Self::new(self.zone, self.west, self.north, rows, cols)
    }

    /// The same raster in another zone or hemisphere, so many metres further north.
    pub(crate) fn moved(self, zone: UtmZone, north: f64) -> Self {
        Self { zone, north: self.north + north, ..self }
    }

    /// The grid of a window of this one; the window need not lie inside.
    ///
    /// # Errors
    /// [`PixelGridError::Shape`].
    pub fn window(self, window: &Window) -> Result<Self, PixelGridError> {
        let (west, north) = self.corner(window.row as f64, window.col as f64);
        Self::new(self.zone, west, north, window.rows, window.cols)
    }

    /// The UTM zone.
    #[must_use]
    pub fn zone(&self) -> UtmZone {
        self.zone
    }

    /// Easting of the western edge in metres.
    #[must_use]
    pub fn west(&self) -> f64 {
        self.west
    }

    /// Northing of the northern edge in metres.
    #[must_use]
    pub fn north(&self) -> f64 {
        self.north
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

    /// The window of the whole grid.
    #[must_use]
    pub fn full(&self) -> Window {
        Window::full(self.rows, self.cols)
    }

    /// The affine transform from (column, row) to metres, in the order of rasterio and STAC: `[a, b, c, d, e, f]`
    /// with x = a·col + b·row + c and y = d·col + e·row + f.
    #[must_use]
    pub fn transform(&self) -> [f64; 6] {
        [PIXEL_SIZE, 0.0, self.west, 0.0, -PIXEL_SIZE, self.north]
    }

    /// The outer edges in metres, x easting, y northing.
    #[must_use]
    pub fn bounds(&self) -> Rect<f64> {
        let (east, south) = self.corner(self.rows as f64, self.cols as f64);
        Rect::new(coord! { x: self.west, y: south }, coord! { x: east, y: self.north })
    }

    /// Whether the corner lies on the 10 m lattice that the tiles of a zone share.
    #[must_use]
    pub fn is_on_lattice(&self) -> bool {
        self.west % PIXEL_SIZE == 0.0 && self.north % PIXEL_SIZE == 0.0
    }

    /// Easting and northing of a pixel's centre in metres; the pixel may lie outside.
    #[must_use]
    pub fn pixel_center(&self, row: usize, col: usize) -> (f64, f64) {
        self.corner(row as f64 + 0.5, col as f64 + 0.5)
    }

    /// Easting and northing of a corner of pixels, at whole or broken rows and columns.
    pub(crate) fn corner(&self, row: f64, col: f64) -> (f64, f64) {
        (self.west + PIXEL_SIZE * col, self.north - PIXEL_SIZE * row)
    }

    /// The (row, column) of the pixel that holds a point in metres, its west and north edges included; `None`
    /// outside.
    #[must_use]
    pub fn pixel_at(&self, easting: f64, northing: f64) -> Option<(usize, usize)> {
        let (row, col) = ((self.north - northing) / PIXEL_SIZE, (easting - self.west) / PIXEL_SIZE);
        let inside = |v: f64, n: usize| v >= 0.0 && v < n as f64;
        (inside(row, self.rows) && inside(col, self.cols)).then_some((row as usize, col as usize))
    }

    /// Longitude and latitude of a pixel's centre in degrees.
    ///
    /// # Errors
    /// Where the pixel lies outside what the projection can represent.
    pub fn lon_lat(
        &self,
        utm: &UtmProjection,
        row: usize,
        col: usize,
    ) -> Result<(f64, f64), ProjectionError> {
        let (easting, northing) = self.pixel_center(row, col);
        utm.unproject(easting, northing)
    }

    /// The (row, column) of the pixel that holds a longitude and latitude in degrees; `None` outside.
    #[must_use]
    pub fn pixel_at_lon_lat(&self, utm: &UtmProjection, lon: f64, lat: f64) -> Option<(usize, usize)> {
        let (easting, northing) = utm.project(lon, lat).ok()?;
        self.pixel_at(easting, northing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From pyproj 3.7: name, EPSG, snapped west and north, rows, cols.
    const CHECKS: [(&str, u32, f64, f64, usize, usize); 6] = [
        ("grid_-99.95_80.05", 32614, 480_610.0, 8_892_920.0, 1119, 211),
        ("grid_0.15_52.05", 32631, 300_930.0, 5_776_130.0, 1139, 729),
        ("grid_0.05_0.05", 32631, 166_020.0, 11_070.0, 1107, 1114),
        ("grid_-0.05_50.75", 32630, 704_340.0, 5_631_880.0, 1140, 750),
        ("grid_179.95_-16.55", 32760, 809_440.0, 8_173_530.0, 1123, 1084),
        ("grid_115.75_-85.05", 32750, 487_350.0, 560_150.0, 1118, 121),
    ];

    #[test]
    fn grids_follow_from_names() {
        for (name, epsg, west, north, rows, cols) in CHECKS {
            let grid = PixelGrid::of_tile(name.parse().unwrap()).unwrap();
            let zone = UtmZone::from_epsg(epsg).unwrap();
            assert_eq!(grid, PixelGrid::new(zone, west, north, rows, cols).unwrap(), "{name}");
            assert!(grid.is_on_lattice());
        }
    }

    #[test]
    fn a_tile_beside_its_central_meridian_starts_on_it() {
        let grid = PixelGrid::of_tile("grid_3.05_47.05".parse().unwrap()).unwrap();
        assert_eq!(grid.west(), 500_000.0);
    }

    #[test]
    fn cells_at_the_poles_and_the_antimeridian_have_grids() {
        for (column, row) in [(0, 0), (3599, 0), (0, 1799), (3599, 1799), (0, 900), (3599, 899)] {
            let grid = PixelGrid::of_tile(TileId::from_cell(column, row).unwrap()).unwrap();
            assert!(
                grid.rows() >= 1 && grid.rows() < 1200 && grid.cols() >= 1 && grid.cols() < 1200,
                "{grid:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn pixels_know_their_centres(column in 0..3600_u32, row in 30..1770_u32, r in 0..100_usize, c in 0..100_usize) {
            let grid = PixelGrid::of_tile(TileId::from_cell(column, row).unwrap()).unwrap();
            let (r, c) = (r * grid.rows() / 100, c * grid.cols() / 100);
            let (x, y) = grid.pixel_center(r, c);
            prop_assert_eq!(grid.pixel_at(x, y), Some((r, c)));
            let utm = UtmProjection::new(grid.zone()).unwrap();
            let (lon, lat) = grid.lon_lat(&utm, r, c).unwrap();
            prop_assert_eq!(grid.pixel_at_lon_lat(&utm, lon, lat), Some((r, c)));
        }
    }

    #[test]
    fn refuses_what_is_not_a_grid() {
        let zone = UtmZone::from_epsg(32631).unwrap();
        assert!(PixelGrid::new(zone, 0.0, 0.0, 0, 5).is_err());
        assert!(PixelGrid::new(zone, 0.0, 0.0, 5, usize::MAX).is_err());
        assert!(PixelGrid::new(zone, f64::NAN, 0.0, 5, 5).is_err());
    }
}
