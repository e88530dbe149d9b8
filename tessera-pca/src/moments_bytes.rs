//! Moments as bytes.
//!
//! Little-endian: 8 bytes of magic, u32 channels, u32 CRC-32C of all that follows, u64 count, the sum as f64 a channel,
//! and the lower triangle of the sum of outer products as f64, row by row.

use crate::triangle::Triangle;
use crate::{MAX_CHANNELS, Moments};

/// The last byte is the version of the form.
const MAGIC: [u8; 8] = *b"TESSMOM\x01";

/// Bytes before the count.
const HEADER: usize = 16;

/// Bytes or numbers that are no moments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadMomentsError {
    /// Something else, or another version of the form.
    #[error("not moments: expected the bytes to begin with {MAGIC:?}, got {got:?}")]
    Magic {
        /// How they begin.
        got: Vec<u8>,
    },
    /// Cut off, or too long.
    #[error("moments of {got} bytes: expected {expected}")]
    Length {
        /// How many bytes, or numbers, there are.
        got: usize,
        /// How many the number of channels wants.
        expected: usize,
    },
    /// A number of channels that moments are not kept of.
    #[error("moments of {got} channels: expected 1 to {MAX_CHANNELS}")]
    ChannelCount {
        /// The number of channels.
        got: usize,
    },
    /// Bytes that have changed since they were written.
    #[error("the checksum of the moments is {got:08x}: expected {expected:08x}")]
    Checksum {
        /// That of the bytes.
        got: u32,
        /// That which stands in the header.
        expected: u32,
    },
    /// Numbers that no pixels have: not finite, or a sum that its squares do not allow.
    #[error("{what}")]
    Number {
        /// What is wrong with them.
        what: &'static str,
    },
}

impl Moments {
    /// The moments as bytes: 67,096 for 128 channels. [`from_bytes`](Self::from_bytes) gives the same moments to the last
    /// bit.
    ///
    /// ```
    /// use ndarray::array;
    /// use tessera_pca::Moments;
    ///
    /// let moments = Moments::of_rows(array![[1.0, 2.0], [3.0, 7.0]].view())?;
    /// let bytes = moments.to_bytes();
    /// assert_eq!(Moments::from_bytes(&bytes)?, moments);
    /// assert!(Moments::from_bytes(&bytes[..40]).is_err());
    /// assert_eq!(Moments::new(128)?.to_bytes().len(), 67_096);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.sum().iter().chain(self.triangle().entries());
        let mut body = self.count().to_le_bytes().to_vec();
        numbers.for_each(|number| body.extend(number.to_le_bytes()));
        let mut bytes = MAGIC.to_vec();
        // No more than MAX_CHANNELS, so this loses nothing.
        bytes.extend((self.channels() as u32).to_le_bytes());
        bytes.extend(crc32c::crc32c(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Moments from their bytes. The length is compared with the number of channels before anything is allocated.
    ///
    /// # Errors
    /// [`ReadMomentsError`] where the bytes are something else, cut off, changed, or no moments of any pixels. Moments
    /// that are not finite can be written but not read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadMomentsError> {
        let Some(rest) = bytes.strip_prefix(&MAGIC) else {
            return Err(ReadMomentsError::Magic { got: bytes.iter().copied().take(MAGIC.len()).collect() });
        };
        let short = ReadMomentsError::Length { got: bytes.len(), expected: HEADER };
        let (channels, rest) = rest.split_first_chunk::<4>().ok_or_else(|| short.clone())?;
        let (checksum, body) = rest.split_first_chunk::<4>().ok_or(short)?;
        let channels = u32::from_le_bytes(*channels) as usize;
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(ReadMomentsError::ChannelCount { got: channels });
        }
        let expected = HEADER + 8 * (1 + channels + channels * (channels + 1) / 2);
        if bytes.len() != expected {
            return Err(ReadMomentsError::Length { got: bytes.len(), expected });
        }
        let (got, expected) = (crc32c::crc32c(body), u32::from_le_bytes(*checksum));
        if got != expected {
            return Err(ReadMomentsError::Checksum { got, expected });
        }
        let (words, _) = body.as_chunks::<8>();
        let count = words.first().map_or(0, |word| u64::from_le_bytes(*word));
        let mut numbers = words.iter().skip(1).map(|word| f64::from_le_bytes(*word));
        let sum = numbers.by_ref().take(channels).collect();
        Self::checked(count, sum, numbers.collect())
    }

