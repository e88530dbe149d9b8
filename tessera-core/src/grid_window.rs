//! Which pixels of a grid lie in a region.

use geo_types::{Rect, coord};

use crate::{PIXEL_SIZE, PixelGrid, ProjectionError, Region, UtmProjection, Window};

impl PixelGrid {
    /// The smallest box of longitude and latitude that holds the grid's outline, in degrees: west and east counted
    /// on from the central meridian, so that they may pass ±180.
    ///
    /// # Errors
    /// Where the outline leaves what the projection can represent.
    pub fn lon_lat_bounds(&self) -> Result<Rect<f64>, ProjectionError> {
        let utm = UtmProjection::new(self.zone())?;
        let meridian = self.zone().central_meridian();
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        // Along an edge both angles are smooth and nearly straight: 16 steps a side are within a millionth of a degree
        // for a tile.
        const STEPS: usize = 16;
        for step in 0..=STEPS {
            let (row, col) = (self.rows() * step, self.cols() * step);
            let (row, col) = (row as f64 / STEPS as f64, col as f64 / STEPS as f64);
            let (bottom, right) = (self.rows() as f64, self.cols() as f64);
            for (row, col) in [(row, 0.0), (row, right), (0.0, col), (bottom, col)] {
                let (easting, northing) = self.corner(row, col);
                let (lon, lat) = utm.unproject(easting, northing)?;
                let lon = meridian + turn(lon - meridian);
                low = (low.0.min(lon), low.1.min(lat));
                high = (high.0.max(lon), high.1.max(lat));
            }
        }
        Ok(Rect::new(coord! { x: low.0, y: low.1 }, coord! { x: high.0, y: high.1 }))
    }

    /// The smallest window that holds the centre of every pixel inside a region's projected outline; `None` where the
    /// region and the grid share no pixel.
    ///
    /// # Errors
    /// Where the grid or the region cannot be projected.
    pub fn window_of(&self, region: &Region) -> Result<Option<Window>, ProjectionError> {
        let utm = UtmProjection::new(self.zone())?;
        let meridian = self.zone().central_meridian();
        let own = self.lon_lat_bounds()?;
        let mut found: Option<Window> = None;
        for part in region.boxes() {
            // The same box one turn of the Earth to either side: the grid's own longitudes may pass ±180.
            for turns in [-360.0, 0.0, 360.0] {
                let (w, e) = (part.min().x + turns, part.max().x + turns);
                let (w, e) = (w.max(own.min().x - 0.01), e.min(own.max().x + 0.01));
                let (s, n) = (part.min().y.max(own.min().y - 0.01), part.max().y.min(own.max().y + 0.01));
                if w > e || s > n {
                    continue;
                }
                let outline = projected_outline(&utm, meridian, (w, s, e, n))?;
                found = match (found, self.window_between(&outline)) {
                    (Some(a), Some(b)) => Some(a.hull(b)),
                    (a, b) => a.or(b),
                };
            }
        }
        Ok(found)
    }

    /// The window of the pixels whose centres lie between these edges in metres.
    fn window_between(&self, edges: &Rect<f64>) -> Option<Window> {
        let first = |metres: f64, n: usize| (metres / PIXEL_SIZE - 0.5).ceil().clamp(0.0, n as f64) as usize;
        let end =
            |metres: f64, n: usize| ((metres / PIXEL_SIZE - 0.5).floor() + 1.0).clamp(0.0, n as f64) as usize;
        let (row, col) = (
            first(self.north() - edges.max().y, self.rows()),
            first(edges.min().x - self.west(), self.cols()),
        );
        let (end_row, end_col) =
            (end(self.north() - edges.min().y, self.rows()), end(edges.max().x - self.west(), self.cols()));
        (row < end_row && col < end_col).then(|| Window::new(row, col, end_row - row, end_col - col))
    }
}

/// An angle brought into −180..180.
fn turn(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// The box in metres of a lon/lat box. In transverse Mercator a parallel is lowest or highest at its ends or on the
/// central meridian, and a meridian is farthest from the central one at its ends or on the equator: so these points
/// are enough.
fn projected_outline(
    utm: &UtmProjection,
    meridian: f64,
    (w, s, e, n): (f64, f64, f64, f64),
) -> Result<Rect<f64>, ProjectionError> {
    let mut points = vec![(w, s), (w, n), (e, s), (e, n)];
    if (w..e).contains(&meridian) {
        points.extend([(meridian, s), (meridian, n)]);
    }
    if (s..n).contains(&0.0) {
        points.extend([(w, 0.0), (e, 0.0)]);
    }
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for (lon, lat) in points {
        let (x, y) = utm.project(lon, lat)?;
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    Ok(Rect::new(coord! { x: low.0, y: low.1 }, coord! { x: high.0, y: high.1 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_window_of_a_region_holds_all_its_pixels(column in 0..3600_u32, row in 60..1740_u32,
                w in 0.0..0.09_f64, s in 0.0..0.09_f64, width in 0.001..0.09_f64, height in 0.001..0.09_f64) {
            let tile = TileId::from_cell(column, row).unwrap();
            let grid = PixelGrid::of_tile(tile).unwrap();
            let cell = tile.bounds();
            let (w, s) = (cell.min().x + w, cell.min().y + s);
            let (e, n) = ((w + width).min(180.0), s + height);
            let region = Region::new(w, s, e, n).unwrap();
            let window = grid.window_of(&region).unwrap();
            let utm = UtmProjection::new(grid.zone()).unwrap();
            for (r, c) in (0..grid.rows()).step_by(37).flat_map(|r| (0..grid.cols()).step_by(29).map(move |c| (r, c))) {
                let (lon, lat) = grid.lon_lat(&utm, r, c).unwrap();
                if region.contains(lon, lat) {
                    let window = window.unwrap();
                    prop_assert!(window.row_range().contains(&r) && window.col_range().contains(&c));
                }
            }
        }
    }

    #[test]
    fn regions_elsewhere_have_no_window() {
        let grid = PixelGrid::of_tile("grid_179.95_-16.55".parse().unwrap()).unwrap();
        assert_eq!(grid.window_of(&Region::new(0.0, -17.0, 1.0, -16.0).unwrap()).unwrap(), None);
        let beyond = Region::new(179.99, -16.6, -179.9, -16.5).unwrap();
        let window = grid.window_of(&beyond).unwrap().unwrap();
        assert_eq!(window.end_col(), grid.cols());
        assert!(window.cols < 150, "{window:?}");
        assert_eq!(grid.window_of(&Region::WORLD).unwrap(), Some(grid.full()));
    }
}
