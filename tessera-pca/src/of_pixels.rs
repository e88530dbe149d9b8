//! Moments straight from quantized pixels.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use tessera_core::{Channels, Quantized, QuantizedView, ScaleLimit, Source, Window};

use crate::block::Block;
use crate::gram::Gram;
use crate::row::Row;
use crate::triangle::Triangle;
use crate::{Moments, MomentsError, Simd};

/// Pixels that a thread takes at a time, about: rows are not cut. Fixed, so that the result is too.
const SHARE_PIXELS: usize = 1 << 14;

impl Moments {
    /// The moments of the valid pixels of a view, on all threads of rayon's pool.
    ///
    /// # Errors
    /// [`MomentsError::ChannelCount`] for a view without channels, or with more than
    /// [`MAX_CHANNELS`](crate::MAX_CHANNELS).
    pub fn of_view(view: &QuantizedView<'_>, limit: ScaleLimit) -> Result<Self, MomentsError> {
        Self::of_view_with(view, limit, Simd::Detect)
    }

    /// As [`of_view`](Self::of_view), with a choice of vector instructions.
    ///
    /// # Errors
    /// As [`of_view`](Self::of_view).
    pub fn of_view_with(
        view: &QuantizedView<'_>,
        limit: ScaleLimit,
        simd: Simd,
    ) -> Result<Self, MomentsError> {
        let (rows, cols, channels) = view.dim();
        let none = Self::new(channels)?;
        if rows == 0 || cols == 0 {
            return Ok(none);
        }
        let share_rows = SHARE_PIXELS.div_ceil(cols);
        let job = Job { view: *view, limit, simd, share_rows, rooms: Mutex::new(Vec::new()) };
        Ok(job.shares(0..rows.div_ceil(share_rows)))
    }

    /// Adds the valid pixels of a view, on all threads of rayon's pool.
    ///
    /// # Errors
    /// [`MomentsError::Channels`] where the view has another number of channels.
    pub fn add_view(&mut self, view: &QuantizedView<'_>, limit: ScaleLimit) -> Result<(), MomentsError> {
        let got = view.dim().2;
        if got != self.channels() {
            return Err(MomentsError::Channels { got, expected: self.channels() });
        }
        self.merge(&Self::of_view(view, limit)?)
    }

    /// The moments of the valid pixels of a whole source, read in blocks of `rows` full rows: the memory needed is that
    /// of one block, whatever the size of the source. 0 counts as 1. Blocks as high as the chunks of a store read each
    /// chunk once; another height rounds differently, by about 1e-7.
    ///
    /// # Errors
    /// Where the source cannot be read, or as [`of_view`](Self::of_view).
    ///
    /// ```
    /// use tessera_core::synthetic::Synthetic;
    /// use tessera_core::{ScaleLimit, Year};
    /// use tessera_pca::Moments;
    ///
    /// let tile = Synthetic::new(7).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
    /// let blocks = Moments::of_source(&tile, 16, ScaleLimit::default())?;
    /// let whole = Moments::of_view(&tile.view(), ScaleLimit::default())?;
    /// assert_eq!(blocks.count(), whole.count());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_source(source: &dyn Source, rows: usize, limit: ScaleLimit) -> Result<Self, MomentsError> {
        let window = Window::full(source.grid().rows(), source.grid().cols());
        let mut moments = Self::new(source.channels())?;
        moments.add_window(source, window, &Channels::All, rows, limit)?;
        Ok(moments)
    }

    /// Adds the valid pixels of a window of some channels of a source, read in blocks of `rows` rows of the window.
    ///
    /// # Errors
    /// Where the source cannot be read or does not have the window or a channel, or where the number of channels is
    /// another; nothing is added then.
    pub fn add_window(
        &mut self,
        source: &dyn Source,
        window: Window,
        channels: &Channels,
        rows: usize,
        limit: ScaleLimit,
    ) -> Result<(), MomentsError> {
        let mut all = Self::new(self.channels())?;
        let mut buffer = Quantized::empty();
        for block in window.row_blocks(rows) {
            source.read_window_into(block, channels, &mut buffer)?;
            all.add_view(&buffer.view(), limit)?;
        }
        self.add(&all);
        Ok(())
    }
}

/// One pass over a view.
struct Job<'a> {
    view: QuantizedView<'a>,
    limit: ScaleLimit,
    simd: Simd,
    share_rows: usize,
    /// Memory that no thread works in at the moment.
    rooms: Mutex<Vec<Room>>,
}

/// Memory that a thread works in.
struct Room {
    block: Block,
    gram: Gram,
}

impl Job<'_> {
    /// The moments of some shares. They are halved in the same places whoever takes the halves, so the sum is the same
    /// to the last bit.
    fn shares(&self, shares: Range<usize>) -> Moments {
        if shares.len() <= 1 {
            return self.share(shares.start);
        }
        let middle = shares.start + shares.len() / 2;
        let (mut left, right) =
            rayon::join(|| self.shares(shares.start..middle), || self.shares(middle..shares.end));
        left.add(&right);
        left
    }

    /// The moments of one share.
    fn share(&self, share: usize) -> Moments {
        let channels = self.view.dim().2;
        let free = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut room = free.unwrap_or_else(|| Room::new(channels));
        let first = share * self.share_rows;
        let moments = room.moments(self, first..self.view.dim().0.min(first + self.share_rows));
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
        moments
    }
}

impl Room {
    fn new(channels: usize) -> Self {
        Self { block: Block::new(channels), gram: Gram::new(channels) }
    }

    /// The moments of some rows.
    fn moments(&mut self, job: &Job<'_>, rows: Range<usize>) -> Moments {
        self.block.reset();
        self.gram.reset();
        let mut count = 0;
        for row in rows {
            let row = Row::of(&job.view, row);
            let pixels = row.pixels(job.limit);
            let mut next = 0;
            while next < pixels.len() {
                next = self.block.take(pixels, next, job.simd);
                if self.block.is_full() {
                    self.flush(&mut count, job.simd);
                }
            }
        }
        self.flush(&mut count, job.simd);
        self.finish(count, job.view.dim().2)
    }

    /// Adds the pixels of the block to the sums and makes room for more.
    fn flush(&mut self, count: &mut u64, simd: Simd) {
        if *count == 0 && self.block.len() > 0 {
            self.block.centre();
        }
        *count += self.block.len() as u64;
        self.gram.add(&self.block, simd);
        self.block.clear();
    }

    /// The moments around zero, from those around the origin: Σxxᵀ = Σyyᵀ + c(Σy)ᵀ + (Σy)cᵀ + n·ccᵀ for x = y + c.
    fn finish(&self, count: u64, channels: usize) -> Moments {
        let (n, sums) = (count as f64, self.gram.sums());
        let origin: Vec<f64> = self.block.origin().iter().copied().map(f64::from).collect();
        let products = Triangle::from_fn(channels, |i, j| {
            let (c, d) = (origin[i], origin[j]);
            self.gram.at(i, j) + (c * sums[j] + sums[i] * d) + n * c * d
        });
        let sum = sums.iter().zip(&origin).map(|(sum, c)| sum + n * c).take(channels).collect();
        Moments::from_parts(count, sum, products)
    }
}
