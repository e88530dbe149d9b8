//! Which chunks an array has, and what each holds.

use std::ops::Range;

/// The regular grid of chunks of an array: pure arithmetic, without any file.
///
/// Chunks at the far edges are whole chunks too; what lies beyond the array is padding.
///
/// ```
/// use tessera_zarr::{ChunkGrid, ChunkKeys};
///
/// // The embeddings of the founding tile in chunks of 256.
/// let grid = ChunkGrid::new(&[1119, 211, 128], &[256, 256, 128])?;
/// assert_eq!(grid.counts(), [5, 1, 1]);
///
/// // In a larger array, key 2.1.0 is chunk 2 of the rows, 1 of the columns, 0 of the channels.
/// let grid = ChunkGrid::new(&[1119, 700, 128], &[256, 256, 128])?;
/// let index = ChunkKeys::Dots.parse("2.1.0").unwrap();
/// assert_eq!(grid.ranges(&index)?, [512..768, 256..512, 0..128]);
///
/// // The scales of the founding tile.
/// let scales = ChunkGrid::new(&[1119, 211], &[256, 256])?;
/// let keys: Vec<_> = scales.chunks().map(|index| ChunkKeys::Dots.key(&index)).collect();
/// assert_eq!(keys, ["0.0", "1.0", "2.0", "3.0", "4.0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChunkGrid {
    shape: Vec<u64>,
    chunk: Vec<u64>,
}

/// A grid, or a question to one, that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkGridError {
    /// The chunk has another number of dimensions than the array.
    #[error("{what} has {got} dimensions: expected {expected}, as the array has")]
    Dimensions {
        /// What was given.
        what: &'static str,
        /// How many dimensions it has.
        got: usize,
        /// How many the array has.
        expected: usize,
    },
    /// A chunk without extent.
    #[error("chunk shape {got:?} has an edge of 0: expected at least 1")]
    ZeroEdge {
        /// The chunk shape as given.
        got: Vec<u64>,
    },
    /// A product of edges that overflows.
    #[error("an array or chunk of shape {got:?} has more elements than can be counted")]
    TooLarge {
        /// The shape as given.
        got: Vec<u64>,
    },
    /// A chunk beyond the last.
    #[error("chunk {got:?} does not exist: the array has {counts:?} chunks")]
    Outside {
        /// The chunk as given.
        got: Vec<u64>,
        /// The number of chunks in each dimension.
        counts: Vec<u64>,
    },
}

impl ChunkGrid {
    /// The chunks of an array of this shape, each of that one, in elements.
    ///
    /// # Errors
    /// Another number of dimensions, an edge of 0, or products beyond 2⁶².
    pub fn new(shape: &[u64], chunk: &[u64]) -> Result<Self, ChunkGridError> {
        if shape.len() != chunk.len() {
            return Err(ChunkGridError::Dimensions {
                what: "chunk",
                got: chunk.len(),
                expected: shape.len(),
            });
        }
        if chunk.contains(&0) {
            return Err(ChunkGridError::ZeroEdge { got: chunk.to_vec() });
        }
        // The padded array must be countable too: chunks × chunk size.
        let padded: Option<Vec<u64>> =
            shape.iter().zip(chunk).map(|(s, c)| s.checked_next_multiple_of(*c)).collect();
        for sizes in [padded.as_deref(), Some(shape), Some(chunk)] {
            sizes.and_then(product).ok_or_else(|| ChunkGridError::TooLarge {
                got: if product(chunk).is_none() { chunk.to_vec() } else { shape.to_vec() },
            })?;
        }
        Ok(Self { shape: shape.to_vec(), chunk: chunk.to_vec() })
    }

    /// The shape of the array.
    #[must_use]
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// The shape of a chunk.
    #[must_use]
    pub fn chunk_shape(&self) -> &[u64] {
        &self.chunk
    }

    /// Elements of a chunk, padding included.
    #[must_use]
    pub fn chunk_elements(&self) -> u64 {
        self.chunk.iter().product()
    }

