//! The cells of a raster, read strip by strip.

use std::ops::Range;

use anyhow::{Error, Result};
use tessera_core::{
    Answer, Fetches, Mean, Means, MemoryBudget, Quantized, QuantizedView, QueryError, RasterGrid,
    ScaleCounts, ScaleLimit, StripRows,
};

use super::WholeTile;
use super::pixels::Pixels;
use crate::interrupt;
use crate::progress::Progress;

/// A strip is no larger than this, however much memory there is: between strips the work can be stopped.
const MOST: u64 = 64 << 20;

/// The cells of a raster that answers a query.
pub(crate) enum Cells<'z> {
    /// Pixels as they are.
    Pixels(Box<dyn Pixels + 'z>),
    /// The pixels of one tile.
    Tile(WholeTile<'z>),
    /// Means of the pixels that lie in each cell.
    Means(Box<Mean<'z>>),
}

/// Some rows of cells, all columns.
#[derive(Clone, Copy)]
pub(super) enum Strip<'a> {
    Pixels(QuantizedView<'a>),
    Means(&'a Means),
}

impl Cells<'_> {
    pub(crate) fn grid(&self) -> RasterGrid {
        match self {
            Self::Pixels(answer) => answer.raster(),
            Self::Tile(tile) => Pixels::raster(tile),
            Self::Means(answer) => answer.raster(),
        }
    }

    /// The number of channels.
    pub(crate) fn channels(&self) -> usize {
        match self {
            Self::Pixels(answer) => answer.channels(),
            Self::Tile(tile) => Pixels::channels(tile),
            Self::Means(answer) => answer.channels(),
        }
    }

    pub(super) fn are_means(&self) -> bool {
        matches!(self, Self::Means(_))
    }

    /// Reads all rows from north to south, in strips that take one of so many parts of the memory.
    pub(super) fn each_strip(
        &self,
        (memory, parts): (MemoryBudget, u64),
        progress: &Progress,
        work: &mut dyn FnMut(Strip<'_>) -> Result<()>,
    ) -> Result<()> {
        let strips = self.strip_rows((memory, parts))?;
        let (mut pixels, mut means) = (Quantized::empty(), Means::default());
        for rows in strips {
            interrupt::check()?;
            let count = rows.len() as u64;
            work(self.read(rows.clone(), &mut pixels, &mut means)?)?;
            if let Self::Tile(tile) = self {
                tile.release(rows);
            }
            progress.steps(count);
        }
        Ok(())
    }

    /// The strips of so many parts of the memory.
    pub(super) fn strip_rows(&self, (memory, parts): (MemoryBudget, u64)) -> Result<StripRows> {
        let share = MemoryBudget::from_bytes((memory.bytes() / parts).clamp(1, MOST))?;
        let strips = match self {
            Self::Pixels(answer) => answer.strip_rows(share),
            Self::Tile(tile) => Pixels::strip_rows(tile, share),
            Self::Means(answer) => answer.strip_rows(share),
        };
        strips.map_err(|error| too_little(error, memory, share))
    }

    /// What is asked of a server where these rows are read one after another; `None` where that is not known.
    pub(super) fn fetches(&self, strips: impl Iterator<Item = Range<usize>>) -> Result<Option<Fetches>> {
        let mut all = Some(match self {
            Self::Pixels(answer) => answer.opening(),
            Self::Tile(tile) => Pixels::opening(tile),
            Self::Means(answer) => answer.opening(),
        });
        for rows in strips {
            interrupt::check()?;
            let strip = match self {
                Self::Pixels(answer) => answer.fetches_of_rows(rows)?,
                Self::Tile(tile) => Pixels::fetches_of_rows(tile, rows)?,
                Self::Means(answer) => answer.fetches_of_rows(rows)?,
            };
            all = Fetches::both(all, strip);
        }
        Ok(all)
    }

    /// Reads some rows into one of two buffers.
    fn read<'a>(
        &'a self,
        rows: Range<usize>,
        pixels: &'a mut Quantized,
        means: &'a mut Means,
    ) -> Result<Strip<'a>> {
        match self {
            Self::Pixels(answer) => {
                answer.read_rows_into(rows, pixels)?;
                Ok(Strip::Pixels(pixels.view()))
            }
            Self::Tile(tile) => Ok(Strip::Pixels(tile.look(rows, pixels)?)),
            Self::Means(answer) => {
                answer.read_rows_into(rows, means)?;
                Ok(Strip::Means(means))
            }
        }
    }
}

/// Tells what is left of the memory that was typed, where that is too little.
fn too_little(error: QueryError, memory: MemoryBudget, share: MemoryBudget) -> Error {
    match error {
        QueryError::RowTooLarge { .. } => Error::new(error).context(format!(
            "--memory {memory} is too little, of which {share} are for the rows that are read; --grid with a larger --resolution \
             makes fewer columns"
        )),
        other => other.into(),
    }
}

impl Strip<'_> {
    /// How many pixels there are of each kind; a mean of no pixel is no data.
    pub(super) fn counts(self, limit: ScaleLimit) -> ScaleCounts {
        match self {
            Self::Pixels(pixels) => pixels.count(limit),
            Self::Means(means) => {
                let valid = means.counts.iter().filter(|count| **count > 0).count() as u64;
                let no_data = means.counts.len() as u64 - valid;
                ScaleCounts { valid, no_data, infinite: no_data, ..ScaleCounts::default() }
            }
        }
    }
}
