//! Anything that has a grid and can read a window.

use std::error::Error;

use crate::{Channels, DatasetVersion, PixelGrid, Quantized, TileId, Window, Year};

/// Anything that has a grid and can read a window of quantized pixels: an NPY tile, a tile store, a zone store.
///
/// Implementations read only what the window needs, and are shared among threads.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{Channels, MemorySource, PixelGrid, Quantized, Scales, Source, Window};
///
/// let grid = PixelGrid::of_tile("grid_-99.95_80.05".parse()?)?.with_shape(8, 6)?;
/// let pixels = Quantized::new(Array3::ones((8, 6, 128)), Scales::Pixel(Array2::ones((8, 6))))?;
/// let source = MemorySource::new(grid, pixels)?;
/// let part = source.read_window(Window::new(2, 1, 3, 4), &Channels::from(0..16))?;
/// assert_eq!(part.view().dim(), (3, 4, 16));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Source: Send + Sync {
    /// Where the pixels lie.
    fn grid(&self) -> &PixelGrid;

    /// The number of channels of a pixel.
    fn channels(&self) -> usize;

    /// What to call the source in a message: a path or an address.
    fn name(&self) -> String;

    /// Reads a window of some channels into `out`, whose memory is used again.
    ///
    /// # Errors
    /// A window or channel that the source does not have, or whatever reading it meets.
    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError>;

    /// Reads a window of some channels: (rows, cols, channels) with the scales.
    ///
    /// # Errors
    /// As [`read_window_into`](Self::read_window_into).
    fn read_window(&self, window: Window, channels: &Channels) -> Result<Quantized, SourceError> {
        let mut out = Quantized::empty();
        self.read_window_into(window, channels, &mut out)?;
        Ok(out)
    }
}

/// A source that is one tile: the embeddings of one 0.1° cell for one year.
pub trait Tile: Source {
    /// The cell.
    fn id(&self) -> TileId;

    /// The year, where something says it.
    fn year(&self) -> Option<Year>;

    /// The dataset that it belongs to.
    fn version(&self) -> &DatasetVersion;
}

/// A source that could not be opened or read: which one, and why.
///
/// The cause is the error of the crate that implements the source; it prints in full here and is not repeated by
/// [`Error::source`].
#[derive(Debug, thiserror::Error)]
#[error("{name}: {cause}")]
#[non_exhaustive]
pub struct SourceError {
    /// What the source is called.
    pub name: String,
    /// What went wrong.
    pub cause: Box<dyn Error + Send + Sync>,
}

impl SourceError {
    /// An error of the source of this name.
    pub fn new(name: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { name: name.into(), cause: cause.into() }
    }
}
