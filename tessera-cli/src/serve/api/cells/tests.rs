//! Cells beside clipped triangles and boxes.

use proptest::prelude::*;
use serde_json::{Value, json};
use tessera_core::Region;

use super::*;

fn cells(kind: &str, coordinates: Value) -> Cells {
    Cells::of(&Shapes::parse(&json!({"type": kind, "coordinates": coordinates})).unwrap())
}

fn names(cells: &Cells) -> Vec<String> {
    cells.mask.tiles().map(|tile| tile.to_string()).collect()
}

/// The area of a convex polygon within a cell, in cells: its sides are cut off one after the other.
fn shared(mut polygon: Vec<[f64; 2]>, column: f64, row: f64) -> f64 {
    for (axis, edge, sign) in [(0, column, 1.0), (0, column + 1.0, -1.0), (1, row, 1.0), (1, row + 1.0, -1.0)]
    {
        let mut kept = Vec::new();
        for at in 0..polygon.len() {
            let (a, b) = (polygon[at], polygon[(at + 1) % polygon.len()]);
            let (da, db) = ((a[axis] - edge) * sign, (b[axis] - edge) * sign);
            if da >= 0.0 {
                kept.push(a);
            }
            if da * db < 0.0 {
                let part = da / (da - db);
                kept.push([a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]);
            }
        }
        polygon = kept;
    }
    let twice: f64 = (0..polygon.len())
        .map(|at| (polygon[at], polygon[(at + 1) % polygon.len()]))
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum();
    twice.abs() / 2.0
}

proptest! {
    #[test]
    fn triangles_have_the_cells_that_they_share_an_area_with(
        corners in prop::array::uniform3((0..40_i32, 0..40_i32)), at in (-3600..3561_i32, -1800..1761_i32)
    ) {
        // Corners on borders and in the middle of cells.
        let corner = |(x, y): (i32, i32)| [f64::from(at.0 + x) / 20.0, f64::from(at.1 + y) / 20.0];
        let corners = corners.map(corner);
        let [a, b, c] = corners;
        let found = cells("Polygon", json!([[a, b, c, a]]));
        let triangle: Vec<_> = corners.map(place).into();
        let around = |axis: usize| {
            let values = triangle.iter().map(|place| place[axis] as i64);
            values.clone().min().unwrap() - 1..=values.max().unwrap() + 1
        };
        let cells = around(0).flat_map(|column| around(1).map(move |row| (column, row)));
        let areas: Vec<_> = cells
            .filter_map(|(column, row)| {
                let tile = TileId::from_cell(u32::try_from(column).ok()?, u32::try_from(row).ok()?)?;
                Some((tile, shared(triangle.clone(), column as f64, row as f64)))
            })
            .collect();
        // Flat ones are points.
        prop_assume!(areas.iter().any(|(_, area)| *area > 1e-9));
        for (tile, area) in &areas {
            prop_assert_eq!(found.contains(*tile), *area > 1e-9, "{} shares {}", tile, area);
        }
        prop_assert_eq!(found.mask.len(), areas.iter().filter(|(_, area)| *area > 1e-9).count());
    }

    #[test]
    fn a_box_is_the_same_as_a_polygon(
        west in -1800..1790_i32, south in -900..890_i32, width in 1..60_i32, height in 1..60_i32, by in 0..3_usize
    ) {
        let scale = [1.0, 0.97, 0.999_999][by];
        let edge = |value: i32, most: f64| (f64::from(value) / 10.0 * scale).clamp(-most, most);
        let (w, s, e, n) = (edge(west, 180.0), edge(south, 90.0), edge(west + width, 180.0), edge(south + height, 90.0));
        let found = cells("Polygon", json!([[[w, s], [e, s], [e, n], [w, n], [w, s]]]));
        let region = Region::new(w, s, e, n).unwrap();
        let mut expected: Vec<_> = region.tiles().collect();
        expected.sort_unstable();
        let mut all: Vec<_> = found.mask.tiles().collect();
        all.sort_unstable();
        prop_assert_eq!(all, expected);
    }

    #[test]
    fn points_of_a_line_lie_in_its_cells(
        a in (-180.0..180.0_f64, -90.0..90.0_f64), by in (-9.0..9.0_f64, -9.0..9.0_f64), part in 0.0..1.0_f64
    ) {
        let b = ((a.0 + by.0).clamp(-180.0, 179.9), (a.1 + by.1).clamp(-90.0, 90.0));
        let found = cells("LineString", json!([[a.0, a.1], [b.0, b.1]]));
        let tile = TileId::containing(a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part).unwrap();
        prop_assert!(found.contains(tile));
        prop_assert!(found.mask.len() <= 3 + ((a.0 - b.0).abs() * 10.0 + (a.1 - b.1).abs() * 10.0) as usize + 1);
    }

    #[test]
    fn a_point_lies_in_the_cell_that_contains_it(lon in -180.0..=180.0_f64, lat in -90.0..=90.0_f64) {
        let found = cells("Point", json!([lon, lat]));
        prop_assert_eq!(names(&found), [TileId::containing(lon, lat).unwrap().to_string()]);
    }
}

