//! How much memory an answer may take.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// How much memory the pixels of an answer may take; 512 MiB by default.
///
/// ```
/// use tessera_core::MemoryBudget;
///
/// let budget: MemoryBudget = "2GiB".parse()?;
/// assert_eq!(budget.bytes(), 2 << 30);
/// assert_eq!("512".parse::<MemoryBudget>()?, MemoryBudget::default()); // MiB, where nothing else is said
/// assert_eq!(MemoryBudget::from_mib(1536)?.to_string(), "1.5 GiB");
/// assert!("0".parse::<MemoryBudget>().is_err());
/// # Ok::<(), tessera_core::MemoryBudgetError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryBudget(NonZeroU64);

/// Something that is not an amount of memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{got:?} is not an amount of memory: expected a whole number of MiB above 0, or with a unit, as in 512MiB or 2GiB"
)]
#[non_exhaustive]
pub struct MemoryBudgetError {
    /// What was given.
    pub got: String,
}

const UNITS: [(&str, u32); 5] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

impl MemoryBudget {
    /// So many bytes.
    ///
    /// # Errors
    /// Where that is none.
    pub fn from_bytes(bytes: u64) -> Result<Self, MemoryBudgetError> {
        NonZeroU64::new(bytes).map(Self).ok_or_else(|| MemoryBudgetError { got: format!("{bytes} B") })
    }

    /// So many MiB.
    ///
    /// # Errors
    /// Where that is none, or more bytes than can be counted.
    pub fn from_mib(mib: u64) -> Result<Self, MemoryBudgetError> {
        let bytes = mib.checked_mul(1 << 20).and_then(NonZeroU64::new);
        bytes.map(Self).ok_or_else(|| MemoryBudgetError { got: format!("{mib} MiB") })
    }

    /// The amount in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0.get()
    }
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self(NonZeroU64::MIN.saturating_add((512 << 20) - 1))
    }
}

impl fmt::Display for MemoryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_of_bytes(self.bytes()))
    }
}

impl FromStr for MemoryBudget {
    type Err = MemoryBudgetError;

    /// Parses a whole number of MiB, or of a unit that follows it: B, KiB, MiB, GiB or TiB, in capitals or not.
    fn from_str(text: &str) -> Result<Self, MemoryBudgetError> {
        let refused = || MemoryBudgetError { got: text.to_owned() };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim();
        let shift = match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
            Some((_, shift)) => *shift,
            None if unit.is_empty() => 20,
            None => return Err(refused()),
        };
        let number: u64 = number.parse().map_err(|_| refused())?;
        let bytes = number.checked_mul(1 << shift).and_then(NonZeroU64::new);
        bytes.map(Self).ok_or_else(refused)
    }
}

/// A number of bytes in the unit that suits it.
pub(crate) fn text_of_bytes(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(_, shift)| bytes >> shift > 0).unwrap_or(&UNITS[4]);
    let amount = bytes as f64 / (1_u64 << unit.1) as f64;
    // A tenth, where that says something.
    let tenths = (amount * 10.0).round() / 10.0;
    format!("{tenths} {}", unit.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn units_multiply(number in 1..4096_u64, at in 0..5_usize, space: bool) {
            let (unit, shift) = UNITS[at];
            let text = format!("{number}{}{}", if space { " " } else { "" }, unit.to_lowercase());
            prop_assert_eq!(text.parse::<MemoryBudget>().unwrap().bytes(), number << shift);
        }
    }

    #[test]
    fn amounts_are_told_in_the_unit_that_suits_them() {
        for (bytes, text) in [
            (1, "1 B"),
            (1023, "1023 B"),
            (1 << 10, "1 KiB"),
            (1_300_000, "1.2 MiB"),
            (5 << 29, "2.5 GiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(MemoryBudget::from_bytes(bytes).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in ["", "MiB", "-1", "1.5GiB", "0 GiB", "5 parsecs", "99999999TiB", "1 2"] {
            assert!(text.parse::<MemoryBudget>().is_err(), "{text}");
        }
        assert!(MemoryBudget::from_mib(u64::MAX).is_err() && MemoryBudget::from_bytes(0).is_err());
    }
}
