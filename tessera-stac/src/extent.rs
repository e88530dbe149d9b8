//! The boxes that hold a set of tiles.

use stac::Bbox;
use tessera_core::TileId;

/// Columns of cells around the Earth.
const COLUMNS: usize = 3600;

/// The box that holds all tiles and, where they lie on both sides of the antimeridian and within half of the Earth, the
/// two boxes on either side, the one west of the antimeridian first. A collection with only one box inside the whole
/// would not validate, hence one or three. Empty for no tiles.
pub(crate) fn spatial_extent(tiles: impl Iterator<Item = TileId> + Clone) -> Vec<Bbox> {
    let Some(whole) = hull(tiles.clone()) else { return Vec::new() };
    let mut boxes = vec![Bbox::TwoDimensional(whole)];
    let mut occupied = vec![false; COLUMNS];
    for tile in tiles.clone() {
        if let Some(column) = occupied.get_mut(tile.column() as usize) {
            *column = true;
        }
    }
    if let Some((end_of_east, start_of_west)) = gap(&occupied) {
        let west = hull(tiles.clone().filter(|tile| tile.column() as usize >= start_of_west));
        let east = hull(tiles.filter(|tile| (tile.column() as usize) < end_of_east));
        boxes.extend([west, east].into_iter().flatten().map(Bbox::TwoDimensional));
    }
    boxes
}

/// The longest run of empty columns as `start, end`, where it takes half of the Earth or more and tiles lie on both
/// sides of the antimeridian.
fn gap(occupied: &[bool]) -> Option<(usize, usize)> {
    if !(occupied.first() == Some(&true) && occupied.last() == Some(&true)) {
        return None;
    }
    let mut longest = (0, 0);
    let mut start = 0;
    for (column, &taken) in occupied.iter().enumerate() {
        if taken {
            if column - start > longest.1 - longest.0 {
                longest = (start, column);
            }
            start = column + 1;
        }
    }
    (longest.1 - longest.0 >= COLUMNS / 2).then_some(longest)
}

/// The smallest box that holds all tiles and does not cross the antimeridian.
pub(crate) fn hull(tiles: impl Iterator<Item = TileId>) -> Option<[f64; 4]> {
    tiles
        .map(|tile| {
            let cell = tile.bounds();
            [cell.min().x, cell.min().y, cell.max().x, cell.max().y]
        })
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extent(names: &[&str]) -> Vec<Vec<f64>> {
        let tiles: Vec<TileId> = names.iter().map(|name| name.parse().unwrap()).collect();
        spatial_extent(tiles.iter().copied()).into_iter().map(Into::into).collect()
    }

    #[test]
    fn one_box_holds_all() {
        assert_eq!(extent(&["grid_0.25_52.05"]), [[0.2, 52.0, 0.3, 52.1]]);
        assert_eq!(extent(&["grid_0.15_52.05", "grid_-99.95_80.05"]), [[-100.0, 52.0, 0.2, 80.1]]);
        assert_eq!(extent(&["grid_179.95_89.95", "grid_10.05_-89.95"]), [[10.0, -90.0, 180.0, 90.0]]);
        assert!(extent(&[]).is_empty());
    }

    #[test]
    fn fiji_lies_on_both_sides() {
        assert_eq!(
            extent(&["grid_179.95_-16.55", "grid_177.05_-18.05", "grid_-179.95_-16.45"]),
            [[-180.0, -18.1, 180.0, -16.4], [177.0, -18.1, 180.0, -16.5], [-180.0, -16.5, -179.9, -16.4]]
        );
    }

    #[test]
    fn the_world_is_one_box() {
        let world = ["grid_-179.95_-16.55", "grid_-60.05_0.05", "grid_60.05_0.05", "grid_179.95_70.05"];
        assert_eq!(extent(&world), [[-180.0, -16.6, 180.0, 70.1]]);
    }

    proptest! {
        #[test]
        fn every_tile_lies_in_a_box(cells in prop::collection::vec((0..3600_u32, 0..1800_u32), 1..20)) {
            let tiles: Vec<_> = cells.into_iter().filter_map(|(c, r)| TileId::from_cell(c, r)).collect();
            let boxes = spatial_extent(tiles.iter().copied());
            prop_assert!(boxes.len() == 1 || boxes.len() == 3);
            let holds = |b: &Bbox, t: &TileId| {
                let cell = t.bounds();
                b.xmin() <= cell.min().x && cell.max().x <= b.xmax() && b.ymin() <= cell.min().y && cell.max().y <= b.ymax()
            };
            for tile in &tiles {
                prop_assert!(holds(&boxes[0], tile));
                prop_assert!(boxes.len() == 1 || boxes[1..].iter().any(|b| holds(b, tile)));
            }
        }
    }
}
