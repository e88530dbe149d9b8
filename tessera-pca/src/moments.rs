//! What a PCA needs of its pixels, and adds up.

use ndarray::Array2;
use tessera_core::SourceError;

use crate::triangle::Triangle;

/// The most channels that moments are kept of. Their memory grows with the square: 67 MB at this limit.
pub const MAX_CHANNELS: usize = 4096;

/// Count, sum and sum of outer products of pixels: all that a PCA needs of them. Moments of two sets of pixels add up to
/// the moments of both, so a basis of a whole archive is fitted from the moments of its tiles, taken on any day and any
/// machine.
///
/// Only valid pixels count. Values are those that [`QuantizedView::dequantize`](tessera_core::QuantizedView::dequantize)
/// gives, in float32; their products are summed in float32 over 192 pixels at a time, around a mean near theirs, and in
/// float64 beyond. The same pixels in the same call give the same bits, however many threads work on them.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{QuantizedView, ScaleLimit, ScalesView};
/// use tessera_pca::Moments;
///
/// let data = Array3::from_shape_fn((4, 5, 3), |(row, col, channel)| (row * 10 + col + channel) as i8);
/// let mut scales = Array2::from_elem((4, 5), 0.5_f32);
/// scales[(0, 0)] = f32::NAN;
/// let tile = QuantizedView::new(data.view(), ScalesView::Pixel(scales.view()))?;
///
/// let moments = Moments::of_view(&tile, ScaleLimit::default())?;
/// assert_eq!((moments.count(), moments.channels()), (19, 3));
/// let mut both = Moments::new(3)?;
/// both.merge(&moments)?;
/// both.add_view(&tile, ScaleLimit::default())?;
/// assert_eq!(both.count(), 38);
/// assert_eq!(both.mean(), moments.mean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    count: u64,
    sum: Vec<f64>,
    products: Triangle,
}

/// Moments that could not be taken or added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MomentsError {
    /// Pixels or moments of another number of channels.
    #[error("{got} channels were given to moments of {expected} channels")]
    Channels {
        /// The channels given.
        got: usize,
        /// The channels that the moments are of.
        expected: usize,
    },
    /// More channels than moments are kept of, or none.
    #[error("moments of {got} channels: expected 1 to {MAX_CHANNELS}")]
    ChannelCount {
        /// The channels asked for.
        got: usize,
    },
    /// A source that could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Moments {
    /// The moments of no pixel, of so many channels.
    ///
    /// # Errors
    /// [`MomentsError::ChannelCount`] for none or more than [`MAX_CHANNELS`].
    pub fn new(channels: usize) -> Result<Self, MomentsError> {
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(MomentsError::ChannelCount { got: channels });
        }
        Ok(Self { count: 0, sum: vec![0.0; channels], products: Triangle::zeros(channels) })
    }

    /// The parts are known to belong together.
    pub(crate) fn from_parts(count: u64, sum: Vec<f64>, products: Triangle) -> Self {
        Self { count, sum, products }
    }

    /// How many pixels there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many channels a pixel has.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.sum.len()
    }

    /// The sum of the pixels, a number for each channel.
    #[must_use]
    pub fn sum(&self) -> &[f64] {
        &self.sum
    }

    /// The sum of the outer products of the pixels with themselves, (channels, channels), symmetric.
    #[must_use]
    pub fn products(&self) -> Array2<f64> {
        self.products.to_square(|_, _, product| product)
    }

    /// The lower triangle of the same.
    pub(crate) fn triangle(&self) -> &Triangle {
        &self.products
    }

    /// The mean of the pixels, a number for each channel; `None` where there is no pixel.
    #[must_use]
    pub fn mean(&self) -> Option<Vec<f64>> {
        (self.count > 0).then(|| self.sum.iter().map(|sum| sum / self.count as f64).collect())
    }

    /// The covariance of the channels, (channels, channels), divided by count − 1; `None` for fewer than two pixels.
    #[must_use]
    pub fn covariance(&self) -> Option<Array2<f64>> {
        let mean = self.mean().filter(|_| self.count > 1)?;
        let (n, free) = (self.count as f64, (self.count - 1) as f64);
        Some(self.products.to_square(|i, j, product| (product - n * mean[i] * mean[j]) / free))
    }

    /// Adds the moments of other pixels.
    ///
    /// The order matters to the last bits only: to get the same bits again, add in the same order.
    ///
    /// # Errors
    /// [`MomentsError::Channels`] where they are of another number of channels; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), MomentsError> {
        if other.channels() != self.channels() {
            return Err(MomentsError::Channels { got: other.channels(), expected: self.channels() });
        }
        self.add(other);
        Ok(())
    }

    /// Moments of the same mean and covariance as if there were so many pixels; of none, where there is none. Of tiles that
    /// are each made to count the same, the sum weighs tiles and not pixels.
    ///
    /// ```
    /// use ndarray::array;
    /// use tessera_pca::Moments;
    ///
    /// let (small, large) = (array![[1.0], [3.0]], array![[4.0], [8.0], [6.0], [6.0]]);
    /// let mut tiles = Moments::of_rows(small.view())?.weighing(1 << 20);
    /// tiles.merge(&Moments::of_rows(large.view())?.weighing(1 << 20))?;
    /// assert_eq!(tiles.mean(), Some(vec![4.0]));
    /// # Ok::<(), tessera_pca::MomentsError>(())
    /// ```
    #[must_use]
    pub fn weighing(mut self, pixels: u64) -> Self {
        if self.count > 0 {
            let factor = pixels as f64 / self.count as f64;
            self.sum.iter_mut().for_each(|sum| *sum *= factor);
            self.products.scale(factor);
            self.count = pixels;
        }
        self
    }

    /// The channels are known to agree.
    pub(crate) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.iter_mut().zip(&other.sum).for_each(|(a, b)| *a += b);
        self.products.add(&other.products);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_numbers_of_channels_are_refused_before_anything_is_allocated() {
        for channels in [0, MAX_CHANNELS + 1, usize::MAX] {
            assert!(
                matches!(Moments::new(channels), Err(MomentsError::ChannelCount { got }) if got == channels)
            );
        }
    }

    #[test]
    fn other_channels_are_refused() {
        let mut moments = Moments::new(3).unwrap();
        let error = moments.merge(&Moments::new(4).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "4 channels were given to moments of 3 channels");
    }

    #[test]
    fn few_pixels_have_no_covariance() {
        let empty = Moments::new(2).unwrap();
        assert!(empty.mean().is_none() && empty.covariance().is_none());
        let one = Moments::from_parts(1, vec![1.0, 2.0], Triangle::from_vec(2, vec![1.0, 2.0, 4.0]).unwrap());
        assert_eq!(one.mean(), Some(vec![1.0, 2.0]));
        assert!(one.covariance().is_none());
    }
}
