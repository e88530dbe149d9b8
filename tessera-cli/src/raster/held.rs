//! Pixels in memory as an answer.

use std::ops::Range;

use tessera_core::{Answer, Quantized, QueryError, RasterGrid, ScalesView, Window};

/// Pixels that are in memory already, in strips like any answer.
pub(crate) struct Held {
    grid: RasterGrid,
    pixels: Quantized,
}

impl Held {
    /// Pixels of a grid, with one scale each.
    pub(crate) fn new(grid: RasterGrid, pixels: Quantized) -> Self {
        Self { grid, pixels }
    }
}

impl Answer for Held {
    type Pixels = Quantized;

    fn raster(&self) -> RasterGrid {
        self.grid
    }

    fn channels(&self) -> usize {
        self.pixels.view().dim().2
    }

    fn bytes_of_row(&self) -> u64 {
        (self.grid.cols() * (self.channels() + size_of::<f32>())) as u64
    }

    fn buffer(&self) -> Quantized {
        Quantized::empty()
    }

    fn read_rows_into(&self, rows: Range<usize>, out: &mut Quantized) -> Result<(), QueryError> {
        let window = Window::new(rows.start, 0, rows.len(), self.grid.cols());
        let part = self.pixels.view().window(window);
        let part = part.map_err(|_| QueryError::Rows { got: rows.clone(), rows: self.grid.rows() })?;
        let (mut data, scales) = out.reset(rows.len(), self.grid.cols(), self.channels());
        data.assign(&part.data());
        if let ScalesView::Pixel(own) = part.scales() {
            scales.assign(&own);
        }
        Ok(())
    }
}
