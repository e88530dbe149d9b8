//! An answer as vectors.

use ndarray::{Array3, s};

use super::answer::check_rows;
use super::{Answer, Nearest, QueryError, ZonePart};
use crate::{MemoryBudget, Quantized, ScaleLimit, ask_for_huge_pages};

/// Bytes of quantized rows that are read at a time: they stay near the processor until they are dequantized.
const STRIP_BYTES: u64 = 8 << 20;
/// More, up to this, where a block of what is stored takes more: it would be fetched again for the next strip.
const BLOCK_BYTES: u64 = 32 << 20;

impl ZonePart<'_> {
    /// The whole answer dequantized: data × scale as float32, (rows, cols, channels), NaN where a pixel is not valid.
    ///
    /// # Errors
    /// [`QueryError::TooLarge`] where that takes more than the budget, before anything is read; whatever reading meets.
    ///
    /// ```
    /// use ndarray::{Array2, Array3};
    /// use tessera_core::{
    ///     DatasetVersion, MemoryBudget, MemoryZones, PixelGrid, Quantized, Query, Region, Scales, Year,
    /// };
    ///
    /// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
    /// let shape = (grid.rows(), grid.cols());
    /// let pixels = Quantized::new(Array3::from_elem((shape.0, shape.1, 2), 4), Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
    /// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
    /// let parts = Query::new(Region::new(0.12, 52.02, 0.14, 52.04)?, year).native(&zones)?;
    /// let values = parts[0].values(MemoryBudget::default())?;
    /// assert_eq!(values.dim(), (parts[0].grid().rows(), parts[0].grid().cols(), 2));
    /// assert!(values.iter().all(|value| *value == 2.0));
    /// assert!(parts[0].values(MemoryBudget::from_bytes(1000)?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn values(&self, budget: MemoryBudget) -> Result<Array3<f32>, QueryError> {
        values(self, self.limit(), budget)
    }
}

impl Nearest<'_> {
    /// The whole answer dequantized, as [`ZonePart::values`].
    ///
    /// # Errors
    /// As [`ZonePart::values`].
    pub fn values(&self, budget: MemoryBudget) -> Result<Array3<f32>, QueryError> {
        values(self, self.limit(), budget)
    }
}

/// By strips of one small buffer: the answer is the only large memory, and is touched once.
fn values(
    answer: &impl Answer<Pixels = Quantized>,
    limit: ScaleLimit,
    budget: MemoryBudget,
) -> Result<Array3<f32>, QueryError> {
    let grid = answer.raster();
    let (rows, cols, channels) = (grid.rows(), grid.cols(), answer.channels());
    let pixels = (rows as u64).saturating_mul(cols as u64).saturating_mul(channels as u64);
    let needed = pixels.saturating_mul(size_of::<f32>() as u64);
    if needed > budget.bytes() {
        return Err(QueryError::TooLarge { needed, budget });
    }
    check_rows(answer, &(0..rows))?;
    let mut out = Array3::zeros((rows, cols, channels));
    if let Some(memory) = out.as_slice_mut() {
        ask_for_huge_pages(memory);
    }
    let block = answer.bytes_of_row().saturating_mul(answer.block_rows().0 as u64).min(BLOCK_BYTES);
    let strip = answer.bytes_of_row().max(block).max(STRIP_BYTES);
    let strip = MemoryBudget::from_bytes(strip).unwrap_or(budget);
    let mut buffer = answer.buffer();
    for rows in answer.strip_rows(strip)? {
        answer.read_rows_into(rows.clone(), &mut buffer)?;
        let part = out.slice_mut(s![rows.clone(), .., ..]);
        // Both have the shape of these rows.
        buffer
            .view()
            .dequantize_into(limit, part)
            .map_err(|_| QueryError::Rows { got: rows, rows: grid.rows() })?;
    }
    Ok(out)
}
