//! A square of a pyramid.

use std::fmt;

/// A square of pixels of one level of a pyramid, by its place among the chunks of that level: row 0 in the north, column
/// 0 in the west.
///
/// ```
/// use tessera_core::PyramidChunk;
///
/// let chunk = PyramidChunk::new(0, 738, 3517);
/// assert_eq!(chunk.parent(), PyramidChunk::new(1, 369, 1758));
/// assert_eq!(chunk.ancestor(3), PyramidChunk::new(3, 92, 439));
/// assert_eq!(chunk.children(), None);
/// assert_eq!(chunk.to_string(), "level 0, row 738, column 3517");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyramidChunk {
    /// The level; 0 is the finest.
    pub level: u8,
    /// The row among the chunks of the level.
    pub row: u32,
    /// The column among the chunks of the level.
    pub col: u32,
}

impl PyramidChunk {
    /// The chunk at a place.
    #[must_use]
    pub fn new(level: u8, row: u32, col: u32) -> Self {
        Self { level, row, col }
    }

    /// The chunk of the level above that shows the same place at half the size.
    #[must_use]
    pub fn parent(self) -> Self {
        Self { level: self.level.saturating_add(1), row: self.row / 2, col: self.col / 2 }
    }

    /// The chunk of a level that shows the same place; the chunk itself where the level is not above its own.
    #[must_use]
    pub fn ancestor(self, level: u8) -> Self {
        let up = u32::from(level.saturating_sub(self.level));
        let shift = |at: u32| at.checked_shr(up).unwrap_or(0);
        Self { level: self.level.max(level), row: shift(self.row), col: shift(self.col) }
    }

    /// The four chunks of the level below that show the same place: north-west, north-east, south-west, south-east;
    /// `None` at level 0. At the edge of the world the pyramid may not have all of them.
    #[must_use]
    pub fn children(self) -> Option<[Self; 4]> {
        let level = self.level.checked_sub(1)?;
        let (row, col) = (self.row.checked_mul(2)?, self.col.checked_mul(2)?);
        let child = |down, right| Self { level, row: row + down, col: col + right };
        Some([child(0, 0), child(0, 1), child(1, 0), child(1, 1)])
    }
}

impl fmt::Display for PyramidChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {}, row {}, column {}", self.level, self.row, self.col)
    }
}
