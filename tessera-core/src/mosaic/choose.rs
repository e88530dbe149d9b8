//! Which tile a pixel is taken from.

use std::cmp::Reverse;

use crate::mosaic::copy::Output;
use crate::mosaic::{Look, Mosaic};
use crate::{PixelStatus, ScaleCounts, TileId, Window};

/// Fills one row of a window from the tiles that touch the window.
pub(super) fn row<'a>(
    mosaic: &Mosaic<'_>,
    tiles: &'a [Look<'a>],
    row: usize,
    window: &Window,
    out: &mut Output<'_>,
    counts: &mut ScaleCounts,
) {
    let here: Vec<&'a Look<'a>> = tiles.iter().filter(|tile| !tile.cols(row).is_empty()).collect();
    let mut col = window.col;
    for run in mosaic.cells.row(row) {
        let end = run.end.min(window.end_col());
        if col >= end {
            continue;
        }
        let owner = here.binary_search_by_key(&run.cell, |tile| tile.placed.id).ok().map(|at| here[at]);
        let chooser = Chooser { mosaic, here: &here, row, owner: run.cell };
        // What the owner covers of the run, and what it does not on either side.
        let own = owner.map_or(col..col, |owner| owner.cols(row));
        let own = own.start.clamp(col, end)..own.end.clamp(col, end);
        chooser.each(col..own.start, out, counts);
        if let Some(owner) = owner {
            chooser.owned(owner, own.clone(), out, counts);
        }
        chooser.each(own.end..end, out, counts);
        col = end;
    }
}

/// A row of pixels of one cell.
struct Chooser<'m, 'h, 'a> {
    mosaic: &'m Mosaic<'m>,
    /// The tiles that cover any of the row, in the order of their names.
    here: &'h [&'a Look<'a>],
    row: usize,
    owner: TileId,
}

impl Chooser<'_, '_, '_> {
    /// Pixels that their owner covers: runs of valid ones are copied as they are, the others are chosen one by one.
    fn owned(
        &self,
        owner: &Look<'_>,
        cols: std::ops::Range<usize>,
        out: &mut Output<'_>,
        counts: &mut ScaleCounts,
    ) {
        let valid =
            |col: usize| owner.at(self.row, col).is_some_and(|at| self.mosaic.limit.admits(owner.scales[at]));
        let mut col = cols.start;
        while col < cols.end {
            let start = col;
            while col < cols.end && valid(col) {
                col += 1;
            }
            if let (Some(at), true) = (owner.at(self.row, start), start < col) {
                out.copy(owner, at, start..col);
                counts.valid += (col - start) as u64;
            }
            let start = col;
            while col < cols.end && !valid(col) {
                col += 1;
            }
            self.each(start..col, out, counts);
        }
    }

    /// Pixels chosen one by one.
    fn each(&self, cols: std::ops::Range<usize>, out: &mut Output<'_>, counts: &mut ScaleCounts) {
        for col in cols {
            let candidates = self.here.iter().filter_map(|tile| Some((tile, tile.at(self.row, col)?)));
            let best = candidates.min_by(|a, b| {
                let rank = |(tile, at): &(&&Look<'_>, (usize, usize))| self.rank(tile, *at, col);
                let ((class_a, distance_a), (class_b, distance_b)) = (rank(a), rank(b));
                class_a
                    .0
                    .cmp(&class_b.0)
                    .then(class_a.1.cmp(&class_b.1))
                    .then(distance_a.total_cmp(&distance_b))
                    .then(a.0.placed.id.cmp(&b.0.placed.id))
            });
            let Some((tile, at)) = best else {
                out.blank(col, f32::INFINITY);
                continue;
            };
            let scale = tile.scales[at];
            counts.add([scale], self.mosaic.limit);
            match PixelStatus::of(scale, self.mosaic.limit) {
                PixelStatus::Valid => out.copy(tile, at, col..col + 1),
                PixelStatus::Water => out.blank(col, f32::NAN),
                PixelStatus::NoData => out.blank(col, f32::INFINITY),
            }
        }
    }

    /// Class and ownership, less is better; then the squared distance to the centre of the tile's cell in metres.
    fn rank(&self, tile: &Look<'_>, at: (usize, usize), col: usize) -> ((u8, Reverse<bool>), f64) {
        let class = match PixelStatus::of(tile.scales[at], self.mosaic.limit) {
            PixelStatus::Valid => 0,
            PixelStatus::Water => 1,
            PixelStatus::NoData => 2,
        };
        let (x, y) = self.mosaic.grid.pixel_center(self.row, col);
        let (dx, dy) = (x - tile.placed.center.0, y - tile.placed.center.1);
        ((class, Reverse(tile.placed.id == self.owner)), dx * dx + dy * dy)
    }
}
