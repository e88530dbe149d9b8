//! Which pixel each cell of a raster shows.

use std::ops::Range;

use super::RasterGrid;
use crate::{Crs, CrsProjection, PIXEL_SIZE, PixelGrid, ProjectionError, UtmProjection, Window};

/// Cells between nodes, at most.
const SPACING: usize = 64;
/// How far from its true place a cell may be put, in pixels: 1 cm. Beyond it the nodes are set closer.
const TOLERANCE: f64 = 0.001;

/// The pixel of a UTM grid that contains the centre of each cell of a raster: what
/// [`PixelGrid::pixel_at_lon_lat`] says, at a thousandth of the cost.
///
/// Cells are projected exactly at nodes, every 64 cells, and their places between nodes follow from those: within 2 cm, a
/// five-hundredth of a pixel. The errors that are greatest, in the middle of the nodes, are looked at, and where they pass a
/// centimetre, as they do where cells are large, the nodes are set closer, up to one for every cell.
///
/// Along a row the work is a few nanoseconds a cell.
///
/// ```
/// use tessera_core::{Crs, PixelGrid, PixelLookup, RasterGrid, UtmProjection};
///
/// let grid = PixelGrid::of_tile("grid_0.15_52.05".parse()?)?;
/// let raster = RasterGrid::new(Crs::LonLat, (0.12, 52.07), (0.0001, 0.0001), 300, 400)?;
/// let lookup = PixelLookup::new(&raster, 0..400, &grid)?;
/// let utm = UtmProjection::new(grid.zone())?;
/// let mut seen = 0;
/// lookup.for_row(200, |col, pixel| {
///     let (lon, lat) = raster.center(200, col);
///     assert_eq!(grid.pixel_at_lon_lat(&utm, lon, lat), Some(pixel));
///     seen += 1;
/// });
/// assert_eq!(seen, 400);
/// let window = lookup.window().expect("the raster lies on the tile");
/// assert_eq!((window.rows, window.cols), (344, 288));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PixelLookup {
    /// Rows and columns of the raster that have nodes, ascending, the last row and column among them.
    rows: Vec<usize>,
    cols: Vec<usize>,
    /// The row and column of the grid, as broken numbers, at each node, row by row.
    nodes: Vec<(f64, f64)>,
    /// Rows and columns of the grid.
    shape: (usize, usize),
}

impl PixelLookup {
    /// The pixels of a grid that the cells of some columns of a raster show. Columns that the raster does not have, and
    /// rows beyond a pole, show none.
    ///
    /// # Errors
    /// A cell that the zone of the grid cannot be projected to, about 90° from its meridian.
    pub fn new(raster: &RasterGrid, cols: Range<usize>, grid: &PixelGrid) -> Result<Self, ProjectionError> {
        let exact = Exact {
            raster,
            from: raster.crs().projection()?,
            utm: UtmProjection::new(grid.zone())?,
            corner: (grid.north(), grid.west()),
        };
        let rows = rows_on_earth(raster);
        let cols = cols.start..cols.end.min(raster.cols());
        let mut spacing = SPACING;
        loop {
            let mut lookup = Self {
                rows: nodes(&rows, spacing),
                cols: nodes(&cols, spacing),
                nodes: Vec::new(),
                shape: (grid.rows(), grid.cols()),
            };
            for &row in &lookup.rows {
                for &col in &lookup.cols {
                    lookup.nodes.push(exact.place(row as f64, col as f64)?);
                }
            }
            if spacing == 1 || lookup.is_near(&exact)? {
                return Ok(lookup);
            }
            spacing /= 2;
        }
    }

