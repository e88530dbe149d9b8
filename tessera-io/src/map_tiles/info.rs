//! What a map is.

use serde_json::{Map, Value};
use tessera_core::Region;

/// The greatest latitude of a web map, where the world is square.
const MOST_LATITUDE: f64 = 85.051_128_779_806_59;

/// What a map is: its names, where it has something to show, and what its colours mean.
///
/// ```
/// use tessera_io::MapTilesInfo;
///
/// let mut info = MapTilesInfo::new("TESSERA 2024");
/// info.attribution = "© University of Cambridge".to_owned();
/// info.tessera.insert("year".to_owned(), 2024.into());
/// assert_eq!(info.name, "TESSERA 2024");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MapTilesInfo {
    /// The name of the map.
    pub name: String,
    /// What it shows; left out where it is empty.
    pub description: String,
    /// Whom a page names that shows the map, as text or HTML; left out where it is empty.
    pub attribution: String,
    /// Where there is something to show. TileJSON has no bounds across the antimeridian: there they go around the Earth.
    pub bounds: Region,
    /// The member `tessera`: the year, the dataset, the components shown, the legend.
    pub tessera: Map<String, Value>,
}

impl MapTilesInfo {
    /// A map of this name, of the whole Earth, about which nothing more is said.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            attribution: String::new(),
            bounds: Region::WORLD,
            tessera: Map::new(),
        }
    }

    /// West, south, east and north in degrees, as formats of web maps have it: never across the antimeridian, and not
    /// beyond the map.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        let (west, east) = if self.bounds.crosses_antimeridian() {
            (-180.0, 180.0)
        } else {
            (self.bounds.west(), self.bounds.east())
        };
        let on_map = |lat: f64| lat.clamp(-MOST_LATITUDE, MOST_LATITUDE);
        [west, on_map(self.bounds.south()), east, on_map(self.bounds.north())]
    }

    /// Longitude and latitude of the middle of the bounds.
    pub(crate) fn center(&self) -> (f64, f64) {
        let [west, south, east, north] = self.bounds();
        let lon = if self.bounds.crosses_antimeridian() {
            let middle = (self.bounds.west() + self.bounds.east() + 360.0) / 2.0;
            if middle > 180.0 { middle - 360.0 } else { middle }
        } else {
            (west + east) / 2.0
        };
        (lon, (south + north) / 2.0)
    }

    /// The zoom at which the bounds are between one and two map tiles long, of those that there are.
    pub(crate) fn center_zoom(&self, zooms: &std::ops::RangeInclusive<u8>) -> u8 {
        let [_, south, _, north] = self.bounds();
        let west_to_east = (self.bounds.east() - self.bounds.west()).rem_euclid(360.0);
        let around = self.bounds.west() == -180.0 && self.bounds.east() == 180.0;
        let length = if around { 360.0 } else { west_to_east.max(north - south) };
        let (mut zoom, mut tile) = (0, 360.0);
        while zoom < *zooms.end() && length < tile {
            (zoom, tile) = (zoom + 1, tile / 2.0);
        }
        zoom.max(*zooms.start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(west: f64, south: f64, east: f64, north: f64) -> MapTilesInfo {
        MapTilesInfo { bounds: Region::new(west, south, east, north).unwrap(), ..MapTilesInfo::new("") }
    }

    #[test]
    fn bounds_do_not_cross_the_antimeridian_and_the_centre_may_be_on_it() {
        let fiji = of(177.0, -19.0, -179.0, -16.0);
        assert_eq!((fiji.bounds(), fiji.center()), ([-180.0, -19.0, 180.0, -16.0], (179.0, -17.5)));
        assert_eq!(fiji.center_zoom(&(0..=14)), 7);
        let east = of(179.0, 0.0, -177.0, 1.0);
        assert_eq!(east.center().0, -179.0);
    }

    #[test]
    fn the_world_ends_at_85_degrees_and_is_seen_at_zoom_0() {
        let world = MapTilesInfo::new("");
        assert_eq!(world.bounds(), [-180.0, -MOST_LATITUDE, 180.0, MOST_LATITUDE]);
        assert_eq!((world.center_zoom(&(0..=14)), world.center_zoom(&(5..=14))), (0, 5));
        // A point has no length.
        assert_eq!(of(1.0, 1.0, 1.0, 1.0).center_zoom(&(3..=12)), 12);
    }
}
