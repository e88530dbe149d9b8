//! Which columns of a raster lie in which UTM zone.

use std::ops::Range;

use super::RasterGrid;
use crate::area::longitude::{ZONE_WIDTH, normal, strip, zone_of};
use crate::{Crs, Region, Window};

/// The columns of a raster whose centres have the longitudes of one UTM zone.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ZoneColumns {
    /// The number of the zone, 1..=60.
    pub zone: u8,
    /// The columns.
    pub cols: Range<usize>,
    /// The box of their cells, as far as it lies within the zone.
    pub region: Region,
}

impl RasterGrid {
    /// The columns of a window by UTM zone, from the west: a cell belongs to the zone of the longitude of its centre, and
    /// in EPSG:4326 and EPSG:3857 all cells of a column have the same. Empty where the window lies beyond the poles or
    /// has no cell; `None` in UTM, where a column has no longitude of its own.
    ///
    /// ```
    /// use tessera_core::{Crs, RasterGrid, Window};
    ///
    /// let grid = RasterGrid::new(Crs::LonLat, (5.9, 53.0), (0.01, 0.01), 10, 20)?;
    /// let parts = grid.zone_columns(&Window::full(10, 20)).expect("degrees");
    /// let found: Vec<_> = parts.iter().map(|part| (part.zone, part.cols.clone())).collect();
    /// assert_eq!(found, [(31, 0..10), (32, 10..20)]);
    /// assert_eq!((parts[0].region.west(), parts[0].region.east()), (5.9, 6.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn zone_columns(&self, window: &Window) -> Option<Vec<ZoneColumns>> {
        if matches!(self.crs, Crs::Utm(_)) {
            return None;
        }
        let Some(window) = window.clip(self.rows, self.cols) else { return Some(Vec::new()) };
        let projection = self.crs.projection().ok()?;
        // The equator is in every CRS.
        let lon = |col: usize| projection.unwrapped(self.center(0, col).0, 0.0).map(|(lon, _)| lon);
        let mut parts = Vec::new();
        let mut col = window.col;
        while col < window.end_col() {
            let first = lon(col)?;
            let zone = zone_of(first);
            let same =
                |at: usize| lon(at).is_some_and(|lon| lon - first < ZONE_WIDTH && zone_of(lon) == zone);
            // The first column that is not of the zone, by halves: longitude grows from column to column.
            let (mut inside, mut end) = (col, window.end_col());
            while inside + 1 < end {
                let middle = inside + (end - inside) / 2;
                if same(middle) { inside = middle } else { end = middle }
            }
            let part = Window::new(window.row, col, window.rows, end - col);
            let turn = normal(first) - first;
            let region = self.lon_lat_box(&part).ok()?.and_then(|degrees| {
                let (west, east) = strip(zone);
                let (low, high) = (degrees.min(), degrees.max());
                Region::new((low.x + turn).max(west), low.y, (high.x + turn).min(east), high.y).ok()
            });
            parts.extend(region.map(|region| ZoneColumns { zone, cols: col..end, region }));
            col = end;
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_column_has_the_zone_of_its_centre(west in -180.0..179.0_f64, step in 0.0001..0.2_f64, cols in 1..300_usize,
                web: bool) {
            let (crs, unit) = if web { (Crs::WebMercator, 111_319.490_793_273_57) } else { (Crs::LonLat, 1.0) };
            let corner = (west * unit, 10.0 * unit);
            let grid = RasterGrid::new(crs, corner, (step * unit, step * unit), 5, cols).unwrap();
            let parts = grid.zone_columns(&Window::full(5, cols)).unwrap();
            prop_assert_eq!(parts.iter().map(|part| part.cols.len()).sum::<usize>(), cols);
            let projection = crs.projection().unwrap();
            for part in &parts {
                for col in part.cols.clone() {
                    let (x, y) = grid.center(2, col);
                    let (lon, lat) = projection.unproject(x, y).unwrap();
                    prop_assert_eq!(zone_of(lon), part.zone);
                    let region = &part.region;
                    prop_assert!(region.south() <= lat && lat <= region.north());
                    prop_assert!(region.west() <= lon && lon <= region.east(), "{} {}", region, lon);
                }
            }
        }
    }

    #[test]
    fn across_the_antimeridian_zone_60_comes_before_zone_1() {
        let grid = RasterGrid::new(Crs::LonLat, (179.0, -16.0), (0.5, 0.5), 2, 4).unwrap();
        let parts = grid.zone_columns(&Window::full(2, 4)).unwrap();
        let zones: Vec<_> = parts.iter().map(|part| (part.zone, part.cols.clone())).collect();
        assert_eq!(zones, [(60, 0..2), (1, 2..4)]);
        assert_eq!(parts[1].region, Region::new(-180.0, -17.0, -179.0, -16.0).unwrap());
    }

    #[test]
    fn rasters_without_longitudes_have_none() {
        let utm = RasterGrid::new("EPSG:32631".parse().unwrap(), (0.0, 0.0), (10.0, 10.0), 2, 2).unwrap();
        assert_eq!(utm.zone_columns(&Window::full(2, 2)), None);
        let beyond = RasterGrid::new(Crs::LonLat, (0.0, -90.5), (0.1, 0.1), 2, 2).unwrap();
        assert_eq!(beyond.zone_columns(&Window::full(2, 2)), Some(vec![]));
        assert_eq!(beyond.zone_columns(&Window::new(0, 5, 2, 2)), Some(vec![]));
    }
}
