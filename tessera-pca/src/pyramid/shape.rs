//! How a pyramid is cut into blocks.

use std::ops::Range;

use tessera_core::{Crs, PyramidChunk, PyramidGrid, PyramidStore, Region};

use super::PyramidError;

/// Cells along the edge of what is made from one raster, at most.
const EDGE: usize = 2048;
/// The same in metres: pixels are 10 m wide however fine the cells are.
pub(super) const EDGE_METRES: f64 = 24_000.0;
/// Cells of level 0 are no larger, in metres: with twice the size of a pixel, three of four pixels are not seen.
const MAX_CELL: f64 = 20.0;
/// A region with so many times the chunks of what it is asked for in is a large one.
const LARGE: f64 = 64.0;
/// Metres of a degree at the equator.
const DEGREE: f64 = 111_319.490_793_273_57;

/// How a pyramid is cut into blocks.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) grid: PyramidGrid,
    /// The levels that are kept.
    pub(super) levels: Range<u8>,
    /// The level of blocks: what lies above is made from chunks that are stored.
    pub(super) block: u8,
    /// The level of what is made from one raster: of blocks, or below.
    pub(super) raster: u8,
}

impl Shape {
    pub(super) fn of(store: &dyn PyramidStore) -> Result<Self, PyramidError> {
        let (grid, levels) = (*store.grid(), store.levels());
        if levels.is_empty() || levels.end > grid.levels() {
            return Err(PyramidError::Levels { store: store.name(), got: levels, expected: grid.levels() });
        }
        let metres = if grid.crs() == Crs::LonLat { DEGREE } else { 1.0 };
        let cell = grid.step(0) * metres;
        if cell > MAX_CELL {
            return Err(PyramidError::Coarse { store: store.name(), got: cell, max: MAX_CELL });
        }
        let last = levels.end - 1;
        let fits = |level: &u8| {
            let edge = grid.edge() << level;
            edge <= EDGE && edge as f64 * cell <= EDGE_METRES
        };
        let raster = (0..=last).take_while(fits).last().unwrap_or(0);
        Ok(Self { block: raster.max(levels.start), grid, levels, raster })
    }

    /// What the chunks of a block are, as long as the state lives.
    pub(super) fn description(&self) -> String {
        let Self { grid, levels, block, .. } = self;
        format!(
            "a pyramid of {} levels in {}, of which {} to {} are kept, by blocks of level {block}",
            grid.levels(),
            grid.crs(),
            levels.start,
            levels.end - 1
        )
    }

    /// The chunks of a block that are kept, from the top: few, as a block that is larger than a raster keeps its top only.
    pub(super) fn chunks_of(&self, block: PyramidChunk) -> Vec<PyramidChunk> {
        let mut all = vec![block];
        let mut from = 0;
        for _ in self.levels.start..block.level {
            let end = all.len();
            for at in from..end {
                all.extend(all[at].children().into_iter().flatten());
            }
            from = end;
        }
        all
    }

    /// The chunks of a level that a region touches, of those under `top`; all of them where the region is much larger, whose
    /// chunks nobody wants to count for every one of many blocks.
    pub(super) fn touching_under(&self, top: PyramidChunk, level: u8, region: &Region) -> Vec<PyramidChunk> {
        let down = u32::from(top.level.saturating_sub(level));
        let unit = if self.grid.crs() == Crs::LonLat { 1.0 } else { DEGREE };
        let edge = self.grid.step(level) * self.grid.edge() as f64 / unit;
        let turn = if region.crosses_antimeridian() { 360.0 } else { 0.0 };
        let (width, height) = (region.east() + turn - region.west(), region.north() - region.south());
        let touched = (width / edge + 1.0) * (height / edge + 1.0);
        if touched < LARGE * f64::from(1_u32 << (2 * down).min(31)) {
            let inside = |chunk: &PyramidChunk| chunk.ancestor(top.level) == top;
            return self.grid.touching(level, region).filter(inside).collect();
        }
        let (rows, cols) = (top.row << down, top.col << down);
        let under = (0..1 << down).flat_map(|row| (0..1 << down).map(move |col| (rows + row, cols + col)));
        let under = under.map(|(row, col)| PyramidChunk::new(level, row, col));
        under.filter(|chunk| self.grid.contains(*chunk)).collect()
    }

