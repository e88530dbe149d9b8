//! The cells that a geometry shares.

use tessera_core::TileId;
use tessera_stac::Coverage;

use super::geometry::{Position, Shapes};

/// Columns of cells around the Earth.
const COLUMNS: i64 = 3600;

/// The cells that geometries have a part in: those that share an area with polygons, as those of a box do, those that
/// lines pass through, and those that hold points. Sides of polygons are straight in longitude and latitude.
#[derive(Debug)]
pub(super) struct Cells {
    mask: Coverage,
}

impl Cells {
    pub(super) fn of(shapes: &Shapes) -> Self {
        let mut cells = Self { mask: Coverage::new() };
        shapes.points.iter().for_each(|&point| cells.point(place(point)));
        shapes.lines.iter().for_each(|line| cells.line(line));
        shapes.polygons.iter().for_each(|polygon| cells.polygon(polygon));
        cells
    }

    pub(super) fn contains(&self, tile: TileId) -> bool {
        self.mask.contains(tile)
    }

    /// How many of them there is a tile of.
    pub(super) fn count_in(&self, coverage: &Coverage) -> usize {
        let both = self.mask.as_bytes().iter().zip(coverage.as_bytes());
        both.map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Those that there is a tile of and that come after a given one, row by row from the north: where there is none, eight
    /// cells are passed over at a time.
    pub(super) fn tiles_in(
        &self,
        coverage: &Coverage,
        after: Option<TileId>,
    ) -> impl Iterator<Item = TileId> {
        let first = after.map_or(0, |tile| tile.row() * COLUMNS as u32 + tile.column() + 1);
        let both = self.mask.as_bytes().iter().zip(coverage.as_bytes()).map(|(a, b)| a & b);
        let bytes = (0_u32..).step_by(8).zip(both).skip(first as usize / 8).filter(|(_, byte)| *byte != 0);
        let cells = bytes.flat_map(|(at, byte)| {
            (0..8).filter(move |bit| byte & (0x80 >> bit) != 0).map(move |bit| at + bit)
        });
        let tile = |at: u32| TileId::from_cell(at % COLUMNS as u32, at / COLUMNS as u32);
        cells.skip_while(move |at| *at < first).filter_map(tile)
    }

    fn cell(&mut self, column: i64, row: i64) {
        let cell = u32::try_from(column).ok().zip(u32::try_from(row).ok());
        if let Some(tile) = cell.and_then(|(column, row)| TileId::from_cell(column, row)) {
            self.mask.insert(tile);
        }
    }

    /// The western and the southern side belong to a cell. On the antimeridian that is the western side of the first.
    fn point(&mut self, [x, y]: [f64; 2]) {
        self.cell(x.floor() as i64 % COLUMNS, (y.ceil() as i64 - 1).max(0));
    }

    fn line(&mut self, line: &[Position]) {
        for pair in line.windows(2) {
            let (a, b) = (place(pair[0]), place(pair[1]));
            self.point(a);
            self.point(b);
            self.side(a, b);
            // Along a border of cells, it lies in those to which the border belongs.
            let (low, high) = ([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])]);
            if low[0] == high[0] && low[0].fract() == 0.0 {
                let rows = low[1].floor() as i64..high[1].ceil() as i64;
                rows.for_each(|row| self.cell(low[0] as i64 % COLUMNS, row));
            } else if low[1] == high[1] && low[1].fract() == 0.0 {
                let row = (low[1] as i64 - 1).max(0);
                (low[0].floor() as i64..high[0].ceil() as i64).for_each(|column| self.cell(column, row));
            }
        }
    }

    /// The cells whose inside a straight line passes through: row by row, from the column where it comes in to the one
    /// where it goes out.
    fn side(&mut self, a: [f64; 2], b: [f64; 2]) {
        let (top, bottom) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let x_at = |y: f64| {
            if y == top[1] {
                return top[0];
            }
            if y == bottom[1] {
                return bottom[0];
            }
            snapped(top[0] + (bottom[0] - top[0]) * ((y - top[1]) / (bottom[1] - top[1])))
        };
        for row in top[1].floor() as i64..bottom[1].ceil() as i64 {
            let (enters, leaves) = if top[1] == bottom[1] {
                (top[0], bottom[0])
            } else {
                (x_at(top[1].max(row as f64)), x_at(bottom[1].min((row + 1) as f64)))
            };
            let columns = enters.min(leaves).floor() as i64..enters.max(leaves).ceil() as i64;
            columns.for_each(|column| self.cell(column, row));
        }
    }

    /// The cells that sides pass through share an area with the polygon; any other lies inside as a whole, as its centre
    /// does, or not at all.
    fn polygon(&mut self, rings: &[Vec<Position>]) {
        let sides =
            rings.iter().flat_map(|ring| ring.windows(2).map(|pair| (place(pair[0]), place(pair[1]))));
        let sides: Vec<_> = sides.collect();
        sides.iter().for_each(|(a, b)| self.side(*a, *b));
        let first = sides.iter().map(|(a, _)| a[1]).fold(f64::MAX, f64::min).floor() as i64;
        let end = sides.iter().map(|(a, _)| a[1]).fold(f64::MIN, f64::max).ceil() as i64;
        let mut crossings: Vec<f64> = Vec::new();
        for row in first..end {
            let y = row as f64 + 0.5;
            let crossed = sides.iter().filter(|(a, b)| (a[1] <= y) != (b[1] <= y));
            crossings.clear();
            crossings.extend(crossed.map(|(a, b)| a[0] + (b[0] - a[0]) * ((y - a[1]) / (b[1] - a[1]))));
            crossings.sort_unstable_by(f64::total_cmp);
            for inside in crossings.chunks_exact(2) {
                let columns = (inside[0] - 0.5).ceil() as i64..=(inside[1] - 0.5).floor() as i64;
                columns.for_each(|column| self.cell(column, row));
            }
        }
        // Without an area it lies where its corners do.
        let flat = |axis: usize| sides.iter().all(|(a, _)| a[axis] == sides[0].0[axis]);
        if flat(0) || flat(1) {
            sides.iter().for_each(|(a, _)| self.point(*a));
        }
    }
}

/// A position in cells: to the east from 180° W, and down from the North Pole.
fn place([lon, lat]: Position) -> [f64; 2] {
    [snapped((lon + 180.0) * 10.0), snapped((90.0 - lat) * 10.0)]
}

/// What was written as a border of cells is one: 0.3 times 10 is 3.
fn snapped(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() < 1e-9 { whole } else { value }
}

#[cfg(test)]
mod tests {
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
        for (axis, edge, sign) in
            [(0, column, 1.0), (0, column + 1.0, -1.0), (1, row, 1.0), (1, row + 1.0, -1.0)]
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
}
