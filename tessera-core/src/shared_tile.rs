//! A tile that several rasters are read from.

use std::ops::Range;
use std::sync::Arc;

use crate::{
    Channels, DatasetVersion, Fetches, PixelGrid, Quantized, QuantizedView, Source, SourceError, Tile,
    TileId, Window, Year,
};

/// A tile that several rasters are read from, one after another or at the same time.
#[derive(Clone)]
pub(crate) struct SharedTile(Arc<dyn Tile>);

impl From<Box<dyn Tile>> for SharedTile {
    fn from(tile: Box<dyn Tile>) -> Self {
        Self(tile.into())
    }
}

impl Source for SharedTile {
    fn grid(&self) -> &PixelGrid {
        self.0.grid()
    }

    fn channels(&self) -> usize {
        self.0.channels()
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.0.read_window_into(window, channels, out)
    }

    fn read_pixels_into(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.0.read_pixels_into(pixels, channels, out)
    }

    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        self.0.fetches(window, channels)
    }

    fn fetches_of_pixels(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
    ) -> Result<Option<Fetches>, SourceError> {
        self.0.fetches_of_pixels(pixels, channels)
    }

    fn opening(&self) -> Fetches {
        self.0.opening()
    }

    fn view(&self) -> Option<QuantizedView<'_>> {
        self.0.view()
    }

    fn release(&self, rows: Range<usize>) {
        self.0.release(rows);
    }

    fn block_rows(&self) -> usize {
        self.0.block_rows()
    }
}

impl Tile for SharedTile {
    fn id(&self) -> TileId {
        self.0.id()
    }

    fn year(&self) -> Option<Year> {
        self.0.year()
    }

    fn version(&self) -> &DatasetVersion {
        self.0.version()
    }
}
