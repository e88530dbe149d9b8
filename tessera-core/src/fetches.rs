//! What reading asks of a store.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// What reading asks of a store of objects: how many requests, and how many bytes they answer with.
///
/// ```
/// use tessera_core::Fetches;
///
/// let index = Fetches { requests: 1, bytes: 16_388 };
/// let chunks = Fetches { requests: 2, bytes: 90_000 };
/// assert_eq!(index + chunks, Fetches { requests: 3, bytes: 106_388 });
/// assert_eq!([index, chunks].into_iter().sum::<Fetches>(), index + chunks);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fetches {
    /// How many requests.
    pub requests: u64,
    /// The bytes of their answers, without what the protocol adds.
    pub bytes: u64,
}

impl Fetches {
    /// Two counts together, where both are known.
    #[must_use]
    pub fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        Some(one? + other?)
    }
}

impl Add for Fetches {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

impl AddAssign for Fetches {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Fetches {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}
