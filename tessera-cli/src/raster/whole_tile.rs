//! A whole tile as an answer.

use std::ops::Range;

use anyhow::Result;
use tessera_core::{
    Answer, Channels, Quantized, QuantizedView, QueryError, RasterGrid, ScalesView, Tile, Window,
};

/// All pixels of one tile, as they are: those of a mapped file are looked at where they lie.
pub(crate) struct WholeTile<'z>(pub(crate) &'z dyn Tile);

impl WholeTile<'_> {
    /// Some rows, read into a buffer where they have to be.
    pub(super) fn look<'a>(
        &'a self,
        rows: Range<usize>,
        buffer: &'a mut Quantized,
    ) -> Result<QuantizedView<'a>> {
        if let Some(view) = self.0.view() {
            return Ok(view.window(self.window(rows))?);
        }
        self.0.read_window_into(self.window(rows), &Channels::All, buffer)?;
        Ok(buffer.view())
    }

    /// Gives back the memory of rows that were looked at.
    pub(super) fn release(&self, rows: Range<usize>) {
        self.0.release(rows);
    }

    fn window(&self, rows: Range<usize>) -> Window {
        Window::new(rows.start, 0, rows.len(), self.0.grid().cols())
    }
}

impl Answer for WholeTile<'_> {
    type Pixels = Quantized;

    fn raster(&self) -> RasterGrid {
        (*self.0.grid()).into()
    }

    fn channels(&self) -> usize {
        self.0.channels()
    }

    fn bytes_of_row(&self) -> u64 {
        // A scale for each channel, where the tile has those; else one.
        let per_channel = self.0.view().is_some_and(|view| matches!(view.scales(), ScalesView::Channel(_)));
        let scales = if per_channel { self.channels() } else { 1 };
        (self.0.grid().cols() as u64).saturating_mul((self.channels() + scales * size_of::<f32>()) as u64)
    }

    fn buffer(&self) -> Quantized {
        Quantized::empty()
    }

    fn block_rows(&self) -> (usize, usize) {
        (self.0.block_rows().max(1), 0)
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        Ok(self.0.read_window_into(self.window(rows), &Channels::All, out)?)
    }
}
