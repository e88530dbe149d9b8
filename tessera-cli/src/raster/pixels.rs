//! Answers of pixels, of whatever kind.

use std::ops::Range;

use tessera_core::{Answer, Fetches, MemoryBudget, Quantized, QueryError, RasterGrid, StripRows};

/// What is asked of an [`Answer`] whose pixels are quantized, so that all kinds of it are one type.
pub(crate) trait Pixels: Send + Sync {
    fn raster(&self) -> RasterGrid;
    fn channels(&self) -> usize;
    fn strip_rows(&self, budget: MemoryBudget) -> Result<StripRows, QueryError>;
    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError>;
    fn opening(&self) -> Fetches;
    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError>;
}

impl<A: Answer<Pixels = Quantized>> Pixels for A {
    fn raster(&self) -> RasterGrid {
        Answer::raster(self)
    }

    fn channels(&self) -> usize {
        Answer::channels(self)
    }

    fn strip_rows(&self, budget: MemoryBudget) -> Result<StripRows, QueryError> {
        Answer::strip_rows(self, budget)
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        Answer::read_rows_into(self, rows, out)
    }

    fn opening(&self) -> Fetches {
        Answer::opening(self)
    }

    fn fetches_of_rows(&self, rows: Range<usize>) -> Result<Option<Fetches>, QueryError> {
        Answer::fetches_of_rows(self, rows)
    }
}
