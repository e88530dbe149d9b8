//! Boxes between degrees and the metres of a UTM zone.

use geo_types::{Coord, Rect, coord};

use super::longitude::normal;
use crate::{PixelGrid, ProjectionError, UtmProjection, Window};

/// Easting of the central meridian of every zone in metres.
const MERIDIAN: f64 = 500_000.0;

/// Boxes in the metres of a zone and in degrees of longitude from its central meridian.
///
/// In transverse Mercator the latitude along a row is extreme at its ends or on the central meridian, and the longitude
/// along a column at its ends or on the equator; the same holds of parallels and meridians the other way. So a few
/// points are enough, between the poles.
#[derive(Debug)]
pub(crate) struct UtmBox {
    utm: UtmProjection,
    /// Northing of the poles, from the equator.
    pole: f64,
}

impl UtmBox {
    pub(crate) fn new(utm: UtmProjection) -> Result<Self, ProjectionError> {
        let (_, north) = utm.project(utm.zone().central_meridian(), 90.0)?;
        let pole = north - utm.zone().false_northing();
        Ok(Self { utm, pole })
    }

    pub(crate) fn utm(&self) -> &UtmProjection {
        &self.utm
    }

    pub(crate) fn meridian(&self) -> f64 {
        self.utm.zone().central_meridian()
    }

    fn equator(&self) -> f64 {
        self.utm.zone().false_northing()
    }

    /// The rows of a grid whose centres lie between the poles: beyond, longitudes are those of the other side of the
    /// Earth.
    pub(crate) fn rows_between_poles(&self, grid: &PixelGrid) -> std::ops::Range<usize> {
        // A tenth of a millimetre off, longitudes are already those of this side.
        let pole = self.pole - 1e-4;
        let row = |northing: f64| (grid.north() - northing) / crate::PIXEL_SIZE - 0.5;
        let clamp = |row: f64| row.clamp(0.0, grid.rows() as f64) as usize;
        let first = clamp(row(self.equator() + pole).ceil());
        let end = clamp(row(self.equator() - pole).floor() + 1.0);
        first..end.max(first)
    }

    /// Whether a box in metres lies between the poles.
    pub(crate) fn is_between_poles(&self, metres: &Rect<f64>) -> bool {
        let northing = |y: f64| (y - self.equator()).abs() < self.pole;
        northing(metres.min().y) && northing(metres.max().y)
    }

    /// The box in degrees of a box in metres between the poles.
    pub(crate) fn degrees(&self, metres: &Rect<f64>) -> Result<Rect<f64>, ProjectionError> {
        self.extent(metres, MERIDIAN, self.equator(), |at| {
            let (lon, lat) = self.utm.unproject(at.x, at.y)?;
            Ok(coord! { x: normal(lon - self.meridian()), y: lat })
        })
    }

    /// The box in metres of a box in degrees.
    pub(crate) fn metres(&self, degrees: &Rect<f64>) -> Result<Rect<f64>, ProjectionError> {
        self.extent(degrees, 0.0, 0.0, |at| {
            let (easting, northing) = self.utm.project(at.x + self.meridian(), at.y)?;
            Ok(coord! { x: easting, y: northing })
        })
    }

    /// The box in degrees that the centres of a window's pixels lie in, between the poles.
    pub(crate) fn degrees_of(&self, grid: &PixelGrid, window: &Window) -> Result<Rect<f64>, ProjectionError> {
        let (west, north) = grid.pixel_center(window.row, window.col);
        let (east, south) = grid.pixel_center(window.end_row() - 1, window.end_col() - 1);
        self.degrees(&Rect::new(coord! { x: west, y: south }, coord! { x: east, y: north }))
    }

