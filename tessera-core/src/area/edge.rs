//! A straight edge of a polygon.

use geo_types::{Coord, Rect};

/// A straight line in degrees, from its southern to its northern end. The order of the ends is fixed, so that two
/// polygons that share an edge agree on which side of it a point lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) south: Coord<f64>,
    pub(super) north: Coord<f64>,
}

impl Edge {
    pub(super) fn new(a: Coord<f64>, b: Coord<f64>) -> Self {
        if (a.y, a.x) <= (b.y, b.x) { Self { south: a, north: b } } else { Self { south: b, north: a } }
    }

    /// Its longitude at a latitude between its ends.
    pub(super) fn lon_at(&self, lat: f64) -> f64 {
        if lat == self.north.y {
            return self.north.x;
        }
        let part = (lat - self.south.y) / (self.north.y - self.south.y);
        self.south.x + (self.north.x - self.south.x) * part
    }

    /// Its latitude at a longitude between its ends, which must differ.
    pub(super) fn lat_at(&self, lon: f64) -> f64 {
        let (west, east) = self.west_to_east();
        if lon == west.x {
            return west.y;
        }
        if lon == east.x {
            return east.y;
        }
        west.y + (east.y - west.y) * ((lon - west.x) / (east.x - west.x))
    }

    pub(super) fn west_to_east(&self) -> (Coord<f64>, Coord<f64>) {
        if self.south.x <= self.north.x { (self.south, self.north) } else { (self.north, self.south) }
    }

    /// Whether it may pass through a box. Says no only where it does not.
    pub(super) fn may_touch(&self, area: &Rect<f64>) -> bool {
        let (low, high) = (area.min(), area.max());
        let (west, east) = self.west_to_east();
        if self.north.y < low.y || self.south.y > high.y || east.x < low.x || west.x > high.x {
            return false;
        }
        // Nearly along a parallel the longitude at a latitude has few true digits.
        if self.north.y - self.south.y < 1e-9 {
            return true;
        }
        let (a, b) = (self.lon_at(self.south.y.max(low.y)), self.lon_at(self.north.y.min(high.y)));
        a.min(b) <= high.x && a.max(b) >= low.x
    }

    /// The box of the part between two longitudes, one of which it reaches.
    pub(super) fn between(&self, (from, to): (f64, f64)) -> Rect<f64> {
        let (west, east) = self.west_to_east();
        if west.x == east.x {
            return Rect::new(west, east);
        }
        let (from, to) = (from.max(west.x), to.min(east.x));
        Rect::new(Coord { x: from, y: self.lat_at(from) }, Coord { x: to, y: self.lat_at(to) })
    }
}
