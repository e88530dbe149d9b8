//! A synthetic tile.

use crate::{
    Channels, DatasetVersion, MemorySource, PixelGrid, Quantized, QuantizedView, Source, SourceError, Tile,
    TileId, Window, Year,
};

/// A synthetic tile, in memory; its dataset version is `synthetic`, which mixes with nothing else.
#[derive(Debug, Clone)]
pub struct SyntheticTile {
    id: TileId,
    year: Year,
    version: DatasetVersion,
    pixels: MemorySource,
}

impl SyntheticTile {
    pub(super) fn new(id: TileId, year: Year, pixels: MemorySource) -> Self {
        Self { id, year, version: DatasetVersion::named("synthetic"), pixels }
    }

    /// All pixels.
    #[must_use]
    pub fn view(&self) -> QuantizedView<'_> {
        self.pixels.view()
    }
}

impl Source for SyntheticTile {
    fn grid(&self) -> &PixelGrid {
        self.pixels.grid()
    }

    fn channels(&self) -> usize {
        self.pixels.channels()
    }

    fn name(&self) -> String {
        format!("synthetic {} {}", self.id, self.year)
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.pixels.read_window_into(window, channels, out)
    }

    fn view(&self) -> Option<QuantizedView<'_>> {
        Some(Self::view(self))
    }
}

impl Tile for SyntheticTile {
    fn id(&self) -> TileId {
        self.id
    }

    fn year(&self) -> Option<Year> {
        Some(self.year)
    }

    fn version(&self) -> &DatasetVersion {
        &self.version
    }
}