    /// The extent of the corners of a box and of the points on its sides that lie on an axis.
    fn extent(
        &self,
        from: &Rect<f64>,
        x_axis: f64,
        y_axis: f64,
        to: impl Fn(Coord<f64>) -> Result<Coord<f64>, ProjectionError>,
    ) -> Result<Rect<f64>, ProjectionError> {
        let (low, high) = (from.min(), from.max());
        let first = to(low)?;
        let (mut least, mut most) = (first, first);
        let mut add = |x: f64, y: f64| {
            let at = to(coord! { x: x, y: y })?;
            least = coord! { x: least.x.min(at.x), y: least.y.min(at.y) };
            most = coord! { x: most.x.max(at.x), y: most.y.max(at.y) };
            Ok(())
        };
        let (wide, high_too) = (low.x < high.x, low.y < high.y);
        if wide {
            add(high.x, low.y)?;
        }
        if high_too {
            add(low.x, high.y)?;
        }
        if wide && high_too {
            add(high.x, high.y)?;
        }
        if low.x < x_axis && x_axis < high.x {
            add(x_axis, low.y)?;
            add(x_axis, high.y)?;
        }
        if low.y < y_axis && y_axis < high.y {
            add(low.x, y_axis)?;
            add(high.x, y_axis)?;
        }
        Ok(Rect::new(least, most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UtmZone;
    use proptest::prelude::*;

    fn zone(epsg: u32) -> UtmBox {
        UtmBox::new(UtmProjection::new(UtmZone::from_epsg(epsg).unwrap()).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn boxes_hold_what_they_should(south_zone: bool, x in 170_000.0..830_000.0_f64, y in -9_990_000.0..9_900_000.0_f64,
                width in 0.0..400_000.0_f64, height in 0.0..2_000_000.0_f64, at in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 20)) {
            let zone = zone(if south_zone { 32731 } else { 32631 });
            let y = y + zone.equator();
            let high = (y + height).min(zone.equator() + 9_997_000.0);
            let metres = Rect::new(coord! { x: x, y: y }, coord! { x: x + width, y: high });
            let degrees = zone.degrees(&metres).unwrap();
            for &(u, v) in &at {
                let (lon, lat) = zone.utm.unproject(x + width * u, y + (high - y) * v).unwrap();
                prop_assert!(degrees.min().x - 1e-9 <= lon - 3.0 && lon - 3.0 <= degrees.max().x + 1e-9);
                prop_assert!(degrees.min().y - 1e-9 <= lat && lat <= degrees.max().y + 1e-9);
            }
        }

        #[test]
        fn metres_hold_what_they_should(lon in -3.0..3.0_f64, lat in -90.0..90.0_f64, width in 0.0..6.0_f64, height in 0.0..60.0_f64,
                at in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 20)) {
            let zone = zone(32660);
            let (east, north) = ((lon + width).min(3.0), (lat + height).min(90.0));
            let metres = zone.metres(&Rect::new(coord! { x: lon, y: lat }, coord! { x: east, y: north })).unwrap();
            for &(u, v) in &at {
                let (x, y) = zone.utm.project(177.0 + lon + (east - lon) * u, lat + (north - lat) * v).unwrap();
                prop_assert!(metres.min().x - 1e-3 <= x && x <= metres.max().x + 1e-3);
                prop_assert!(metres.min().y - 1e-3 <= y && y <= metres.max().y + 1e-3);
            }
        }
    }

    #[test]
    fn rows_end_at_the_poles() {
        for number in [1, 31, 60] {
            let grid = PixelGrid::of_zone(number).unwrap();
            let zone = zone(32600 + u32::from(number));
            let rows = zone.rows_between_poles(&grid);
            let east = |row: usize| {
                let (_, northing) = grid.pixel_center(row, 0);
                normal(zone.utm.unproject(500_005.0, northing).unwrap().0 - zone.meridian())
            };
            assert!(east(rows.start) < 90.0 && east(rows.start - 1) > 90.0);
            assert!(east(rows.end - 1) < 90.0 && east(rows.end) > 90.0);
        }
    }
}