    /// The number of chunks in each dimension.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.shape.iter().zip(&self.chunk).map(|(shape, chunk)| shape.div_ceil(*chunk)).collect()
    }

    /// The number of chunks.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts().iter().product()
    }

    /// All chunks, the last dimension running fastest.
    pub fn chunks(&self) -> impl Iterator<Item = Vec<u64>> + use<> {
        grid_points(self.counts().into_iter().map(|n| 0..n).collect())
    }

    /// The elements that a chunk holds in each dimension, padding left out.
    ///
    /// # Errors
    /// A chunk that does not exist.
    pub fn ranges(&self, index: &[u64]) -> Result<Vec<Range<u64>>, ChunkGridError> {
        if index.len() != self.shape.len() {
            return Err(ChunkGridError::Dimensions {
                what: "chunk index",
                got: index.len(),
                expected: self.shape.len(),
            });
        }
        let counts = self.counts();
        if index.iter().zip(&counts).any(|(i, n)| i >= n) {
            return Err(ChunkGridError::Outside { got: index.to_vec(), counts });
        }
        let each = index.iter().zip(&self.chunk).zip(&self.shape);
        Ok(each.map(|((i, chunk), shape)| i * chunk..((i + 1) * chunk).min(*shape)).collect())
    }

    /// The chunks that hold any element of these ranges, the last dimension running fastest; none where a range is
    /// empty or beyond the array.
    ///
    /// # Errors
    /// Another number of dimensions.
    ///
    /// ```
    /// use tessera_zarr::ChunkGrid;
    ///
    /// let grid = ChunkGrid::new(&[1119, 700], &[256, 256])?;
    /// let touched: Vec<_> = grid.touched(&[500..520, 0..256])?.collect();
    /// assert_eq!(touched, [[1, 0], [2, 0]]);
    /// # Ok::<(), tessera_zarr::ChunkGridError>(())
    /// ```
    pub fn touched(
        &self,
        ranges: &[Range<u64>],
    ) -> Result<impl Iterator<Item = Vec<u64>> + use<>, ChunkGridError> {
        if ranges.len() != self.shape.len() {
            return Err(ChunkGridError::Dimensions {
                what: "selection",
                got: ranges.len(),
                expected: self.shape.len(),
            });
        }
        let each = ranges.iter().zip(&self.chunk).zip(&self.shape);
        let touched = each.map(|((range, chunk), shape)| {
            let end = range.end.min(*shape);
            if range.start < end { range.start / chunk..end.div_ceil(*chunk) } else { 0..0 }
        });
        Ok(grid_points(touched.collect()))
    }

    /// Decoded bytes of the chunks that hold any element of these ranges, for elements of `item_size` bytes; this over
    /// the bytes that were asked for is the amplification. Saturates.
    ///
    /// # Errors
    /// Another number of dimensions.
    pub fn bytes_touched(&self, ranges: &[Range<u64>], item_size: u64) -> Result<u64, ChunkGridError> {
        let chunks = self.touched(ranges)?.count() as u64;
        Ok(chunks.saturating_mul(self.chunk_elements()).saturating_mul(item_size))
    }
}

/// The product, where it is at most 2⁶², so that bytes and sums stay within a signed number.
fn product(edges: &[u64]) -> Option<u64> {
    edges.iter().try_fold(1_u64, |n, edge| n.checked_mul(*edge)).filter(|n| *n <= 1 << 62)
}

/// All points of a box, the last dimension running fastest.
pub(crate) fn grid_points(ranges: Vec<Range<u64>>) -> impl Iterator<Item = Vec<u64>> {
    let count: u64 = ranges.iter().map(|range| range.end - range.start).product();
    (0..count).map(move |mut rest| {
        let mut point = vec![0; ranges.len()];
        for (at, range) in point.iter_mut().zip(&ranges).rev() {
            let n = range.end - range.start;
            *at = range.start + rest % n;
            rest /= n;
        }
        point
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chunks_tile_the_array(shape in prop::collection::vec(1..40_u64, 1..4), seed in prop::collection::vec(1..20_u64, 4)) {
            let chunk = &seed[..shape.len()];
            let grid = ChunkGrid::new(&shape, chunk).unwrap();
            let chunks: Vec<_> = grid.chunks().collect();
            prop_assert_eq!(chunks.len() as u64, grid.count());
            let volume: u64 = chunks.iter()
                .map(|index| grid.ranges(index).unwrap().iter().map(|r| r.end - r.start).product::<u64>()).sum();
            prop_assert_eq!(volume, shape.iter().product::<u64>());
        }

        #[test]
        fn touched_chunks_are_those_that_overlap(a in 0..50_u64, n in 0..50_u64, b in 0..50_u64, m in 0..50_u64) {
            let grid = ChunkGrid::new(&[45, 33], &[8, 16]).unwrap();
            let asked = [a..a + n, b..b + m];
            let touched: Vec<_> = grid.touched(&asked).unwrap().collect();
            let overlap = |index: &Vec<u64>| grid.ranges(index).unwrap().iter().zip(&asked)
                .all(|(have, want)| have.start.max(want.start) < have.end.min(want.end));
            let expected: Vec<_> = grid.chunks().filter(overlap).collect();
            prop_assert_eq!(touched.len() as u64 * 128 * 4, grid.bytes_touched(&asked, 4).unwrap());
            prop_assert_eq!(touched, expected);
        }
    }

    #[test]
    fn impossible_grids_are_refused() {
        assert!(matches!(ChunkGrid::new(&[4, 4], &[0, 2]), Err(ChunkGridError::ZeroEdge { .. })));
        assert!(matches!(ChunkGrid::new(&[4, 4], &[2]), Err(ChunkGridError::Dimensions { .. })));
        let huge = 1 << 32;
        assert!(matches!(ChunkGrid::new(&[4, 4], &[huge, huge]), Err(ChunkGridError::TooLarge { .. })));
        assert!(matches!(ChunkGrid::new(&[u64::MAX, 4], &[2, 2]), Err(ChunkGridError::TooLarge { .. })));
        let grid = ChunkGrid::new(&[4, 4], &[2, 2]).unwrap();
        assert!(grid.ranges(&[2, 0]).is_err() && grid.ranges(&[0]).is_err());
        assert_eq!(ChunkGrid::new(&[0, 4], &[2, 2]).unwrap().chunks().count(), 0);
        assert_eq!(ChunkGrid::new(&[], &[]).unwrap().chunks().collect::<Vec<_>>(), [Vec::<u64>::new()]);
    }
}
