//! Anything that has a grid and can read a window.

use std::error::Error;
use std::io;
use std::ops::Range;

use ndarray::s;

use crate::{
    Channels, DatasetVersion, Fetches, ObjectChanged, PixelGrid, Quantized, QuantizedView, ScalesView,
    TileId, Window, Year,
};

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

    /// Reads single pixels (row, col), in any order and as often as they are named, into `out` as (pixels, 1, channels).
    /// Pixels that lie together are fetched together, whatever their order.
    ///
    /// # Errors
    /// As [`read_window_into`](Self::read_window_into).
    fn read_pixels_into(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        pixels_by_window(self, pixels, channels, out)
    }

    /// What [`read_window_into`](Self::read_window_into), called in place of this, would ask of a store of objects; `None`
    /// where that is not known, or nothing is asked of one.
    ///
    /// Finding out may read, and keep, what says where the pixels lie, such as the indexes of shards: that is counted, once,
    /// as it would be in reading. So all windows of a query, told in the order in which they would be read, add up to what
    /// reading them asks of a store that was opened just now.
    ///
    /// # Errors
    /// As [`read_window_into`](Self::read_window_into).
    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        let _ = (window, channels);
        Ok(None)
    }

    /// What [`read_pixels_into`](Self::read_pixels_into), called in place of this, would ask of a store of objects; as
    /// [`fetches`](Self::fetches).
    ///
    /// # Errors
    /// As [`read_window_into`](Self::read_window_into).
    fn fetches_of_pixels(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
    ) -> Result<Option<Fetches>, SourceError> {
        let mut all = Some(Fetches::default());
        for group in squares(self.block_rows(), pixels) {
            let Some(window) = hull_of(group.iter().map(|&at| pixels[at])) else { continue };
            all = Fetches::both(all, self.fetches(window, channels)?);
        }
        Ok(all)
    }

    /// What opening it has asked of a store of objects already.
    fn opening(&self) -> Fetches {
        Fetches::default()
    }

    /// All pixels, where they lie in memory or in a mapped file already; `None` where they have to be fetched.
    fn view(&self) -> Option<QuantizedView<'_>> {
        None
    }

    /// Says that some rows of [`view`](Self::view) were read for the last time, so that their memory can be given back.
    fn release(&self, rows: Range<usize>) {
        let _ = rows;
    }

    /// Rows that cost no more to fetch together than one of them: those of a chunk, counted from row 0.
    fn block_rows(&self) -> usize {
        1
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

/// The least edge of the squares in which single pixels are fetched.
const SQUARE: usize = 64;

/// Fetches single pixels by windows: one for all pixels of a square.
fn pixels_by_window<S: Source + ?Sized>(
    source: &S,
    pixels: &[(usize, usize)],
    channels: &Channels,
    out: &mut Quantized,
) -> Result<(), SourceError> {
    let refused = |cause: Box<dyn Error + Send + Sync>| SourceError::new(source.name(), cause);
    let depth = channels.resolve(source.channels()).map_err(|cause| refused(cause.into()))?.len();
    let (mut data, scales) = out.reset(pixels.len(), 1, depth);
    let mut part = Quantized::empty();
    for group in squares(source.block_rows(), pixels) {
        let Some(window) = hull_of(group.iter().map(|&at| pixels[at])) else { continue };
        source.read_window_into(window, channels, &mut part)?;
        let view = part.view();
        let ScalesView::Pixel(part_scales) = view.scales() else {
            return Err(refused(
                "single pixels were asked for where each channel has a scale of its own".into(),
            ));
        };
        for at in group {
            let (row, col) = (pixels[at].0 - window.row, pixels[at].1 - window.col);
            data.slice_mut(s![at, 0, ..]).assign(&view.data().slice(s![row, col, ..]));
            scales[(at, 0)] = part_scales[(row, col)];
        }
    }
    Ok(())
}

/// Single pixels by the squares in which they are fetched, each by its place in the list.
fn squares(block_rows: usize, pixels: &[(usize, usize)]) -> Vec<Vec<usize>> {
    // Squares of at least the rows that are fetched together anyway.
    let edge = block_rows.clamp(SQUARE, 16 * SQUARE);
    let square = |at: usize| (pixels[at].0 / edge, pixels[at].1 / edge);
    let mut order: Vec<usize> = (0..pixels.len()).collect();
    order.sort_unstable_by_key(|&at| square(at));
    order.chunk_by(|&a, &b| square(a) == square(b)).map(<[usize]>::to_vec).collect()
}

/// The smallest window with all of these pixels; `None` where there is none.
fn hull_of(pixels: impl Iterator<Item = (usize, usize)>) -> Option<Window> {
    pixels.map(|(row, col)| Window::new(row, col, 1, 1)).reduce(Window::hull)
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
    passes: bool,
}

impl SourceError {
    /// An error of the source of this name. Where an [`io::Error`] is the cause, or behind it, that one tells whether it
    /// [may pass](Self::may_pass).
    pub fn new(name: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        let mut next: Option<&(dyn Error + 'static)> = Some(&*cause);
        let mut passes = false;
        while let Some(error) = next {
            passes |= error.downcast_ref().is_some_and(may_pass);
            next = error.source();
        }
        Self { name: name.into(), cause, passes }
    }

    /// The same error, which may pass where what is behind it may: an error that prints its cause does not name it.
    #[must_use]
    pub fn passing(mut self, passes: bool) -> Self {
        self.passes |= passes;
        self
    }

    /// Whether what the system, or a server, said of reading may be gone another time.
    #[must_use]
    pub fn is_passing(error: &io::Error) -> bool {
        may_pass(error)
    }

    /// Whether it may be gone another time: a server that does not answer, an object that was replaced while it was read.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.passes
    }
}

/// Whether an error of reading may be gone another time.
fn may_pass(error: &io::Error) -> bool {
    use io::ErrorKind;
    ObjectChanged::is(error)
        || matches!(
            error.kind(),
            ErrorKind::BrokenPipe
                | ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset
                | ErrorKind::HostUnreachable
                | ErrorKind::Interrupted
                | ErrorKind::NetworkDown
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NotConnected
                | ErrorKind::ResourceBusy
                | ErrorKind::StaleNetworkFileHandle
                | ErrorKind::TimedOut
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemorySource, Scales};

    #[test]
    fn what_may_pass_is_told_by_the_system() {
        let of = |kind: io::ErrorKind| SourceError::new("far", io::Error::from(kind));
        assert!(of(io::ErrorKind::TimedOut).may_pass() && !of(io::ErrorKind::NotFound).may_pass());
        assert!(SourceError::new("far", io::Error::from(ObjectChanged { object: "a".into() })).may_pass());
        let hidden = || SourceError::new("far", "it was told in words");
        assert!(!hidden().may_pass());
        assert!(hidden().passing(SourceError::is_passing(&io::ErrorKind::ConnectionReset.into())).may_pass());
    }

    use ndarray::{Array2, Array3};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn single_pixels_are_those_of_the_whole(pixels in prop::collection::vec((0..150_usize, 0..90_usize), 0..40)) {
            let grid = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap().with_shape(150, 90).unwrap();
            let data = Array3::from_shape_fn((150, 90, 3), |(r, c, k)| (r * 7 + c * 3 + k) as i8);
            let scales = Array2::from_shape_fn((150, 90), |(r, c)| (r * 90 + c) as f32);
            let source = MemorySource::new(grid, Quantized::new(data.clone(), Scales::Pixel(scales.clone())).unwrap()).unwrap();
            let mut out = Quantized::empty();
            source.read_pixels_into(&pixels, &Channels::from(vec![2, 0]), &mut out).unwrap();
            prop_assert_eq!(out.view().dim(), (pixels.len(), 1, 2));
            for (at, &(row, col)) in pixels.iter().enumerate() {
                prop_assert_eq!(out.view().data()[(at, 0, 0)], data[(row, col, 2)]);
                prop_assert_eq!(out.view().data()[(at, 0, 1)], data[(row, col, 0)]);
                let ScalesView::Pixel(got) = out.view().scales() else { panic!() };
                prop_assert_eq!(got[(at, 0)], scales[(row, col)]);
            }
        }
    }
}
