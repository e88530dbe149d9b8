//! Histograms as bytes.
//!
//! Little-endian: 8 bytes of magic, u32 components, u32 CRC-32C of all that follows; then for each component its standard
//! deviation, sum and sum of squares as f64, least and greatest value as f32, and 2050 counts as u64.

use super::Histogram;
use super::component::{BINS, Component};
use crate::MAX_CHANNELS;

/// The last byte is the version of the form.
const MAGIC: [u8; 8] = *b"TESSHIS\x01";

/// Bytes before the first component.
const HEADER: usize = 16;

/// Bytes of a component.
const COMPONENT: usize = 3 * 8 + 2 * 4 + (BINS + 2) * 8;

/// Bytes that are no histogram.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadHistogramError {
    /// Something else, or another version of the form.
    #[error("not a histogram: expected the bytes to begin with {MAGIC:?}, got {got:?}")]
    Magic {
        /// How they begin.
        got: Vec<u8>,
    },
    /// Cut off, too long, or of no component.
    #[error(
        "a histogram of {got} bytes: expected {HEADER} and {COMPONENT} a component, of which there is one at least"
    )]
    Length {
        /// How many bytes there are.
        got: usize,
    },
    /// Bytes that have changed since they were written.
    #[error("the checksum of the histogram is {got:08x}: expected {expected:08x}")]
    Checksum {
        /// That of the bytes.
        got: u32,
        /// That which stands in the header.
        expected: u32,
    },
    /// Numbers that no pixels have.
    #[error(
        "a histogram whose numbers no pixels have: expected finite ones, and as many pixels in each component"
    )]
    Number,
}

impl Histogram {
    /// The histogram as bytes, 16,432 a component. [`from_bytes`](Self::from_bytes) gives the same to the last bit.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.components.len() * COMPONENT);
        for own in &self.components {
            for number in [own.deviation(), own.sum, own.squares] {
                body.extend(number.to_le_bytes());
            }
            body.extend(own.low.to_le_bytes());
            body.extend(own.high.to_le_bytes());
            own.counts.iter().for_each(|count| body.extend(count.to_le_bytes()));
        }
        let mut bytes = MAGIC.to_vec();
        // No more than MAX_CHANNELS, so this loses nothing.
        bytes.extend((self.components.len() as u32).to_le_bytes());
        bytes.extend(crc32c::crc32c(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// A histogram from its bytes. The length is checked before anything is allocated.
    ///
    /// # Errors
    /// [`ReadHistogramError`] where the bytes are something else, cut off, changed, or no histogram of any pixels.
    ///
    /// ```
    /// use tessera_pca::{Basis, BasisParts, Histogram};
    ///
    /// let basis = Basis::from_parts(BasisParts {
    ///     mean: vec![0.0; 2],
    ///     components: vec![vec![1.0, 0.0]],
    ///     explained_variance: vec![4.0],
    ///     explained_variance_ratio: vec![0.9],
    ///     deviations: None,
    /// })?;
    /// let histogram = Histogram::new(&basis);
    /// assert_eq!(Histogram::from_bytes(&histogram.to_bytes())?, histogram);
    /// assert!(Histogram::from_bytes(b"PNG").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadHistogramError> {
        let Some(rest) = bytes.strip_prefix(&MAGIC) else {
            return Err(ReadHistogramError::Magic { got: bytes.iter().copied().take(MAGIC.len()).collect() });
        };
        let length = ReadHistogramError::Length { got: bytes.len() };
        let Some(([count, expected], body)) = words(rest) else { return Err(length) };
        let count = count as usize;
        if !(1..=MAX_CHANNELS).contains(&count) || body.len() != count * COMPONENT {
            return Err(length);
        }
        let got = crc32c::crc32c(body);
        if got != expected {
            return Err(ReadHistogramError::Checksum { got, expected });
        }
        let components: Vec<_> = body.chunks_exact(COMPONENT).filter_map(component).collect();
        let pixels = components.first().and_then(checked_count);
        let same = pixels.is_some() && components.iter().all(|own| checked_count(own) == pixels);
        if components.len() == count && same {
            Ok(Self { components })
        } else {
            Err(ReadHistogramError::Number)
        }
    }
}

/// Two u32 and what follows.
fn words(bytes: &[u8]) -> Option<([u32; 2], &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    let (second, rest) = rest.split_first_chunk::<4>()?;
    Some(([u32::from_le_bytes(*first), u32::from_le_bytes(*second)], rest))
}

/// A component from its bytes; `None` for numbers that cannot be.
fn component(bytes: &[u8]) -> Option<Component> {
    let (numbers, rest) = bytes.split_first_chunk::<24>()?;
    let (range, counts) = rest.split_first_chunk::<8>()?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let [deviation, sum, squares] = [0, 1, 2].map(|at| f64::from_le_bytes(numbers[at]));
    let (range, _) = range.as_chunks::<4>();
    let [low, high] = [0, 1].map(|at| f32::from_le_bytes(range[at]));
    let (counts, _) = counts.as_chunks::<8>();
    let mut own = Component::new(deviation);
    own.counts = counts.iter().map(|count| u64::from_le_bytes(*count)).collect();
    (own.low, own.high, own.sum, own.squares) = (low, high, sum, squares);
    let pixels = checked_count(&own)?;
    let range = if pixels == 0 { low > high } else { low <= high && low.is_finite() && high.is_finite() };
    let numbers = deviation.is_finite() && deviation >= 0.0 && sum.is_finite() && squares.is_finite();
    (range && numbers && squares >= 0.0).then_some(own)
}

/// The pixels of a component, where they can be counted.
fn checked_count(own: &Component) -> Option<u64> {
    own.counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count))
}