proptest! {
    #[test]
    fn pages_go_on_where_they_ended(
        points in prop::collection::vec((0..30_u32, 0..3_u32), 1..40), there in prop::collection::vec((0..30_u32, 0..3_u32), 1..60),
        at in (0..3500_u32, 0..1790_u32), after in (0..30_u32, 0..3_u32)
    ) {
        let tile = |(x, y): (u32, u32)| TileId::from_cell(at.0 + x, at.1 + y).unwrap();
        let place = |tile: TileId| [tile.lon(), tile.lat()];
        let found = cells("MultiPoint", json!(points.iter().map(|&cell| place(tile(cell))).collect::<Vec<_>>()));
        let coverage: Coverage = there.iter().map(|&cell| tile(cell)).collect();
        let mut expected: Vec<_> = points.iter().filter(|cell| there.contains(cell)).map(|&(x, y)| (y, x)).collect();
        expected.sort_unstable();
        expected.dedup();
        let expected: Vec<_> = expected.into_iter().map(|(y, x)| tile((x, y))).collect();
        prop_assert_eq!(found.tiles_in(&coverage, None).collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(found.count_in(&coverage), expected.len());
        let order = |tile: &TileId| (tile.row(), tile.column());
        let rest: Vec<_> = expected.into_iter().filter(|one| order(one) > order(&tile(after))).collect();
        prop_assert_eq!(found.tiles_in(&coverage, Some(tile(after))).collect::<Vec<_>>(), rest);
    }
}

#[test]
fn borders_belong_to_one_cell() {
    for (lon, lat) in [(0.3, 52.1), (180.0, 90.0), (-180.0, -90.0), (180.0, 0.0), (-0.1, -0.1)] {
        let expected = [TileId::containing(lon, lat).unwrap().to_string()];
        assert_eq!(names(&cells("Point", json!([lon, lat]))), expected, "{lon} {lat}");
    }
    let line = cells("LineString", json!([[0.1, 52.05], [0.1, 52.15]]));
    assert_eq!(names(&line), ["grid_0.15_52.05", "grid_0.15_52.15"]);
    let line = cells("LineString", json!([[0.05, 52.1], [0.15, 52.1]]));
    assert_eq!(names(&line), ["grid_0.05_52.15", "grid_0.15_52.15"]);
}

#[test]
fn holes_and_flat_polygons() {
    let outer = json!([[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5], [0, 0]]);
    let hole = json!([[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4], [0.1, 0.1]]);
    let ring = cells("Polygon", json!([outer, hole]));
    assert_eq!(ring.mask.len(), 25 - 9);
    assert!(!ring.contains("grid_0.25_0.25".parse().unwrap()));
    let flat = cells("Polygon", json!([[[0.1, 0.1], [0.2, 0.1], [0.3, 0.1], [0.1, 0.1]]]));
    assert_eq!(names(&flat), ["grid_0.15_0.15", "grid_0.25_0.15", "grid_0.35_0.15"]);
    let mut coverage = Coverage::new();
    for name in ["grid_0.05_0.05", "grid_0.25_0.25", "grid_9.95_0.05"] {
        coverage.insert(name.parse().unwrap());
    }
    assert_eq!(ring.count_in(&coverage), 1);
}
