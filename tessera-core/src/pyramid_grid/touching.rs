//! Which chunks of a pyramid a region touches.

use super::{PyramidChunk, PyramidGrid};
use crate::Region;

/// The greatest latitude of EPSG:3857, where the world is square.
const WEB_LATITUDE: f64 = 85.051_128_779_806_59;

impl PyramidGrid {
    /// The chunks of a level that a region touches, row by row from the north. A region across the antimeridian touches
    /// chunks at both ends of a row. None where the level is not there, or the region lies beyond 85.05° on a web map.
    pub fn touching(&self, level: u8, region: &Region) -> impl Iterator<Item = PyramidChunk> + use<> {
        let spans = self.columns(level, region);
        self.rows(level, region).flat_map(move |row| {
            let cols = spans.clone().into_iter().flatten().flatten();
            cols.map(move |col| PyramidChunk::new(level, row, col))
        })
    }

    fn rows(&self, level: u8, region: &Region) -> std::ops::Range<u32> {
        let web = self.is_web();
        if level >= self.levels || (web && (region.south() > WEB_LATITUDE || region.north() < -WEB_LATITUDE))
        {
            return 0..0;
        }
        let y = |lat: f64| {
            if web {
                let sin = lat.clamp(-WEB_LATITUDE, WEB_LATITUDE).to_radians().sin();
                sin.atanh() / std::f64::consts::PI * super::WEB_HALF
            } else {
                lat
            }
        };
        let (count, _) = self.chunks(level);
        let north = self.corner().1;
        self.span(level, north - y(region.north()), north - y(region.south()), count)
    }

    /// One or two spans of columns.
    fn columns(&self, level: u8, region: &Region) -> [Option<std::ops::Range<u32>>; 2] {
        let (_, count) = self.chunks(level);
        let unit = if self.is_web() { super::WEB_HALF / 180.0 } else { 1.0 };
        let span =
            |west: f64, east: f64| self.span(level, (west + 180.0) * unit, (east + 180.0) * unit, count);
        if !region.crosses_antimeridian() {
            return [Some(span(region.west(), region.east())), None];
        }
        let (east, west) = (span(-180.0, region.east()), span(region.west(), 180.0));
        if east.end > west.start { [Some(0..count), None] } else { [Some(east), Some(west)] }
    }

    /// The chunks that lengths from the corner fall into, at most `count`.
    fn span(&self, level: u8, from: f64, to: f64, count: u32) -> std::ops::Range<u32> {
        let edge = self.step(level) * self.edge() as f64;
        let last = count.saturating_sub(1);
        // What lies on an edge, or misses it by a rounding, touches both sides.
        let first = ((from / edge - 1e-9).floor().max(0.0) as u32).min(last);
        let end = ((to / edge + 1e-9).floor().max(0.0) as u32).min(last);
        first..end + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_chunk_of_a_point_is_touched(lon in -180.0..180.0_f64, lat in -85.0..85.0_f64, level in 0..10_u8, web: bool,
                width in 0.0..0.3_f64) {
            let grid = if web { PyramidGrid::web_mercator(12) } else { PyramidGrid::lon_lat(12) }.unwrap();
            let east = if lon + width > 180.0 { lon + width - 360.0 } else { lon + width };
            let region = Region::new(lon, lat, east, lat).unwrap();
            let touched: Vec<_> = grid.touching(level, &region).collect();
            prop_assert!(touched.is_sorted() && touched.iter().all(|chunk| grid.contains(*chunk)));
            let projection = grid.crs().projection().unwrap();
            for lon in [lon, east] {
                let (x, y) = projection.project(lon, lat).unwrap();
                let holds = |chunk: &PyramidChunk| {
                    let bounds = grid.raster(*chunk).unwrap().bounds();
                    let x_in = bounds.min().x - 1e-6 <= x && x <= bounds.max().x + 1e-6;
                    x_in && bounds.min().y - 1e-6 <= y && y <= bounds.max().y + 1e-6
                };
                prop_assert!(touched.iter().any(holds), "{lon} {lat} {touched:?}");
            }
        }
    }

    #[test]
    fn a_region_across_the_antimeridian_touches_both_ends() {
        let fiji = Region::new(179.99, -17.0, -179.99, -16.99).unwrap();
        for grid in [PyramidGrid::lon_lat(3).unwrap(), PyramidGrid::web_mercator(14).unwrap()] {
            let last = grid.chunks(0).1 - 1;
            let cols: Vec<u32> = grid.touching(0, &fiji).map(|chunk| chunk.col).collect();
            assert!(
                cols.contains(&0) && cols.contains(&last) && cols.iter().all(|c| *c < 3 || *c + 3 > last)
            );
        }
    }

    #[test]
    fn nothing_beyond_the_map_is_touched() {
        let pole = Region::new(0.0, 86.0, 1.0, 87.0).unwrap();
        assert_eq!(PyramidGrid::web_mercator(3).unwrap().touching(0, &pole).count(), 0);
        assert!(PyramidGrid::lon_lat(3).unwrap().touching(0, &pole).count() > 0);
        assert_eq!(PyramidGrid::lon_lat(3).unwrap().touching(3, &pole).count(), 0);
    }
}