    /// The window of the grid that holds every pixel that is shown; `None` where none is.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let bounds = |of: fn(&(f64, f64)) -> f64, count: usize| {
            let low = self.nodes.iter().map(of).fold(f64::INFINITY, f64::min).floor().max(0.0);
            let high = self.nodes.iter().map(of).fold(f64::NEG_INFINITY, f64::max).floor();
            let high = high.min(count as f64 - 1.0);
            (low <= high).then(|| (low as usize, (high - low) as usize + 1))
        };
        let (row, rows) = bounds(|node| node.0, self.shape.0)?;
        let (col, cols) = bounds(|node| node.1, self.shape.1)?;
        Some(Window::new(row, col, rows, cols))
    }

    /// Calls `each` with the column of every cell of a row that shows a pixel, from the west, and that pixel's row and
    /// column in the grid.
    #[inline]
    pub fn for_row(&self, row: usize, mut each: impl FnMut(usize, (usize, usize))) {
        let (rows, cols) = (self.shape.0 as f64, self.shape.1 as f64);
        self.places(row, |col, (r, c)| {
            if r >= 0.0 && r < rows && c >= 0.0 && c < cols {
                each(col, (r as usize, c as usize));
            }
        });
    }

    /// Calls `each` with the column of every cell of a row, and its place in the grid.
    #[inline]
    fn places(&self, row: usize, mut each: impl FnMut(usize, (f64, f64))) {
        let (Some(&first), Some(&last)) = (self.rows.first(), self.rows.last()) else { return };
        let Some(&end) = self.cols.last() else { return };
        if row < first || row > last {
            return;
        }
        let below = self.rows.partition_point(|&node| node < row);
        let above = if self.rows[below] == row { below } else { below - 1 };
        let part = (row - self.rows[above]) as f64 / (self.rows[below] - self.rows[above]).max(1) as f64;
        let width = self.cols.len();
        let (north, south) = (&self.nodes[above * width..][..width], &self.nodes[below * width..][..width]);
        let at = |k: usize| between(north[k], south[k], part);
        let mut west = at(0);
        for (k, span) in self.cols.windows(2).enumerate() {
            let (east, cells) = (at(k + 1), span[1] - span[0]);
            let step = ((east.0 - west.0) / cells as f64, (east.1 - west.1) / cells as f64);
            for on in 0..cells {
                let cell = on as f64;
                each(span[0] + on, (west.0 + step.0 * cell, west.1 + step.1 * cell));
            }
            west = east;
        }
        each(end, west);
    }

    /// Whether cells between nodes are put near enough. To the first order of what is left out, the error is the sum of a
    /// parabola along the rows and one along the columns: greatest, with either sign, in the middle of a square of nodes
    /// or of one of its sides.
    fn is_near(&self, exact: &Exact<'_>) -> Result<bool, ProjectionError> {
        let width = self.cols.len();
        for (down, row) in self.rows.iter().enumerate() {
            let next_row = (down + 1).min(self.rows.len() - 1);
            for (right, col) in self.cols.iter().enumerate() {
                let next_col = (right + 1).min(width - 1);
                let node = |row: usize, col: usize| self.nodes[row * width + col];
                let halves = |a: usize, b: usize| (a + b) as f64 / 2.0;
                let (mid_row, mid_col) =
                    (halves(*row, self.rows[next_row]), halves(*col, self.cols[next_col]));
                let north = between(node(down, right), node(down, next_col), 0.5);
                let west = between(node(down, right), node(next_row, right), 0.5);
                let south = between(node(next_row, right), node(next_row, next_col), 0.5);
                let places = [
                    (north, *row as f64, mid_col),
                    (west, mid_row, *col as f64),
                    (between(north, south, 0.5), mid_row, mid_col),
                ];
                for (found, row, col) in places {
                    let place = exact.place(row, col)?;
                    if (found.0 - place.0).hypot(found.1 - place.1) > TOLERANCE {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }
}

/// Projects cells one by one.
struct Exact<'a> {
    raster: &'a RasterGrid,
    from: CrsProjection,
    utm: UtmProjection,
    /// Northing and easting of the corner of the grid.
    corner: (f64, f64),
}

impl Exact<'_> {
    /// The place in the grid, in pixels, of the centre of a cell, or of a point between centres.
    fn place(&self, row: f64, col: f64) -> Result<(f64, f64), ProjectionError> {
        let (x, y) = self.raster.corner(row + 0.5, col + 0.5);
        let point = self.from.unproject(x, y);
        let (lon, lat) = point.ok_or_else(|| ProjectionError::Point {
            x,
            y,
            zone: self.utm.zone(),
            why: "it is not on Earth".into(),
        })?;
        let (easting, northing) = self.utm.project(lon, lat)?;
        Ok(((self.corner.0 - northing) / PIXEL_SIZE, (easting - self.corner.1) / PIXEL_SIZE))
    }
}

/// The rows whose centres lie between the poles.
fn rows_on_earth(raster: &RasterGrid) -> Range<usize> {
    let rows = 0..raster.rows();
    if raster.crs() != Crs::LonLat {
        return rows;
    }
    // Latitude falls from row to row.
    let count = |above: f64| {
        let (mut low, mut high) = (rows.start, rows.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if raster.center(middle, 0).1 > above { low = middle + 1 } else { high = middle }
        }
        low
    };
    let first = count(90.0);
    first..count((-90.0_f64).next_down()).max(first)
}

/// Every so manieth of a run, and the last.
fn nodes(run: &Range<usize>, spacing: usize) -> Vec<usize> {
    let last = run.end.saturating_sub(1);
    run.clone().step_by(spacing).filter(|at| *at != last).chain(run.clone().last()).collect()
}

/// A point between two.
fn between(a: (f64, f64), b: (f64, f64), part: f64) -> (f64, f64) {
    (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
}

#[cfg(test)]
mod tests;
