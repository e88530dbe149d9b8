//! How a GeoTIFF is written.

/// The greatest edge of a tile: 64 MiB of floats or colours.
pub(super) const MOST_EDGE: usize = 4096;

/// How the tiles of a GeoTIFF are compressed, losslessly in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Compression {
    /// Deflate at its fastest level, which every reader has. Embeddings are noise for the most part: higher levels take
    /// several times as long for a few percent.
    #[default]
    Deflate,
    /// zstd at its fastest level: faster than [`Deflate`](Self::Deflate) and a little smaller, for readers that have
    /// it, as GDAL has where it was built with it.
    Zstd,
    /// None.
    None,
}

/// How a GeoTIFF is written.
///
/// ```
/// use tessera_io::{Compression, GeoTiffOptions};
///
/// let options = GeoTiffOptions::default().tile_edge(128).compression(Compression::Zstd).memory(512 << 20);
/// assert_ne!(options, GeoTiffOptions::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeoTiffOptions {
    pub(super) tile_edge: usize,
    pub(super) compression: Compression,
    pub(super) predictor: bool,
    pub(super) overviews: bool,
    pub(super) overwrite: bool,
    pub(super) memory: u64,
}

impl Default for GeoTiffOptions {
    /// Tiles of 256 × 256, Deflate with predictor, with overviews, nothing overwritten, 1 GiB of memory.
    fn default() -> Self {
        Self {
            tile_edge: 256,
            compression: Compression::Deflate,
            predictor: true,
            overviews: true,
            overwrite: false,
            memory: 1 << 30,
        }
    }
}

impl GeoTiffOptions {
    /// The edge of a tile in pixels, a multiple of 16 up to 4096. Where rows of tiles would not fit in
    /// [`memory`](Self::memory), it is the next smaller power of two that lets them.
    #[must_use]
    pub fn tile_edge(mut self, edge: usize) -> Self {
        self.tile_edge = edge;
        self
    }

    /// How tiles are compressed.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Whether the bytes of floats are sorted and differenced before they are compressed (predictor 3), and colours
    /// differenced (predictor 2), which makes files smaller, a little for embeddings and more for smooth values. Nothing
    /// changes without compression.
    #[must_use]
    pub fn predictor(mut self, predictor: bool) -> Self {
        self.predictor = predictor;
        self
    }

    /// Whether smaller copies for zooming out are stored too, each half the one before, until one fits in a tile. Of
    /// floats, each of their pixels is the one of the full resolution that its centre lies in: no vector is averaged. Of
    /// colours, each is the mean of four. They add a third.
    #[must_use]
    pub fn overviews(mut self, overviews: bool) -> Self {
        self.overviews = overviews;
        self
    }

    /// Whether a file that is there may be replaced.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Bytes that may be held: a row of tiles with all bands, for the full resolution and for each overview. Beside it
    /// there are a few megabytes of encoded tiles for each thread, and some bytes for each tile of each band.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}