    /// Moments from numbers that came from outside.
    pub(crate) fn checked(count: u64, sum: Vec<f64>, products: Vec<f64>) -> Result<Self, ReadMomentsError> {
        let (channels, got) = (sum.len(), products.len());
        if channels == 0 || channels > MAX_CHANNELS {
            return Err(ReadMomentsError::ChannelCount { got: channels });
        }
        let Some(products) = Triangle::from_vec(channels, products) else {
            return Err(ReadMomentsError::Length { got, expected: channels * (channels + 1) / 2 });
        };
        if !sum.iter().chain(products.entries()).all(|number| number.is_finite()) {
            return Err(ReadMomentsError::Number { what: "moments with a number that is not finite" });
        }
        if count == 0 && sum.iter().chain(products.entries()).any(|&number| number != 0.0) {
            return Err(ReadMomentsError::Number { what: "moments of no pixel that are not zero" });
        }
        // Cauchy and Schwarz: (Σx)² ≤ n·Σx², but for rounding.
        let possible = |(sum, square): (&f64, f64)| sum * sum <= count as f64 * square * (1.0 + 1e-6);
        if !sum.iter().zip(products.diagonal()).all(possible) {
            return Err(ReadMomentsError::Number {
                what: "moments whose sums are larger than their squares allow",
            });
        }
        Ok(Self::from_parts(count, sum, products))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;

    fn sample() -> Moments {
        let rows = Array2::from_shape_fn((40, 5), |(i, j)| (i as f64 * 0.3 + j as f64).sin());
        Moments::of_rows(rows.view()).unwrap()
    }

    proptest! {
        #[test]
        fn bytes_give_the_same_moments(rows in 0..30_usize, channels in 1..20_usize, seed in 0.0..10.0_f64) {
            let rows = Array2::from_shape_fn((rows, channels), |(i, j)| (i as f64 * seed + j as f64).sin());
            let moments = Moments::of_rows(rows.view()).unwrap();
            prop_assert_eq!(Moments::from_bytes(&moments.to_bytes()).unwrap(), moments);
        }

        #[test]
        fn a_changed_byte_is_noticed(at in 0..184_usize, change in 1..=255_u8) {
            let mut bytes = sample().to_bytes();
            prop_assert_eq!(bytes.len(), 184);
            bytes[at] ^= change;
            prop_assert!(Moments::from_bytes(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..200), magic: bool) {
            let bytes = if magic { [&MAGIC[..], &bytes].concat() } else { bytes };
            prop_assert!(Moments::from_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn what_is_cut_off_or_too_long_is_refused() {
        let bytes = sample().to_bytes();
        for length in 0..bytes.len() {
            assert!(Moments::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        assert!(Moments::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_huge_number_of_channels_allocates_nothing() {
        for channels in [0, MAX_CHANNELS as u32 + 1, u32::MAX] {
            let mut bytes = sample().to_bytes();
            bytes[8..12].copy_from_slice(&channels.to_le_bytes());
            let error = Moments::from_bytes(&bytes).unwrap_err();
            assert_eq!(error, ReadMomentsError::ChannelCount { got: channels as usize });
        }
    }

    #[test]
    fn numbers_that_no_pixels_have_are_refused() {
        assert!(Moments::checked(2, vec![1.0], vec![0.5]).is_ok());
        for (count, sum, products) in [
            (2, vec![f64::NAN], vec![1.0]),
            (2, vec![1.0], vec![f64::INFINITY]),
            (2, vec![1.0], vec![0.4]),
            (2, vec![0.0], vec![-1.0]),
            (0, vec![0.0], vec![1.0]),
            (2, vec![0.0], vec![1.0, 1.0]),
            (2, vec![], vec![]),
        ] {
            assert!(Moments::checked(count, sum, products).is_err());
        }
    }
}
