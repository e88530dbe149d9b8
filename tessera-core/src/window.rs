//! A rectangle of pixels.

use std::ops::Range;

/// A rectangle of rows and columns of a raster, row 0 in the north, column 0 in the west.
///
/// ```
/// use tessera_core::Window;
///
/// let window = Window::new(1000, 100, 200, 200);
/// let clipped = window.clip(1119, 211).unwrap();
/// assert_eq!(clipped, Window::new(1000, 100, 119, 111));
/// let blocks: Vec<_> = clipped.split(64, 128).collect();
/// assert_eq!(blocks, [Window::new(1000, 100, 64, 111), Window::new(1064, 100, 55, 111)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Window {
    /// First row.
    pub row: usize,
    /// First column.
    pub col: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

/// A window that does not lie in the raster it was asked of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "window of {} × {} pixels at row {}, column {} does not lie within the raster's {rows} rows × {cols} columns",
    got.rows, got.cols, got.row, got.col
)]
#[non_exhaustive]
pub struct WindowError {
    /// The window.
    pub got: Window,
    /// Rows of the raster.
    pub rows: usize,
    /// Columns of the raster.
    pub cols: usize,
}

impl Window {
    /// The window of `rows` × `cols` pixels whose upper-left pixel is (`row`, `col`).
    #[must_use]
    pub const fn new(row: usize, col: usize, rows: usize, cols: usize) -> Self {
        Self { row, col, rows, cols }
    }

    /// The window of a whole raster.
    #[must_use]
    pub const fn full(rows: usize, cols: usize) -> Self {
        Self::new(0, 0, rows, cols)
    }

    /// One past the last row; saturates.
    #[must_use]
    pub const fn end_row(&self) -> usize {
        self.row.saturating_add(self.rows)
    }

    /// One past the last column; saturates.
    #[must_use]
    pub const fn end_col(&self) -> usize {
        self.col.saturating_add(self.cols)
    }

    /// The rows.
    #[must_use]
    pub const fn row_range(&self) -> Range<usize> {
        self.row..self.end_row()
    }

    /// The columns.
    #[must_use]
    pub const fn col_range(&self) -> Range<usize> {
        self.col..self.end_col()
    }

    /// Pixels in the window; saturates.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.rows.saturating_mul(self.cols)
    }

    /// The part that both windows hold; `None` where they share no pixel.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (row, col) = (self.row.max(other.row), self.col.max(other.col));
        let (end_row, end_col) = (self.end_row().min(other.end_row()), self.end_col().min(other.end_col()));
        (row < end_row && col < end_col).then(|| Self::new(row, col, end_row - row, end_col - col))
    }

    /// The smallest window that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        let (row, col) = (self.row.min(other.row), self.col.min(other.col));
        let (end_row, end_col) = (self.end_row().max(other.end_row()), self.end_col().max(other.end_col()));
        Self::new(row, col, end_row - row, end_col - col)
    }

    /// The part within a raster of this size; `None` where that is empty.
    #[must_use]
    pub fn clip(&self, rows: usize, cols: usize) -> Option<Self> {
        self.intersect(&Self::full(rows, cols))
    }

    /// The window itself where it lies within a raster of this size and has a pixel.
    ///
    /// # Errors
    /// [`WindowError`] otherwise.
    pub fn within(self, rows: usize, cols: usize) -> Result<Self, WindowError> {
        if self.clip(rows, cols) == Some(self) {
            Ok(self)
        } else {
            Err(WindowError { got: self, rows, cols })
        }
    }

    /// The window cut into blocks of at most `rows` × `cols` pixels, row by row from its upper-left corner. A size of
    /// zero counts as one.
    pub fn split(&self, rows: usize, cols: usize) -> impl Iterator<Item = Self> + use<> {
        let (all, rows, cols) = (*self, rows.max(1), cols.max(1));
        all.row_range().step_by(rows).flat_map(move |row| {
            all.col_range().step_by(cols).map(move |col| {
                Self::new(row, col, rows.min(all.end_row() - row), cols.min(all.end_col() - col))
            })
        })
    }

    /// The window cut into bands of at most `rows` full rows, from the north.
    pub fn row_blocks(&self, rows: usize) -> impl Iterator<Item = Self> + use<> {
        self.split(rows, self.cols)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_window() -> impl Strategy<Value = Window> {
        (0..50_usize, 0..50_usize, 0..40_usize, 0..40_usize).prop_map(|(r, c, h, w)| Window::new(r, c, h, w))
    }

    proptest! {
        #[test]
        fn blocks_cover_every_pixel_once(window in any_window(), h in 0..20_usize, w in 0..20_usize) {
            let mut seen = std::collections::HashMap::new();
            for block in window.split(h, w) {
                prop_assert!(block.rows <= h.max(1) && block.cols <= w.max(1) && block.pixels() > 0);
                for pixel in block.row_range().flat_map(|r| block.col_range().map(move |c| (r, c))) {
                    *seen.entry(pixel).or_insert(0) += 1;
                }
            }
            prop_assert_eq!(seen.len(), window.pixels());
            prop_assert!(seen.values().all(|&n| n == 1));
        }

        #[test]
        fn intersection_is_both(a in any_window(), b in any_window(), r in 0..90_usize, c in 0..90_usize) {
            let holds = |w: &Window| w.row_range().contains(&r) && w.col_range().contains(&c);
            prop_assert_eq!(a.intersect(&b).is_some_and(|w| holds(&w)), holds(&a) && holds(&b));
        }
    }

    #[test]
    fn sizes_at_the_limit_do_not_overflow() {
        let huge = Window::new(5, 5, usize::MAX, usize::MAX);
        assert_eq!(huge.clip(10, 10), Some(Window::new(5, 5, 5, 5)));
        assert!(huge.within(10, 10).is_err());
        assert!(Window::new(0, 0, 0, 3).within(10, 10).is_err());
    }
}
