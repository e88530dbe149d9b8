//! Rows of a tile that are fetched ahead.

use std::ops::Range;

use crate::{Channels, Fetches, Quantized, QuantizedView, ScalesView, SourceError, Tile, Window};

/// Neighbouring rows of a tile in memory: whole chunks of them, so that no chunk is decoded twice.
pub(super) struct Blocks {
    cols: Range<usize>,
    rows: Range<usize>,
    pixels: Quantized,
    /// Where the rows that stay are put while new ones are fetched.
    spare: Quantized,
}

/// What is to be done so that some rows are there.
enum Step {
    Nothing,
    /// None of them is wanted.
    Forget,
    /// Some are to be fetched, and those right north of them, which are there, to be kept.
    Fetch {
        kept: Range<usize>,
        fresh: Range<usize>,
    },
}

impl Blocks {
    pub(super) fn new(cols: Range<usize>) -> Self {
        Self { cols, rows: 0..0, pixels: Quantized::empty(), spare: Quantized::empty() }
    }

    /// The rows that are fetched for these.
    fn whole(tile: &dyn Tile, rows: &Range<usize>) -> Range<usize> {
        let step = tile.block_rows().max(1);
        rows.start / step * step..rows.end.next_multiple_of(step).min(tile.grid().rows())
    }

    /// What is to be done so that these rows of the tile are there.
    fn step(&self, tile: &dyn Tile, rows: &Range<usize>) -> Step {
        if rows.is_empty() || self.cols.is_empty() {
            return Step::Forget;
        }
        let wanted = Self::whole(tile, rows);
        let kept = wanted.start.max(self.rows.start)..wanted.end.min(self.rows.end);
        if kept.start == wanted.start && kept.start < kept.end {
            // Nothing new: what is further north stays until something is.
            if kept.end == wanted.end {
                Step::Nothing
            } else {
                Step::Fetch { fresh: kept.end..wanted.end, kept }
            }
        } else {
            Step::Fetch { kept: wanted.start..wanted.start, fresh: wanted }
        }
    }

    fn window(&self, rows: &Range<usize>) -> Window {
        Window::new(rows.start, self.cols.start, rows.len(), self.cols.len())
    }

    /// Fetches the chunks that hold these rows of the tile and are not there yet; forgets those further north.
    pub(super) fn prepare(&mut self, tile: &dyn Tile, rows: &Range<usize>) -> Result<(), SourceError> {
        match self.step(tile, rows) {
            Step::Nothing => {}
            Step::Forget => {
                (self.rows, self.pixels, self.spare) = (0..0, Quantized::empty(), Quantized::empty());
            }
            Step::Fetch { kept, fresh } if kept.is_empty() => {
                tile.read_window_into(self.window(&fresh), &Channels::All, &mut self.pixels)?;
                collapse(tile, &mut self.pixels)?;
                self.rows = fresh;
            }
            Step::Fetch { kept, fresh } => {
                tile.read_window_into(self.window(&fresh), &Channels::All, &mut self.spare)?;
                collapse(tile, &mut self.spare)?;
                let own = kept.start - self.rows.start..kept.end - self.rows.start;
                self.pixels = joined(&self.pixels, own, &self.spare);
                self.rows = kept.start..fresh.end;
            }
        }
        Ok(())
    }

    /// What [`prepare`](Self::prepare) will ask of a store; these rows count as prepared then, without their pixels.
    pub(super) fn plan(
        &mut self,
        tile: &dyn Tile,
        rows: &Range<usize>,
    ) -> Result<Option<Fetches>, SourceError> {
        match self.step(tile, rows) {
            Step::Nothing => Ok(Some(Fetches::default())),
            Step::Forget => {
                self.rows = 0..0;
                Ok(Some(Fetches::default()))
            }
            Step::Fetch { kept, fresh } => {
                self.rows = if kept.is_empty() { fresh.clone() } else { kept.start..fresh.end };
                tile.fetches(self.window(&fresh), &Channels::All)
            }
        }
    }

    /// Bytes that are in memory for so many rows: those, rounded up to chunks at both ends, twice while they are joined.
    pub(super) fn bytes(&self, tile: &dyn Tile, rows: usize) -> u64 {
        let rows = (rows + 2 * tile.block_rows()).min(tile.grid().rows()) as u64;
        let pixel = tile.channels() as u64 + 4;
        rows.saturating_mul(self.cols.len() as u64).saturating_mul(pixel).saturating_mul(2)
    }

    /// First row and column of the tile that are there, and the pixels.
    pub(super) fn view(&self) -> Option<(usize, usize, QuantizedView<'_>)> {
        (!self.rows.is_empty()).then(|| (self.rows.start, self.cols.start, self.pixels.view()))
    }
}

/// Some rows of one, and below them all rows of another of the same width.
fn joined(north: &Quantized, rows: Range<usize>, south: &Quantized) -> Quantized {
    let (top, bottom) = (north.view(), south.view());
    let (_, cols, channels) = bottom.dim();
    let mut both = Quantized::empty();
    let (mut data, scales) = both.reset(rows.len() + bottom.dim().0, cols, channels);
    let kept = rows.len();
    data.slice_mut(ndarray::s![..kept, .., ..]).assign(&top.data().slice(ndarray::s![rows.clone(), .., ..]));
    data.slice_mut(ndarray::s![kept.., .., ..]).assign(&bottom.data());
    if let (ScalesView::Pixel(top), ScalesView::Pixel(bottom)) = (top.scales(), bottom.scales()) {
        scales.slice_mut(ndarray::s![..kept, ..]).assign(&top.slice(ndarray::s![rows, ..]));
        scales.slice_mut(ndarray::s![kept.., ..]).assign(&bottom);
    }
    both
}

/// One scale a pixel, where each channel has one of its own and all are equal.
fn collapse(tile: &dyn Tile, pixels: &mut Quantized) -> Result<(), SourceError> {
    let ScalesView::Channel(scales) = pixels.view().scales() else { return Ok(()) };
    let (rows, cols, channels) = pixels.view().dim();
    let same = |a: f32, b: f32| a == b || (a.is_nan() && b.is_nan());
    for (at, lane) in scales.lanes(ndarray::Axis(2)).into_iter().enumerate() {
        if let Some(other) = lane.iter().find(|scale| !same(**scale, lane[0])) {
            let why = format!(
                "the channels of the pixel at row {}, column {} of a window have different scales ({} and {other}): expected \
                 one scale a pixel",
                at / cols,
                at % cols,
                lane[0]
            );
            return Err(SourceError::new(tile.name(), why));
        }
    }
    let mut one = Quantized::empty();
    let (mut data, out) = one.reset(rows, cols, channels);
    data.assign(&pixels.view().data());
    if channels > 0 {
        out.assign(&scales.index_axis(ndarray::Axis(2), 0));
    }
    *pixels = one;
    Ok(())
}
