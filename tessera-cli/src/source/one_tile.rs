//! One tile as an archive.

use std::sync::Arc;

use tessera_core::{
    Archive, Channels, DatasetVersion, PixelGrid, Quantized, QuantizedView, Source, SourceError, Stamp, Tile,
    TileId, Window, Year,
};

/// An archive of one tile, so that what is asked of many can be asked of one.
pub(crate) struct OneTile {
    tile: Arc<dyn Tile>,
    year: Year,
}

impl OneTile {
    pub(crate) fn new(tile: Arc<dyn Tile>, year: Year) -> Self {
        Self { tile, year }
    }
}

impl Archive for OneTile {
    fn name(&self) -> String {
        self.tile.name()
    }

    fn years(&self) -> Vec<Year> {
        vec![self.year]
    }

    fn tiles(&self, year: Year) -> Vec<TileId> {
        if year == self.year { vec![self.tile.id()] } else { Vec::new() }
    }

    fn open(&self, id: TileId, year: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        let there = (id, year) == (self.tile.id(), self.year);
        Ok(there.then(|| Box::new(Shared(Arc::clone(&self.tile))) as Box<dyn Tile>))
    }

    fn version(&self) -> DatasetVersion {
        self.tile.version().clone()
    }

    /// Nothing is kept of a single tile that could be out of date.
    fn stamp(&self, _: TileId, _: Year) -> Result<Option<Stamp>, SourceError> {
        Err(SourceError::new(self.name(), "one tile alone tells nothing of its changes"))
    }
}

/// A tile that is kept elsewhere too.
struct Shared(Arc<dyn Tile>);

impl Source for Shared {
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

    fn view(&self) -> Option<QuantizedView<'_>> {
        self.0.view()
    }

    fn release(&self, rows: std::ops::Range<usize>) {
        self.0.release(rows);
    }

    fn block_rows(&self) -> usize {
        self.0.block_rows()
    }
}

impl Tile for Shared {
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
