//! Which 0.1° cell each pixel of a raster belongs to.

use crate::{PixelGrid, ProjectionError, TileId, UtmProjection};

/// Rows that one thread does in turn, each beginning where the edges of the row before were.
#[cfg(feature = "rayon")]
const ROWS_A_TASK: usize = 64;

/// The cell that contains the centre of each pixel of a raster, as runs of columns: along a row the cell changes a few
/// times only. The edges of cells are looked for near where they were a row further north, which takes two or three
/// inverse projections an edge instead of one a pixel.
#[derive(Debug, Clone)]
pub(crate) struct CellRuns {
    rows: Vec<Vec<Run>>,
}

/// Pixels of a row, from the end of the run before up to `end`, that belong to one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// One past the last column.
    pub(crate) end: usize,
    pub(crate) cell: TileId,
}

impl CellRuns {
    /// The runs of a raster on a UTM grid.
    pub(crate) fn of(grid: &PixelGrid) -> Result<Self, ProjectionError> {
        let rows: Vec<usize> = (0..grid.rows()).collect();
        #[cfg(feature = "rayon")]
        let parts: Result<Vec<_>, _> = {
            use rayon::iter::ParallelIterator;
            use rayon::slice::ParallelSlice;
            rows.par_chunks(ROWS_A_TASK).map(|rows| runs_of(grid, rows)).collect()
        };
        #[cfg(not(feature = "rayon"))]
        let parts: Result<Vec<_>, _> =
            rows.chunks(rows.len().max(1)).map(|rows| runs_of(grid, rows)).collect();
        Ok(Self { rows: parts?.into_iter().flatten().collect() })
    }

    /// The runs of a row, from the west.
    pub(crate) fn row(&self, row: usize) -> &[Run] {
        &self.rows[row]
    }
}

fn runs_of(grid: &PixelGrid, rows: &[usize]) -> Result<Vec<Vec<Run>>, ProjectionError> {
    let utm = UtmProjection::new(grid.zone())?;
    // West and east of the central meridian the latitude along a row rises or falls all the way.
    let meridian = ((500_000.0 - grid.west()) / crate::PIXEL_SIZE).clamp(0.0, grid.cols() as f64) as usize;
    let mut all: Vec<Vec<Run>> = Vec::with_capacity(rows.len());
    for &row in rows {
        let line = Line { grid, utm: &utm, row };
        let before = all.last().map_or(&[][..], Vec::as_slice);
        let mut runs = Vec::with_capacity(before.len() + 2);
        for (start, end) in [(0, meridian), (meridian, grid.cols())] {
            if start < end {
                line.halves(start, end - 1, before, &mut runs)?;
            }
        }
        all.push(runs);
    }
    Ok(all)
}

/// A row of pixels.
struct Line<'a> {
    grid: &'a PixelGrid,
    utm: &'a UtmProjection,
    row: usize,
}

impl Line<'_> {
    fn cell(&self, col: usize) -> Result<TileId, ProjectionError> {
        let (lon, lat) = self.grid.lon_lat(self.utm, self.row, col)?;
        // Beyond a pole, where no cell is, the nearest one.
        TileId::containing(lon, lat.clamp(-90.0, 90.0)).map_err(|_| {
            let (x, y) = self.grid.pixel_center(self.row, col);
            ProjectionError::Point { x, y, zone: self.grid.zone(), why: "it lies in no cell".into() }
        })
    }

    /// The runs of the columns first..=last, along which longitude and latitude each go one way, cut first where the row
    /// before was cut.
    fn halves(
        &self,
        first: usize,
        last: usize,
        before: &[Run],
        runs: &mut Vec<Run>,
    ) -> Result<(), ProjectionError> {
        let mut at = (first, self.cell(first)?);
        for cut in before.iter().map(|run| run.end).filter(|end| (first + 1..=last).contains(end)) {
            let (left, right) = ((cut - 1, self.cell(cut - 1)?), (cut, self.cell(cut)?));
            self.between(at, left, runs)?;
            if left.1 != right.1 {
                push(runs, cut, left.1);
            }
            at = right;
        }
        let end = (last, self.cell(last)?);
        self.between(at, end, runs)?;
        push(runs, last + 1, end.1);
        Ok(())
    }

    /// The runs that end between two pixels whose cells are known: none where that is the same cell.
    fn between(
        &self,
        mut from: (usize, TileId),
        mut to: (usize, TileId),
        runs: &mut Vec<Run>,
    ) -> Result<(), ProjectionError> {
        // An edge has moved little since the row before: look near the ends first, then further and further inside.
        let (mut step, mut from_left) = (1, false);
        while from.1 != to.1 {
            let gap = to.0 - from.0;
            if gap == 1 {
                push(runs, to.0, from.1);
                return Ok(());
            }
            let inside = step.min(gap / 2);
            let col = if from_left { from.0 + inside } else { to.0 - inside };
            let found = (col, self.cell(col)?);
            if found.1 == from.1 {
                from = found;
            } else if found.1 == to.1 {
                to = found;
            } else {
                self.between(from, found, runs)?;
                (from, step) = (found, 1);
            }
            (step, from_left) = (if from_left { step * 2 } else { step }, !from_left);
        }
        Ok(())
    }
}

/// Ends a run, joined to the one before where that is of the same cell.
fn push(runs: &mut Vec<Run>, end: usize, cell: TileId) {
    match runs.last_mut() {
        Some(last) if last.cell == cell => last.end = end,
        _ => runs.push(Run { end, cell }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By an inverse projection for each pixel.
    fn slow(grid: &PixelGrid, row: usize) -> Vec<TileId> {
        let utm = UtmProjection::new(grid.zone()).unwrap();
        let cell = |col| {
            let (lon, lat) = grid.lon_lat(&utm, row, col).unwrap();
            TileId::containing(lon, lat).unwrap()
        };
        (0..grid.cols()).map(cell).collect()
    }

    fn fast(runs: &[Run]) -> Vec<TileId> {
        let mut cells = Vec::new();
        for run in runs {
            assert!(run.end > cells.len());
            cells.resize(run.end, run.cell);
        }
        cells
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_pixel_has_the_cell_of_its_centre(
            number in 1..=60_u8, row in 0..1_990_000_usize, col in 0..60_000_usize, rows in 1..6_usize, cols in 1..3000_usize,
        ) {
            // From 89° N to 88° S.
            let row = row.clamp(15_000, 1_975_000);
            let grid = PixelGrid::of_zone(number).unwrap().window(&crate::Window::new(row, col, rows, cols)).unwrap();
            let runs = CellRuns::of(&grid).unwrap();
            for row in 0..rows {
                prop_assert_eq!(fast(runs.row(row)), slow(&grid, row));
            }
        }
    }

    #[test]
    fn edges_that_slant_are_followed() {
        // Far from the central meridian and near the pole: 60 columns a cell, every row shifts them.
        let tile = PixelGrid::of_tile("grid_0.15_87.35".parse().unwrap()).unwrap();
        let grid = tile.window(&crate::Window::new(0, 0, 200, 2000)).unwrap();
        let runs = CellRuns::of(&grid).unwrap();
        assert!(runs.row(0).len() > 20);
        for row in [0, 63, 64, 65, 130, 199] {
            assert_eq!(fast(runs.row(row)), slow(&grid, row));
        }
    }
}
