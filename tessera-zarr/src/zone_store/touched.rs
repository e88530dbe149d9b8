//! Which part of a zone a region may have.

use tessera_core::{PIXEL_SIZE, PixelGrid, ProjectionError, Region, UtmProjection, Window};

/// The window of the pixels of a zone that lie in the outline of a region within the zone's strip of longitude; `None`
/// where that is none. It may be too large and is never too small, and costs the same for a whole zone as for a tile.
pub(crate) fn touched(grid: &PixelGrid, region: &Region) -> Result<Option<Window>, ProjectionError> {
    let utm = UtmProjection::new(grid.zone())?;
    let meridian = grid.zone().central_meridian();
    let mut lons = vec![region.west(), region.east()];
    let mut lats = vec![region.south(), region.north()];
    // The edges of a box bend outwards most where they cross the central meridian and the equator.
    if (region.west()..=region.east()).contains(&meridian) {
        lons.push(meridian);
    }
    if (region.south()..=region.north()).contains(&0.0) {
        lats.push(0.0);
    }
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for &lat in &lats {
        for &lon in &lons {
            let (x, y) = utm.project(lon, lat)?;
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
    }
    // Outwards to whole pixels, and at least one: a point on an edge has no extent.
    let span = |from: f64, to: f64, most: usize| {
        let start = (from / PIXEL_SIZE).floor();
        let end = (to / PIXEL_SIZE).ceil().max(start + 1.0);
        // The cast saturates: beyond either end the range is empty.
        start as usize..(end as usize).min(most)
    };
    let rows = span(grid.north() - high.1, grid.north() - low.1, grid.rows());
    let cols = span(low.0 - grid.west(), high.0 - grid.west(), grid.cols());
    Ok((!rows.is_empty() && !cols.is_empty())
        .then(|| Window::new(rows.start, cols.start, rows.len(), cols.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_pixel_of_a_region_is_in_its_window(number in 1..=60_u8, west in 0.0..5.9_f64, south in -89.0..88.0_f64,
                width in 0.0..0.3_f64, height in 0.0..0.3_f64, at in (0.0..=1.0_f64, 0.0..=1.0_f64)) {
            let grid = PixelGrid::of_zone(number).unwrap();
            let west = f64::from(number) * 6.0 - 186.0 + west;
            let region = Region::new(west, south, (west + width).min(180.0), south + height).unwrap();
            let window = touched(&grid, &region).unwrap().unwrap();
            let utm = UtmProjection::new(grid.zone()).unwrap();
            let (lon, lat) = (west + at.0 * (region.east() - west), south + at.1 * height);
            let (row, col) = grid.pixel_at_lon_lat(&utm, lon, lat).unwrap();
            prop_assert!(window.row_range().contains(&row) && window.col_range().contains(&col), "{row} {col} {window:?}");
            prop_assert!(window.rows < 4000, "{window:?}");
        }
    }

    #[test]
    fn regions_beside_a_grid_do_not_touch_it() {
        let tile = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap();
        for region in ["0.1,53,0.2,53.1", "5.9,52,6,52.1", "0.1,-52.1,0.2,-52"] {
            assert_eq!(touched(&tile, &region.parse().unwrap()).unwrap(), None, "{region}");
        }
        let all: Region = "0,51,6,53".parse().unwrap();
        assert_eq!(touched(&tile, &all).unwrap(), Some(tile.full()));
    }
}
