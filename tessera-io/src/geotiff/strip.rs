//! A row of tiles in memory.

use ndarray::{ArrayView3, Axis};
use rayon::prelude::*;
use tessera_core::ask_for_huge_pages;

use super::level::Level;
use super::pixel::Pixel;

/// A row of tiles of one level: from west to east, each with its planes one after another, as they will be encoded. What
/// lies beyond the last column or row is nothing.
#[derive(Debug)]
pub(super) struct Strip<P> {
    edge: usize,
    planes: usize,
    values: Vec<P>,
    filled: usize,
}

impl<P: Pixel> Strip<P> {
    pub(super) fn new(level: &Level, planes: usize) -> Self {
        let edge = level.edge;
        let mut values = vec![bytemuck::Zeroable::zeroed(); level.across() * planes * edge * edge];
        ask_for_huge_pages(&mut values);
        values.fill(P::NOTHING);
        Self { edge, planes, values, filled: 0 }
    }

    /// Rows that there is room for.
    pub(super) fn free(&self) -> usize {
        self.edge - self.filled
    }

    /// Adds some of the rows given, which have the shape (rows, cols, planes), and of these some of the columns. `rows`
    /// are not more than there is room for, `cols` as many as the level has.
    pub(super) fn add(&mut self, pixels: &ArrayView3<'_, P>, rows: &[usize], cols: &[usize]) {
        let (edge, planes, filled) = (self.edge, self.planes, self.filled);
        let tiles = self.values.par_chunks_exact_mut(planes * edge * edge);
        tiles.zip(cols.par_chunks(edge)).for_each(|(tile, cols)| {
            for (at, &row) in (filled..).zip(rows) {
                let row = pixels.index_axis(Axis(0), row);
                for (from, plane) in row.axis_iter(Axis(1)).zip(tile.chunks_exact_mut(edge * edge)) {
                    for (value, &col) in plane[at * edge..].iter_mut().zip(cols) {
                        *value = from[col];
                    }
                }
            }
        });
        self.filled += rows.len();
    }

    /// One plane of one tile.
    pub(super) fn tile(&self, across: usize, plane: usize) -> &[P] {
        let pixels = self.edge * self.edge;
        &self.values[(across * self.planes + plane) * pixels..][..pixels]
    }

    /// Makes nothing of the rows that were not filled.
    pub(super) fn pad(&mut self) {
        let (edge, filled) = (self.edge, self.filled);
        if filled < edge {
            self.values
                .par_chunks_exact_mut(edge * edge)
                .for_each(|plane| plane[filled * edge..].fill(P::NOTHING));
        }
    }

    /// Begins the next row of tiles in the same memory.
    pub(super) fn restart(&mut self) {
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn rows_and_columns_land_in_their_tiles() {
        let level = Level { rows: 20, cols: 21, edge: 16 };
        let mut strip = Strip::new(&level, 2);
        let pixels = Array3::from_shape_fn((3, 42, 2), |(r, c, b)| (r * 10_000 + c * 10 + b) as f32);
        let cols: Vec<usize> = (0..21).map(|c| 2 * c + 1).collect();
        strip.add(&pixels.view(), &[0, 2], &cols);
        strip.add(&pixels.view(), &[1], &cols);
        assert_eq!(strip.free(), 13);
        let at = |strip: &Strip<f32>, row: usize, col: usize, band| {
            strip.tile(col / 16, band)[row * 16 + col % 16]
        };
        for (row, from) in [0, 2, 1].into_iter().enumerate() {
            for col in 0..21 {
                for band in 0..2 {
                    assert_eq!(at(&strip, row, col, band), pixels[(from, 2 * col + 1, band)]);
                }
            }
            assert!((21..32).all(|col| at(&strip, row, col, 1).is_nan()));
        }
        assert!((0..32).all(|col| at(&strip, 3, col, 0).is_nan()));

        strip.restart();
        strip.add(&pixels.view(), &[2], &cols);
        strip.pad();
        assert_eq!(at(&strip, 0, 0, 0), pixels[(2, 1, 0)]);
        assert!(at(&strip, 1, 0, 0).is_nan() && at(&strip, 2, 20, 1).is_nan());
    }
}
