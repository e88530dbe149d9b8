//! How many pixels of each kind.

use std::ops::AddAssign;

use crate::{PixelStatus, ScaleLimit};

/// How many pixels are valid, water and no data, and why those without data have none.
///
/// The four reasons add up to `no_data`. Counts of parts add up with `+=`.
///
/// ```
/// use tessera_core::{ScaleCounts, ScaleLimit};
///
/// let mut counts = ScaleCounts::default();
/// for scale in [0.06, f32::NAN, f32::INFINITY, 0.0, -161685.0, 3.4e38] {
///     counts.add([scale], ScaleLimit::default());
/// }
/// assert_eq!((counts.valid, counts.water, counts.no_data), (1, 1, 4));
/// assert_eq!((counts.infinite, counts.zero, counts.negative, counts.over_limit), (1, 1, 1, 1));
/// assert_eq!(counts.rejected(), 3); // +inf says "no data" on purpose; the others are broken
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ScaleCounts {
    /// Pixels with an embedding.
    pub valid: u64,
    /// Pixels of water: NaN scales.
    pub water: u64,
    /// Pixels with any other scale.
    pub no_data: u64,
    /// Of those, scales of +inf or −inf.
    pub infinite: u64,
    /// Of those, scales of zero.
    pub zero: u64,
    /// Of those, finite scales below zero.
    pub negative: u64,
    /// Of those, finite scales at the limit or above.
    pub over_limit: u64,
}

impl ScaleCounts {
    /// Counts one pixel with these scales: one, or one a channel.
    pub fn add(&mut self, scales: impl IntoIterator<Item = f32> + Clone, limit: ScaleLimit) {
        match PixelStatus::of_all(scales.clone(), limit) {
            PixelStatus::Valid => self.valid += 1,
            PixelStatus::Water => self.water += 1,
            PixelStatus::NoData => {
                self.no_data += 1;
                let culprit = scales.into_iter().find(|&s| PixelStatus::of(s, limit) == PixelStatus::NoData);
                match culprit {
                    Some(s) if s.is_finite() && s > 0.0 => self.over_limit += 1,
                    Some(s) if s.is_finite() && s < 0.0 => self.negative += 1,
                    Some(0.0) => self.zero += 1,
                    _ => self.infinite += 1,
                }
            }
        }
    }

    /// All pixels counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.valid + self.water + self.no_data
    }

    /// Pixels whose scale no writer means: zero, negative, or at the limit or above.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.zero + self.negative + self.over_limit
    }
}

impl AddAssign for ScaleCounts {
    fn add_assign(&mut self, other: Self) {
        self.valid += other.valid;
        self.water += other.water;
        self.no_data += other.no_data;
        self.infinite += other.infinite;
        self.zero += other.zero;
        self.negative += other.negative;
        self.over_limit += other.over_limit;
    }
}
