//! The full resolution and its overviews: sizes, tiles, and which pixel an overview shows.

use super::GeoTiffError;

/// The least edge of a tile: TIFF wants multiples of it (TIFF 6.0, section 15).
pub(super) const LEAST_EDGE: usize = 16;

/// The size of one level, and of its tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) edge: usize,
}

impl Level {
    /// Tiles side by side.
    pub(super) fn across(&self) -> usize {
        self.cols.div_ceil(self.edge)
    }

    /// Tiles one below the other.
    pub(super) fn down(&self) -> usize {
        self.rows.div_ceil(self.edge)
    }

    /// Bytes of a row of tiles with so many planes, before they are encoded.
    fn strip_bytes(&self, planes: usize) -> u128 {
        [self.across(), self.edge, self.edge, planes, 4].iter().map(|&n| n as u128).product()
    }
}

/// The side from which on GDAL's validator of Cloud Optimized GeoTIFFs wants overviews.
const LARGE: usize = 512;

/// The full resolution, and where wanted its overviews: each half the one before, rounded up, until one fits in a tile
/// of usual size.
pub(super) fn levels(rows: usize, cols: usize, edge: usize, overviews: bool) -> Vec<Level> {
    let mut levels = vec![Level { rows, cols, edge }];
    let (mut rows, mut cols) = (rows, cols);
    while overviews && rows.max(cols) > edge.min(LARGE) {
        (rows, cols) = (rows.div_ceil(2), cols.div_ceil(2));
        levels.push(Level { rows, cols, edge });
    }
    levels
}

/// The levels with the largest tiles whose rows fit in memory: those wanted, or else those of an edge that is a power
/// of two.
pub(super) fn levels_in_memory(
    (rows, cols, planes): (usize, usize, usize),
    wanted: usize,
    overviews: bool,
    memory: u64,
) -> Result<Vec<Level>, GeoTiffError> {
    let smaller = [2048, 1024, 512, 256, 128, 64, 32, LEAST_EDGE].into_iter().filter(|&edge| edge < wanted);
    let mut needed = 0;
    for edge in [wanted].into_iter().chain(smaller) {
        let levels = levels(rows, cols, edge, overviews);
        needed = levels.iter().map(|level| level.strip_bytes(planes)).sum();
        if needed <= u128::from(memory) {
            return Ok(levels);
        }
    }
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    Err(GeoTiffError::Memory { needed, memory, cols, bands: planes })
}

/// The pixel of `full` pixels in which the centre of a pixel lies, when `part` pixels span the same extent.
pub(super) fn nearest(index: usize, part: usize, full: usize) -> usize {
    let twice = (2 * index as u128 + 1) * full as u128 / (2 * part as u128);
    // Less than `full`, which is a usize.
    twice as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(levels: &[Level]) -> Vec<(usize, usize)> {
        levels.iter().map(|level| (level.rows, level.cols)).collect()
    }

    #[test]
    fn levels_end_in_one_tile() {
        assert_eq!(sizes(&levels(256, 256, 256, true)), [(256, 256)]);
        assert_eq!(sizes(&levels(257, 3, 256, true)), [(257, 3), (129, 2)]);
        assert_eq!(sizes(&levels(1119, 211, 256, true)), [(1119, 211), (560, 106), (280, 53), (140, 27)]);
        assert_eq!(sizes(&levels(1119, 211, 256, false)), [(1119, 211)]);
        assert_eq!(sizes(&levels(513, 700, 4096, true)), [(513, 700), (257, 350)]);
    }

    #[test]
    fn tiles_shrink_until_their_rows_fit() {
        let edge = |memory, overviews| {
            levels_in_memory((1000, 700, 128), 256, overviews, memory).map(|levels| levels[0].edge)
        };
        // 768, 768 + 512 + 256 and 704 columns of tiles.
        assert_eq!(edge(768 * 256 * 128 * 4, false).unwrap(), 256);
        assert_eq!(edge(768 * 256 * 128 * 4, true).unwrap(), 128);
        assert_eq!(edge((768 + 512 + 256) * 256 * 128 * 4, true).unwrap(), 256);
        assert_eq!(edge(704 * 16 * 128 * 4, false).unwrap(), 16);
        let Err(GeoTiffError::Memory { needed, .. }) = edge(704 * 16 * 128 * 4 - 1, false) else { panic!() };
        assert_eq!(needed, 704 * 16 * 128 * 4);
    }

    proptest! {
        #[test]
        fn the_nearest_pixel_is_one_of_its_own(full in 1..5000_usize, halvings in 0..6_u32) {
            let part = full.div_ceil(1 << halvings);
            let picked: Vec<usize> = (0..part).map(|i| nearest(i, part, full)).collect();
            prop_assert!(picked.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(picked.iter().all(|&pixel| pixel < full));
            for (i, &pixel) in picked.iter().enumerate() {
                // Its centre is at most half a pixel of the full resolution away from that of the overview's pixel.
                let centre = (i as f64 + 0.5) * full as f64 / part as f64;
                prop_assert!((pixel as f64 + 0.5 - centre).abs() <= 0.5 + 1e-9);
            }
            if halvings == 0 {
                prop_assert_eq!(picked, (0..full).collect::<Vec<_>>());
            }
        }
    }
}
