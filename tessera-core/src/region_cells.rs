//! Which cells a box has.

use crate::{Region, TileId};

impl Region {
    /// The cells that share an area with the box, north row first, from west to east, straight on across the
    /// antimeridian. A box without area has the cell that contains it.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> + use<> {
        let (rows, columns) = (self.cell_rows(), self.cell_columns());
        rows.flat_map(move |row| columns.clone().filter_map(move |c| TileId::from_cell(c % 3600, row)))
    }

    /// The number of [`tiles`](Self::tiles).
    #[must_use]
    pub fn tile_count(&self) -> usize {
        self.cell_rows().len() * self.cell_columns().len()
    }

    /// Whether a cell is among the box's [`tiles`](Self::tiles).
    #[must_use]
    pub fn touches(&self, tile: TileId) -> bool {
        let columns = self.cell_columns();
        let column = tile.column();
        self.cell_rows().contains(&tile.row())
            && (columns.contains(&column) || columns.contains(&(column + 3600)))
    }

    /// Those of many cells, in the order of [`TileId`], that are among the box's [`tiles`](Self::tiles), in the same
    /// order: two searches for each row of cells that the box has, however many cells there are.
    ///
    /// ```
    /// use tessera_core::{Region, TileId};
    ///
    /// let mut all: Vec<TileId> = Region::new(-10.0, 40.0, 10.0, 60.0)?.tiles().collect();
    /// all.sort_unstable();
    /// let found = Region::new(0.1, 52.0, 0.3, 52.1)?.among(&all);
    /// assert_eq!(found.iter().map(|t| t.to_string()).collect::<Vec<_>>(), ["grid_0.15_52.05", "grid_0.25_52.05"]);
    /// # Ok::<(), tessera_core::RegionError>(())
    /// ```
    #[must_use]
    pub fn among(&self, sorted: &[TileId]) -> Vec<TileId> {
        let columns = self.cell_columns();
        // One run of columns, or two around the antimeridian.
        let runs = [columns.start..columns.end.min(3600), 0..columns.end.saturating_sub(3600)];
        let mut found = Vec::new();
        for row in self.cell_rows().rev() {
            for run in runs.iter().rev().filter(|run| !run.is_empty()) {
                let (Some(first), Some(last)) =
                    (TileId::from_cell(run.start, row), TileId::from_cell(run.end - 1, row))
                else {
                    continue;
                };
                let start = sorted.partition_point(|tile| *tile < first);
                let end = start + sorted[start..].partition_point(|tile| *tile <= last);
                found.extend_from_slice(&sorted[start..end]);
            }
        }
        found
    }

    /// The rows of its cells, 0 in the north ([`TileId::row`]).
    #[must_use]
    pub fn cell_rows(&self) -> std::ops::Range<u32> {
        let first = ((90.0 - self.north()) * 10.0).round_near().floor() as u32;
        let end = ((90.0 - self.south()) * 10.0).round_near().ceil() as u32;
        let first = first.min(1799);
        // A box without height lies in the cell whose southern edge or inside it is on.
        if self.south() == self.north() {
            let row = end.saturating_sub(1).min(1799);
            row..row + 1
        } else {
            first..end.clamp(first + 1, 1800)
        }
    }

    /// The columns of its cells, 0 at 180° W ([`TileId::column`]); past 3599 the count goes on across the antimeridian.
    ///
    /// ```
    /// use tessera_core::Region;
    ///
    /// let fiji = Region::new(179.9, -17.0, -179.9, -16.8)?;
    /// assert_eq!((fiji.cell_rows(), fiji.cell_columns()), (1068..1070, 3599..3601));
    /// # Ok::<(), tessera_core::RegionError>(())
    /// ```
    #[must_use]
    pub fn cell_columns(&self) -> std::ops::Range<u32> {
        let east = if self.crosses_antimeridian() { self.east() + 360.0 } else { self.east() };
        let first = ((self.west() + 180.0) * 10.0).round_near().floor() as u32;
        let end = ((east + 180.0) * 10.0).round_near().ceil() as u32;
        first..end.max(first + 1)
    }
}

trait RoundNear {
    /// The nearest integer where that is within a billionth: an edge typed as 0.3 is on the cell border.
    fn round_near(self) -> f64;
}

impl RoundNear for f64 {
    fn round_near(self) -> f64 {
        let whole = self.round();
        if (self - whole).abs() < 1e-9 { whole } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_box_of_whole_cells_has_just_those(c in 0..3600_u32, r in 0..1800_u32, w in 1..40_u32, h in 1..40_u32) {
            let (w, h) = (w.min(3600 - c), h.min(1800 - r));
            let edge = |k: u32, zero: f64| (f64::from(k) - zero * 10.0) / 10.0;
            let region = Region::new(
                edge(c, 180.0), -edge(r + h, 90.0), edge(c + w, 180.0), -edge(r, 90.0)).unwrap();
            prop_assert_eq!(region.tile_count(), (w * h) as usize);
            prop_assert_eq!(region.tiles().count(), region.tile_count());
            prop_assert!(region.tiles().all(|t| (c..c + w).contains(&t.column()) && (r..r + h).contains(&t.row())));
        }

        #[test]
        fn touches_agrees_with_tiles(west in -180.0..180.0_f64, width in 0.0..2.0_f64, south in -90.0..89.0_f64, height in 0.0..1.0_f64) {
            let east = if west + width > 180.0 { west + width - 360.0 } else { west + width };
            let region = Region::new(west, south, east, south + height).unwrap();
            let tiles: Vec<_> = region.tiles().collect();
            prop_assert!(tiles.contains(&TileId::containing(west, south).unwrap()));
            for tile in tiles.iter().flat_map(|t| t.neighbours()) {
                prop_assert_eq!(region.touches(tile), tiles.contains(&tile));
            }
            let mut around: Vec<_> = tiles.iter().flat_map(|t| t.neighbours()).collect();
            around.sort_unstable();
            around.dedup();
            let expected: Vec<_> = around.iter().copied().filter(|t| region.touches(*t)).collect();
            prop_assert_eq!(region.among(&around), expected);
        }
    }

    #[test]
    fn points_and_edges() {
        let one = |text: &str| {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.tile_count(), 1, "{text}");
            region.tiles().next().unwrap()
        };
        assert_eq!(one("0.1,52,0.2,52.1").to_string(), "grid_0.15_52.05");
        assert_eq!(one("0.3,52.1,0.3,52.1").to_string(), "grid_0.35_52.15");
        assert_eq!(one("180,0,180,0"), TileId::containing(180.0, 0.0).unwrap());
        assert_eq!(one("0,90,0,90"), TileId::containing(0.0, 90.0).unwrap());
        assert_eq!(one("0,-90,0,-90"), TileId::containing(0.0, -90.0).unwrap());
        assert_eq!(Region::WORLD.tile_count(), 3600 * 1800);
    }
}
