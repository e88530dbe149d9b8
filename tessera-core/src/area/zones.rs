//! The UTM zones that an area lies in.

use super::longitude::{normal, strip, zone_of};
use super::{Area, Shape};
use crate::{Region, TileId, UtmZone};

impl Area {
    /// The numbers (1..=60) of the UTM zones that share cells with a box ([`Region::tiles`]), or an area with polygons,
    /// from west to east; there is always one.
    ///
    /// ```
    /// use tessera_core::{Area, Region};
    ///
    /// let zones = |text: &str| Ok::<_, tessera_core::RegionError>(Area::from(text.parse::<Region>()?).zones());
    /// assert_eq!(zones("0,50,6,51")?, [31]);
    /// assert_eq!(zones("5.9,50,6.1,51")?, [31, 32]);
    /// assert_eq!(zones("179.9,-17,-179.9,-16")?, [60, 1]);
    /// assert_eq!(zones("180,0,180,0")?, [1]);
    /// # Ok::<(), tessera_core::RegionError>(())
    /// ```
    #[must_use]
    pub fn zones(&self) -> Vec<u8> {
        match &self.shape {
            Shape::Box(region) => zones_of(region),
            Shape::Polygons(polygons) => {
                let mut zones: Vec<u8> = polygons.strips().iter().map(|(number, _)| *number).collect();
                if polygons.region().crosses_antimeridian() {
                    let first = zone_of(polygons.region().west());
                    zones.sort_by_key(|&number| (number < first, number));
                }
                zones
            }
        }
    }

    /// The box of the part within a zone's 6° of longitude; `None` where the area is not in the zone, or there is no
    /// such zone. A border belongs to the zone east of it, and 180 is −180.
    ///
    /// ```
    /// use tessera_core::{Area, Region};
    ///
    /// let fens = Area::from(Region::new(-0.2, 52.2, 0.3, 52.7)?);
    /// assert_eq!(fens.in_zone(31), Some(Region::new(0.0, 52.2, 0.3, 52.7)?));
    /// assert_eq!(fens.in_zone(32), None);
    /// # Ok::<(), tessera_core::RegionError>(())
    /// ```
    #[must_use]
    pub fn in_zone(&self, number: u8) -> Option<Region> {
        match &self.shape {
            Shape::Box(region) => part_of(region, number),
            Shape::Polygons(polygons) => {
                polygons.strips().iter().find(|(own, _)| *own == number).map(|(_, part)| *part)
            }
        }
    }
}

fn zones_of(region: &Region) -> Vec<u8> {
    // One row of cells has all the zones.
    let line = Region::new(region.west(), region.south(), region.east(), region.south());
    let cells = line.iter().flat_map(Region::tiles);
    let mut zones: Vec<u8> = cells.map(|cell: TileId| UtmZone::of_tile(cell).number()).collect();
    zones.dedup();
    zones
}

fn part_of(region: &Region, number: u8) -> Option<Region> {
    if !zones_of(region).contains(&number) {
        return None;
    }
    let (from, to) = strip(number);
    let within = |lon: f64| lon.clamp(from, to);
    let parts = region.boxes().map(|part| (within(part.min().x), within(part.max().x)));
    // Where the box has no width, or ends on a border, no part is wide.
    let (west, east) = parts
        .fold((f64::MAX, f64::MIN), |all, (w, e)| if w < e { (all.0.min(w), all.1.max(e)) } else { all });
    let (west, east) = if west <= east {
        (west, east)
    } else {
        (within(normal(region.west())), within(normal(region.east())))
    };
    Region::new(west.min(east), region.south(), east, region.north()).ok()
}
