//! Which shards there are to fill, and from what.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::RangeInclusive;

use tessera_core::{Archive, PixelGrid, SourceError, TileId, UtmZone, Year};

use crate::puts::place;
use crate::zone_write::build::Build;
use crate::zone_write::metadata::group_name;
use crate::{ZoneFillError, ZoneWriter};

/// By how many pixels a file may be larger, or lie elsewhere, than its name says.
const SLACK: i64 = 8;

/// One shard to fill: the unit of work, whose objects no other unit writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneUnit {
    /// The zone, 1..=60.
    pub zone: u8,
    /// The year.
    pub year: Year,
    /// Row of the shard in the zone's lattice, from the north.
    pub row: u64,
    /// Column of the shard, from the west.
    pub col: u64,
    /// The tiles that may have pixels in it, in the order of their names.
    pub tiles: Vec<TileId>,
}

impl fmt::Display for ZoneUnit {
    /// `utm31/2024/103.3`: zone, year, row and column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}.{}", group_name(self.zone), self.year, self.row, self.col)
    }
}

impl ZoneWriter {
    /// The shards that the tiles of a year touch, by the names of the tiles alone, in some zones or all that the store
    /// has; zones that only the archive has are left out.
    ///
    /// # Errors
    /// A year or zone that the store does not have, or an archive of another dataset.
    pub fn plan(
        &self,
        archive: &dyn Archive,
        year: Year,
        zones: Option<&[u8]>,
    ) -> Result<Vec<ZoneUnit>, ZoneFillError> {
        let store = || self.name();
        let version = archive.version();
        if !version.mixes_with(&self.spec.version) {
            return Err(ZoneFillError::Version {
                archive: archive.name(),
                got: version.to_string(),
                store: store(),
                expected: self.spec.version.to_string(),
            });
        }
        if !self.spec.years.contains(&year) {
            let years = list(&self.spec.years);
            return Err(ZoneFillError::Year { store: store(), got: year.to_string(), years });
        }
        let wanted = zones.unwrap_or(&self.spec.zones);
        if let Some(&got) = wanted.iter().find(|zone| !self.spec.zones.contains(zone)) {
            return Err(ZoneFillError::Zone { store: store(), got, zones: list(&self.spec.zones) });
        }
        let mut units = units(archive, year, wanted, self.spec.layout.shard_edge())?;
        // Shards whose tiles are all gone from the archive: nothing else would notice.
        for &zone in wanted {
            let records = place(&**self.build.store(), &Build::records(zone, year));
            let recorded = self.build.recorded(zone, year).map_err(ZoneFillError::io(records))?;
            for (row, col) in recorded {
                if !units.iter().any(|unit| (unit.zone, unit.row, unit.col) == (zone, row, col)) {
                    units.push(ZoneUnit { zone, year, row, col, tiles: Vec::new() });
                }
            }
        }
        units.sort_by_key(|unit| (unit.zone, unit.row, unit.col));
        Ok(units)
    }
}

fn list(all: &[impl ToString]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The shards of some zones that the tiles of a year touch, by the names of the tiles alone; in the order of zone, row and
/// column.
pub(crate) fn units(
    archive: &dyn Archive,
    year: Year,
    zones: &[u8],
    shard: u64,
) -> Result<Vec<ZoneUnit>, SourceError> {
    let failed = |cause: &dyn fmt::Display| SourceError::new(archive.name(), cause.to_string());
    let mut lattices = HashMap::new();
    for &zone in zones {
        lattices.insert(zone, PixelGrid::of_zone(zone).map_err(|cause| failed(&cause))?);
    }
    let mut found: BTreeMap<(u8, u64, u64), Vec<TileId>> = BTreeMap::new();
    for id in archive.tiles(year) {
        let zone = UtmZone::of_tile(id).number();
        let Some(lattice) = lattices.get(&zone) else { continue };
        let grid = PixelGrid::of_tile(id).map_err(|cause| failed(&cause))?;
        let Some((rows, cols)) = shards(&grid, lattice, shard) else { continue };
        for row in rows {
            for col in cols.clone() {
                found.entry((zone, row, col)).or_default().push(id);
            }
        }
    }
    Ok(found.into_iter().map(|((zone, row, col), tiles)| ZoneUnit { zone, year, row, col, tiles }).collect())
}

/// Rows and columns of the shards of a zone that a tile may have pixels in; `None` where it is not on the zone's lattice.
pub(crate) fn shards(
    tile: &PixelGrid,
    lattice: &PixelGrid,
    edge: u64,
) -> Option<(RangeInclusive<u64>, RangeInclusive<u64>)> {
    let (row, col) = tile.offset_in(lattice)?;
    let shards = |at: i64, own: usize, all: usize| {
        let first = (at - SLACK).clamp(0, all as i64 - 1) as u64;
        let last = (at + own as i64 + SLACK - 1).clamp(0, all as i64 - 1) as u64;
        first / edge..=last / edge
    };
    Some((shards(row, tile.rows(), lattice.rows()), shards(col, tile.cols(), lattice.cols())))
}
