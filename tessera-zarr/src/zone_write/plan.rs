//! Which shards there are to fill, and from what.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::RangeInclusive;

use tessera_core::{Archive, PixelGrid, SourceError, TileId, UtmZone, Year};

use crate::zone_write::metadata::group_name;

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
