//! The pixels of a part, strip by strip.

use anyhow::{Context, Result};
use tessera_core::{Channels, Quantized, QuantizedView, Source, Tile, Window, Year};

use super::{Part, Place};
use crate::interrupt;
use crate::source::Queried;

/// Bytes of pixels that are read at a time, about.
const STRIP: usize = 24 << 20;

impl Part {
    /// The number of channels of its pixels.
    pub(crate) fn channels(&self, source: &Queried, year: Year) -> Result<usize> {
        match (source, self.place) {
            (Queried::Archive(archive), Place::Tile(id)) => {
                let tile = archive.open(id, year)?;
                Ok(tile.with_context(|| format!("{id} of {year} is gone"))?.channels())
            }
            (Queried::Store(store), _) => Ok(store.channels()),
            // Parts are of the source that they are read from.
            _ => Ok(0),
        }
    }

    /// All its pixels, in strips from the north; those of a tile that are mapped are given back as they were read.
    pub(crate) fn each_strip(
        &self,
        source: &Queried,
        year: Year,
        work: &mut dyn FnMut(&QuantizedView<'_>) -> Result<()>,
    ) -> Result<()> {
        match (source, self.place) {
            (Queried::Archive(archive), Place::Tile(id)) => {
                let tile = archive.open(id, year)?;
                let tile: &dyn Tile = &*tile.with_context(|| format!("{id} of {year} is gone"))?;
                strips(tile, tile.grid().full(), work)
            }
            (Queried::Store(store), Place::Window(window)) => {
                let zone = store.source(self.zone, year);
                let zone = zone.with_context(|| format!("{} of {year} is gone", self.name))?;
                strips(&zone, window, work)
            }
            // Parts are of the source that they are read from.
            _ => Ok(()),
        }
    }
}

fn strips<S: Source + ?Sized>(
    source: &S,
    window: Window,
    work: &mut dyn FnMut(&QuantizedView<'_>) -> Result<()>,
) -> Result<()> {
    let row = (window.cols * (source.channels() + 4)).max(1);
    let block = source.block_rows().max(1);
    // Whole blocks of what is stored, where one fits.
    let fit = (STRIP / row).max(1);
    let rows = if fit >= block { fit / block * block } else { fit };
    let mut buffer = Quantized::empty();
    for strip in window.row_blocks(rows) {
        interrupt::check()?;
        if let Some(all) = source.view() {
            work(&all.window(strip)?)?;
            source.release(strip.row_range());
        } else {
            source.read_window_into(strip, &Channels::All, &mut buffer)?;
            work(&buffer.view())?;
        }
    }
    Ok(())
}
