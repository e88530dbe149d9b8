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
mod tests;
