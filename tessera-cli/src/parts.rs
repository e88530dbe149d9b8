//! The parts that a source is worked through by.

mod read;
mod sums;

pub(crate) use sums::{Key, Sums, each, is_kept, keep};

use anyhow::{Context, Result, bail};
use tessera_core::{Archive, PixelGrid, Region, TileId, UtmZone, Window, Year, Zones};
use tessera_zarr::ZoneStore;

use crate::source::Queried;

/// A part of a source: a tile of an archive, a shard of a zone store.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// What tells it from the others of the year: `grid_0.15_52.05`, or `utm31 1420 7` by the first row and column.
    pub(crate) name: String,
    /// The UTM zone of its pixels.
    pub(crate) zone: u8,
    /// A box that holds its pixels, or nearly: those of a tile reach a little beyond its cell.
    pub(crate) region: Region,
    /// Changes when its bytes do.
    pub(crate) stamp: String,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Tile(TileId),
    /// Pixels of a zone.
    Window(Window),
}

/// The parts of a year, in their order; of a region, where one is given: those that it touches, whole.
pub(crate) fn parts(source: &Queried, year: Year, region: Option<&Region>) -> Result<Vec<Part>> {
    let parts = match source {
        Queried::Archive(archive) => of_archive(&**archive, year, region)?,
        Queried::Store(store) => of_store(store, year, region)?,
    };
    if parts.is_empty() {
        let name = source.zones().get().name();
        match region {
            Some(region) => bail!("{name} has nothing of {year} in {region}"),
            None => bail!("{name} has nothing of {year}"),
        }
    }
    Ok(parts)
}

fn of_archive(archive: &dyn Archive, year: Year, region: Option<&Region>) -> Result<Vec<Part>> {
    let tiles = match region {
        Some(region) => archive.tiles_in(year, region),
        None => archive.tiles(year),
    };
    let mut parts = Vec::with_capacity(tiles.len());
    for id in tiles {
        // Listed, and gone since.
        let Some(stamp) = archive.stamp(id, year)? else { continue };
        let cell = id.bounds();
        parts.push(Part {
            name: id.to_string(),
            zone: UtmZone::of_tile(id).number(),
            region: Region::new(cell.min().x, cell.min().y, cell.max().x, cell.max().y)?,
            stamp: format!("{} {}", stamp.bytes, stamp.version),
            place: Place::Tile(id),
        });
    }
    Ok(parts)
}

fn of_store(store: &ZoneStore, year: Year, region: Option<&Region>) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for zone in store.zones() {
        let Some(grid) = store.grid(zone) else { continue };
        for shard in store.zone_shards(zone, year)? {
            let window = shard.window;
            let own = region_of(&grid.window(&window)?)?;
            if region.is_some_and(|region| !overlap(region, &own)) {
                continue;
            }
            let stamp = shard.stamp.with_context(|| {
                format!("{} does not tell whether its objects have changed", Zones::name(store))
            })?;
            let stamp = format!("{} {}", stamp.bytes, stamp.version);
            let name = format!("utm{zone:02} {} {}", window.row, window.col);
            parts.push(Part { name, zone, region: own, stamp, place: Place::Window(window) });
        }
    }
    Ok(parts)
}

/// The box of a grid, a thousandth of a degree wider.
fn region_of(grid: &PixelGrid) -> Result<Region> {
    let bounds = grid.lon_lat_bounds()?;
    let (low, high) = (bounds.min(), bounds.max());
    let turn = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
    let (south, north) = ((low.y - 0.001).max(-90.0), (high.y + 0.001).min(90.0));
    Ok(Region::new(turn(low.x - 0.001), south, turn(high.x + 0.001), north)?)
}

/// Whether two regions have a point in common.
fn overlap(a: &Region, b: &Region) -> bool {
    a.boxes().any(|a| {
        b.boxes().any(|b| {
            a.min().x <= b.max().x
                && b.min().x <= a.max().x
                && a.min().y <= b.max().y
                && b.min().y <= a.max().y
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_overlap_across_the_antimeridian() {
        let region = |w, e| Region::new(w, 0.0, e, 1.0).unwrap();
        assert!(overlap(&region(170.0, -170.0), &region(-175.0, -174.0)));
        assert!(overlap(&region(170.0, -170.0), &region(175.0, 176.0)));
        assert!(!overlap(&region(170.0, -170.0), &region(0.0, 1.0)));
    }

    #[test]
    fn the_box_of_a_shard_holds_it() {
        let zone = PixelGrid::of_zone(60).unwrap();
        let grid = zone.window(&Window::new(1_003_520, 65_000, 4096, 4096)).unwrap();
        let region = region_of(&grid).unwrap();
        assert!(region.crosses_antimeridian() && region.contains(179.9, -0.01), "{region}");
    }
}