    /// Bytes of a chunk.
    pub(super) fn chunk_bytes(&self) -> usize {
        4 * self.grid.edge() * self.grid.edge()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::SourceError;

    struct Levels(PyramidGrid, Range<u8>);

    impl PyramidStore for Levels {
        fn name(&self) -> String {
            "nothing".into()
        }
        fn grid(&self) -> &PyramidGrid {
            &self.0
        }
        fn levels(&self) -> Range<u8> {
            self.1.clone()
        }
        fn read_chunk(&self, _: PyramidChunk, _: &mut Vec<u8>) -> Result<bool, SourceError> {
            Ok(false)
        }
        fn write_chunk(&self, _: PyramidChunk, _: &[u8]) -> Result<(), SourceError> {
            Ok(())
        }
        fn remove_chunk(&self, _: PyramidChunk) -> Result<(), SourceError> {
            Ok(())
        }
    }

    #[test]
    fn blocks_are_as_large_as_a_raster_or_the_finest_level_that_is_kept() {
        let lon_lat = |levels| PyramidGrid::lon_lat(levels).unwrap();
        let web = |zoom| PyramidGrid::web_mercator(zoom).unwrap();
        for (grid, levels, block, raster) in [
            (lon_lat(5), 0..5, 2, 2),
            (lon_lat(13), 4..13, 4, 2),
            (lon_lat(5), 0..1, 0, 0),
            (lon_lat(2), 1..2, 1, 1),
            (web(14), 0..15, 3, 3),
            (web(13), 0..14, 2, 2),
            (web(16), 2..17, 3, 3),
            (web(14), 6..15, 6, 3),
        ] {
            let shape = Shape::of(&Levels(grid, levels.clone())).unwrap();
            assert_eq!((shape.block, shape.raster), (block, raster), "{grid:?} {levels:?}");
            let top = PyramidChunk::new(block, 5, 7);
            let chunks = shape.chunks_of(top);
            assert!(chunks.len() <= 85 && chunks[0] == top);
            assert!(chunks.iter().all(|chunk| chunk.ancestor(block) == top && levels.contains(&chunk.level)));
            assert_eq!(
                chunks.len(),
                (levels.start..=block).map(|level| 1 << (2 * (block - level))).sum::<usize>()
            );
        }
    }

    #[test]
    fn what_a_region_touches_lies_under_the_top() {
        let shape = Shape::of(&Levels(PyramidGrid::lon_lat(6).unwrap(), 0..6)).unwrap();
        let tile: Region = "0.1,52,0.2,52.1".parse().unwrap();
        let mut seen = Vec::new();
        for top in shape.grid.touching(2, &tile) {
            let under = shape.touching_under(top, 0, &tile);
            assert!(!under.is_empty() && under.iter().all(|chunk| chunk.ancestor(2) == top));
            seen.extend(under);
        }
        seen.sort_unstable();
        assert_eq!(seen, shape.grid.touching(0, &tile).collect::<Vec<_>>());
        // All sixteen, of the world, and at its end those that there are.
        let under = |row, col| shape.touching_under(PyramidChunk::new(2, row, col), 0, &Region::WORLD);
        assert_eq!(under(300, 400).len(), 16);
        let (rows, cols) = shape.grid.chunks(2);
        let (last_rows, last_cols) =
            (shape.grid.chunks(0).0 - 4 * (rows - 1), shape.grid.chunks(0).1 - 4 * (cols - 1));
        assert_eq!(under(rows - 1, cols - 1).len(), (last_rows * last_cols) as usize);
    }

    #[test]
    fn levels_that_cannot_be_are_refused() {
        let grid = PyramidGrid::lon_lat(5).unwrap();
        for levels in [0..0, 3..6, 5..5] {
            assert!(matches!(Shape::of(&Levels(grid, levels)), Err(PyramidError::Levels { .. })));
        }
        let coarse = Shape::of(&Levels(PyramidGrid::web_mercator(12).unwrap(), 0..13)).unwrap_err();
        assert!(coarse.to_string().contains("38.2 m"), "{coarse}");
    }
}
