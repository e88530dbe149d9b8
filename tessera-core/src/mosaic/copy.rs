//! Pixels put in their place.

use std::ops::Range;

use ndarray::{Axis, s};

use crate::mosaic::Look;

/// One row of the output: values with channels fastest, and a scale a pixel.
pub(super) struct Output<'a> {
    /// The column of the raster that the row begins with.
    pub(super) first_col: usize,
    /// The channels that are wanted.
    pub(super) list: &'a [usize],
    pub(super) data: &'a mut [i8],
    pub(super) scales: &'a mut [f32],
}

impl Output<'_> {
    /// Copies pixels of a tile, from `at` on, to these columns of the raster.
    pub(super) fn copy(&mut self, tile: &Look<'_>, at: (usize, usize), cols: Range<usize>) {
        let (row, col) = at;
        let from = col..col + cols.len();
        let to = cols.start - self.first_col..cols.end - self.first_col;
        let (depth, channels) = (self.list.len(), tile.data.dim().2);
        let data = tile.data.slice(s![row, from.clone(), ..]);
        let out = &mut self.data[to.start * depth..to.end * depth];
        let run = self.list.is_sorted_by(|a, b| a + 1 == *b);
        match (data.as_slice(), self.list) {
            (Some(data), &[_, ..]) if run && depth == channels => out.copy_from_slice(data),
            (Some(data), &[first, ..]) if run => {
                let pixels = data.chunks_exact(channels).zip(out.chunks_exact_mut(depth));
                pixels.for_each(|(pixel, out)| out.copy_from_slice(&pixel[first..first + depth]));
            }
            _ => {
                for (pixel, out) in data.axis_iter(Axis(0)).zip(out.chunks_exact_mut(depth.max(1))) {
                    out.iter_mut().zip(self.list).for_each(|(out, &channel)| *out = pixel[channel]);
                }
            }
        }
        let scales = self.scales[to].iter_mut();
        scales.zip(tile.scales.slice(s![row, from])).for_each(|(out, scale)| *out = *scale);
    }

    /// A pixel that is not valid.
    pub(super) fn blank(&mut self, col: usize, scale: f32) {
        let at = col - self.first_col;
        let depth = self.list.len();
        self.data[at * depth..(at + 1) * depth].fill(0);
        self.scales[at] = scale;
    }
}
