//! Sums of vectors by cell.

use ndarray::{ArrayViewMut2, ArrayViewMut3};

use crate::{QuantizedView, ScalesView};

/// No cell.
pub(super) const NONE: u32 = u32::MAX;

/// The sums of the vectors that lie in each of some cells, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Sums {
    sums: Vec<f64>,
    counts: Vec<u32>,
    depth: usize,
    /// Pixels in the order of their cells, and where those of each cell begin: memory that is kept.
    order: Vec<u32>,
    starts: Vec<usize>,
}

impl Sums {
    pub(super) fn reset(&mut self, cells: usize, depth: usize) {
        self.depth = depth;
        self.sums.clear();
        self.sums.resize(cells * depth, 0.0);
        self.counts.clear();
        self.counts.resize(cells, 0);
    }

    /// Adds pixels, each to the cell that `cells` tells. Those of a cell are added in their own order, whatever the
    /// number of threads.
    pub(super) fn add(&mut self, pixels: QuantizedView<'_>, cells: &[u32]) {
        self.sort(cells);
        let ScalesView::Pixel(scales) = pixels.scales() else { return };
        let data = pixels.data();
        let (data, scales) = (data.as_standard_layout(), scales.as_standard_layout());
        let (Some(data), Some(scales)) = (data.as_slice(), scales.as_slice()) else { return };
        let (depth, order, starts) = (self.depth, &self.order, &self.starts);
        let each = |cell: usize, sum: &mut [f64], count: &mut u32| {
            for &at in &order[starts[cell]..starts[cell + 1]] {
                let (at, scale) = (at as usize, scales[at as usize]);
                let vector = &data[at * depth..(at + 1) * depth];
                sum.iter_mut().zip(vector).for_each(|(sum, &q)| *sum += f64::from(f32::from(q) * scale));
                *count += 1;
            }
        };
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
            use rayon::slice::ParallelSliceMut;
            let sums = self.sums.par_chunks_mut(depth).with_min_len(4);
            sums.zip(self.counts.par_iter_mut()).enumerate().for_each(|(cell, (sum, n))| each(cell, sum, n));
        }
        #[cfg(not(feature = "rayon"))]
        {
            let sums = self.sums.chunks_mut(depth).zip(&mut self.counts);
            sums.enumerate().for_each(|(cell, (sum, count))| each(cell, sum, count));
        }
    }

    /// Sorts the numbers of the pixels by cell, those of a cell ascending.
    fn sort(&mut self, cells: &[u32]) {
        let (starts, order) = (&mut self.starts, &mut self.order);
        starts.clear();
        starts.resize(self.counts.len() + 1, 0);
        let own = || cells.iter().enumerate().filter(|(_, cell)| **cell != NONE);
        own().for_each(|(_, &cell)| starts[cell as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        order.clear();
        order.resize(starts.last().copied().unwrap_or(0), 0);
        for (at, &cell) in own() {
            let next = &mut starts[cell as usize];
            order[*next] = at as u32;
            *next += 1;
        }
        // Each start has moved on to where the next cell begins.
        starts.rotate_right(1);
        starts[0] = 0;
    }

    /// Writes the means and the counts of the cells of a tile.
    pub(super) fn write(&self, mut values: ArrayViewMut3<'_, f32>, mut counts: ArrayViewMut2<'_, u32>) {
        let cells = values.lanes_mut(ndarray::Axis(2)).into_iter().zip(&mut counts);
        for ((mut mean, to), (sum, &count)) in
            cells.zip(self.sums.chunks(self.depth.max(1)).zip(&self.counts))
        {
            *to = count;
            let n = f64::from(count);
            mean.iter_mut().zip(sum).for_each(|(mean, sum)| {
                *mean = if count == 0 { f32::NAN } else { (sum / n) as f32 };
            });
        }
    }
}
