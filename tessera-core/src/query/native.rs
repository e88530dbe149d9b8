//! The pixels of an area as they are.

use super::opened::{Opened, check_year, nothing};
use super::{Query, QueryError, ZonePart};
use crate::{Hemisphere, PixelGrid, Zones};

impl Query {
    /// The pixels as they are: one raster for each UTM zone that the area touches and that has something of it, from
    /// west to east.
    ///
    /// Each is the smallest rectangle of its zone's 10 m lattice that holds the centre of every pixel inside the area
    /// and inside the 6° of the zone; what else lies in the rectangle is kept, unless the query clips. Where the
    /// whole area is south of the equator it is in EPSG:327zz, else in EPSG:326zz. What the source does not have is
    /// no data.
    ///
    /// # Errors
    /// A year or channels that are not there, nothing in the area (the errors tell what there is), or a zone that
    /// cannot be opened.
    pub fn native<'z>(&self, zones: &'z dyn Zones) -> Result<Vec<ZonePart<'z>>, QueryError> {
        check_year(zones, self.year)?;
        let region = self.area.region();
        let southern = region.south() < 0.0 && region.north() <= 0.0;
        let hemisphere = if southern { Hemisphere::South } else { Hemisphere::North };
        let mut parts = Vec::new();
        for number in self.area.zones() {
            let Some(part) = self.area.in_zone(number) else { continue };
            // The numbers of zones are in range.
            let Ok(lattice) = PixelGrid::of_zone(number) else { continue };
            let Some(found) = self.area.found_in(&lattice)? else { continue };
            let Some(zone) = Opened::open(zones, number, self.year, &part, &self.channels)? else { continue };
            let grid = lattice.window(&found.window)?;
            let Some(offset) = grid.offset_in(&zone.grid) else {
                return Err(QueryError::Lattice { name: zone.source.name(), zone: number });
            };
            // A pixel that stands in for an area without any has its centre outside.
            let clip = (self.clip && !found.stands_in).then(|| self.area.clone());
            parts.push(ZonePart {
                zone,
                grid: grid.in_hemisphere(hemisphere),
                offset,
                clip,
                limit: self.limit,
            });
        }
        if parts.is_empty() { Err(nothing(zones, self.year, region)) } else { Ok(parts) }
    }
}
