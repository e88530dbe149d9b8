//! A raster that answers a query, read by rows.

use std::ops::Range;

use super::QueryError;
use crate::{Fetches, MemoryBudget, RasterGrid, Window};

/// A raster that answers a query. It is read by rows: nothing has to hold it whole.
///
/// [`ZonePart`](crate::ZonePart), [`Nearest`](crate::Nearest) and [`Mean`](crate::Mean) are answers.
pub trait Answer: Send + Sync {
    /// What rows are read into.
    type Pixels;

    /// Where the pixels of the answer lie.
    fn raster(&self) -> RasterGrid;

    /// The number of channels of a pixel.
    fn channels(&self) -> usize;

    /// Bytes of a row.
    fn bytes_of_row(&self) -> u64;

    /// Nothing yet: a buffer for [`read_rows_into`](Self::read_rows_into).
    fn buffer(&self) -> Self::Pixels;

    /// Reads some rows, north to south, into `out`, whose memory is used again.
    ///
    /// # Errors
    /// Rows that the answer does not have, or whatever reading meets.
    fn read_rows_into(&self, rows: Range<usize>, out: &mut Self::Pixels) -> Result<(), QueryError>;

    /// What [`read_rows_into`](Self::read_rows_into), called in place of this, would ask of a store of objects; `None` where
    /// that is not known, or nothing is asked of one. As [`Source::fetches`](crate::Source::fetches).
    ///
    /// # Errors
    /// As [`read_rows_into`](Self::read_rows_into).
    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError> {
        let _ = rows;
        Ok(None)
    }

    /// What opening its zones has asked of a store of objects already.
    fn opening(&self) -> Fetches {
        Fetches::default()
    }

    /// What the whole answer asks of a store of objects, from the opening of its zones on, where it is read in strips of
    /// [`strip_rows`](Self::strip_rows) with this budget; `None` where that is not known, or nothing is asked of one.
    ///
    /// It is what a query of a store that was opened just now sends. Finding out reads what says where the pixels lie, so
    /// that a query of the same opened store sends less afterwards.
    ///
    /// # Errors
    /// As [`strip_rows`](Self::strip_rows), or whatever reading meets.
    fn fetches(&self, budget: MemoryBudget) -> Result<Option<Fetches>, QueryError> {
        let mut all = Some(self.opening());
        for rows in self.strip_rows(budget)? {
            all = Fetches::both(all, self.fetches_of_rows(rows)?);
        }
        Ok(all)
    }

    /// Rows that cost no more to fetch together than one of them, and how far the first row is into such a block.
    fn block_rows(&self) -> (usize, usize) {
        (1, 0)
    }

    /// Bytes of the whole answer.
    fn bytes(&self) -> u64 {
        self.bytes_of_row().saturating_mul(self.raster().rows() as u64)
    }

    /// The whole answer.
    ///
    /// # Errors
    /// [`QueryError::TooLarge`] where it takes more than the budget, before anything is read; whatever reading meets.
    fn read(&self, budget: MemoryBudget) -> Result<Self::Pixels, QueryError> {
        let needed = self.bytes();
        if needed > budget.bytes() {
            return Err(QueryError::TooLarge { needed, budget });
        }
        let mut out = self.buffer();
        self.read_rows_into(0..self.raster().rows(), &mut out)?;
        Ok(out)
    }

    /// The rows cut into strips that take no more than the budget each, from north to south; along the blocks of what
    /// is stored, where the budget holds one.
    ///
    /// # Errors
    /// [`QueryError::RowTooLarge`] where a single row takes more.
    fn strip_rows(&self, budget: MemoryBudget) -> Result<StripRows, QueryError> {
        let needed = self.bytes_of_row();
        let fit = budget.bytes() / needed.max(1);
        if fit == 0 {
            return Err(QueryError::RowTooLarge { needed, budget });
        }
        let rows = self.raster().rows();
        let fit = usize::try_from(fit).unwrap_or(rows).min(rows);
        let (block, into) = self.block_rows();
        let block = block.max(1);
        // Whole blocks, where one fits: the first strip ends where a block does.
        let strip = if fit >= block { fit / block * block } else { fit };
        let into = if fit >= block { into % block } else { 0 };
        Ok(StripRows { next: 0, rows, strip, end: strip - into })
    }

    /// The answer in strips, each with its window of the answer.
    ///
    /// Each strip is fresh memory; with [`strip_rows`](Self::strip_rows) and [`read_rows_into`](Self::read_rows_into)
    /// one buffer serves them all.
    ///
    /// # Errors
    /// As [`strip_rows`](Self::strip_rows); then, for each strip, whatever reading meets.
    fn strips(&self, budget: MemoryBudget) -> Result<Strips<'_, Self>, QueryError> {
        Ok(Strips { answer: self, rows: self.strip_rows(budget)? })
    }
}

/// The rows of an answer, strip by strip: see [`Answer::strip_rows`].
#[derive(Debug, Clone)]
pub struct StripRows {
    next: usize,
    rows: usize,
    strip: usize,
    /// Where the strip that is next ends.
    end: usize,
}

impl Iterator for StripRows {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let strip = self.next..self.end.min(self.rows);
        (self.next, self.end) = (strip.end, strip.end.saturating_add(self.strip));
        (!strip.is_empty()).then_some(strip)
    }
}

/// The strips of an answer: see [`Answer::strips`].
#[derive(Debug, Clone)]
pub struct Strips<'a, A: ?Sized> {
    answer: &'a A,
    rows: StripRows,
}

impl<A: Answer + ?Sized> Iterator for Strips<'_, A> {
    type Item = Result<(Window, A::Pixels), QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.rows.next()?;
        let window = Window::new(rows.start, 0, rows.len(), self.answer.raster().cols());
        let mut out = self.answer.buffer();
        Some(self.answer.read_rows_into(rows, &mut out).map(|()| (window, out)))
    }
}

/// Refuses rows that an answer does not have, and more pixels than can be addressed.
pub(super) fn check_rows(answer: &impl Answer, rows: &Range<usize>) -> Result<(), QueryError> {
    let grid = answer.raster();
    if rows.start > rows.end || rows.end > grid.rows() {
        return Err(QueryError::Rows { got: rows.clone(), rows: grid.rows() });
    }
    // The widest number of any answer has eight bytes.
    let values = rows.len().checked_mul(grid.cols()).and_then(|pixels| pixels.checked_mul(answer.channels()));
    match values.and_then(|values| values.checked_mul(8)) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(()),
        _ => Err(QueryError::Unaddressable {
            rows: rows.len(),
            cols: grid.cols(),
            channels: answer.channels(),
        }),
    }
}
