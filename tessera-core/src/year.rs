//! The year of a tile.

use std::fmt;
use std::str::FromStr;

/// A calendar year, 2000–2099: the years that Sentinel-like sensors can have seen, and what a folder name of four
/// digits can mean.
///
/// ```
/// use tessera_core::Year;
///
/// let year: Year = "2024".parse()?;
/// assert_eq!((year.number(), year.days()), (2024, 366));
/// assert_eq!(year.start_day(), 19_723); // days from 1970-01-01 to 2024-01-01
/// assert_eq!(year.start(), "2024-01-01T00:00:00Z");
/// # Ok::<(), tessera_core::YearError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Year(u16);

/// Why something is not a [`Year`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{got:?} is not a year: expected four digits, 2000..=2099")]
#[non_exhaustive]
pub struct YearError {
    /// What was given.
    pub got: String,
}

impl Year {
    /// The year of this number.
    ///
    /// # Errors
    /// Where it is not 2000..=2099.
    pub fn new(number: u16) -> Result<Self, YearError> {
        if (2000..2100).contains(&number) {
            Ok(Self(number))
        } else {
            Err(YearError { got: number.to_string() })
        }
    }

    /// The number of the year.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// Days in the year: 365 or 366.
    #[must_use]
    pub fn days(self) -> u16 {
        // 2000 is a leap year, and no other century lies in range.
        if self.0.is_multiple_of(4) { 366 } else { 365 }
    }

    /// Days from 1970-01-01 to the first of January of the year.
    #[must_use]
    pub fn start_day(self) -> i32 {
        let since_2000 = i32::from(self.0) - 2000;
        10_957 + since_2000 * 365 + (since_2000 + 3) / 4
    }

    /// The first second of the year, RFC 3339 in UTC.
    #[must_use]
    pub fn start(self) -> String {
        format!("{self}-01-01T00:00:00Z")
    }

    /// The last second of the year, RFC 3339 in UTC.
    #[must_use]
    pub fn end(self) -> String {
        format!("{self}-12-31T23:59:59Z")
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl FromStr for Year {
    type Err = YearError;

    fn from_str(text: &str) -> Result<Self, YearError> {
        let error = || YearError { got: text.to_owned() };
        if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        Self::new(text.parse().map_err(|_| error())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up() {
        for number in 2000..2099 {
            let (this, next) = (Year::new(number).unwrap(), Year::new(number + 1).unwrap());
            assert_eq!(next.start_day() - this.start_day(), i32::from(this.days()), "{number}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_year() {
        for text in ["", "24", "02024", "+2024", "1999", "2100", "20x4", " 2024", "２０２４"] {
            assert!(text.parse::<Year>().is_err(), "{text}");
        }
    }
}
