//! The parameter `datetime`.

use chrono::{DateTime, FixedOffset};
use tessera_core::Year;

use super::problem::Problem;

const EXPECTED: &str =
    "a time as 2024-06-01T00:00:00Z, or two with a slash between, one of which may be open (..)";

/// A time, or what lies between two of them. Nothing stands for an open end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    start: Option<DateTime<FixedOffset>>,
    end: Option<DateTime<FixedOffset>>,
}

impl Interval {
    /// Reads the forms of RFC 3339, section 5.6, and of intervals of them.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = || Problem::parameter("datetime", format!("{text:?}"), EXPECTED);
        let time = |text: &str| DateTime::parse_from_rfc3339(text).map_err(|_| wrong());
        let end = |text: &str| if matches!(text, "" | "..") { Ok(None) } else { time(text).map(Some) };
        let all = match text.split_once('/') {
            None => {
                let time = Some(time(text)?);
                Self { start: time, end: time }
            }
            Some((start, last)) => Self { start: end(start)?, end: end(last)? },
        };
        match (all.start, all.end) {
            (None, None) => Err(wrong()),
            (Some(start), Some(end)) if start > end => Err(wrong()),
            _ => Ok(all),
        }
    }

    /// Whether it shares a moment with the interval of a year's items.
    pub(super) fn meets(&self, year: Year) -> bool {
        let time = |text: String| DateTime::parse_from_rfc3339(&text).ok();
        let (first, last) = (time(year.start()), time(year.end()));
        self.start.is_none_or(|start| last.is_some_and(|last| start <= last))
            && self.end.is_none_or(|end| first.is_some_and(|first| first <= end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn years(text: &str) -> Vec<u16> {
        let interval = Interval::parse(text).unwrap();
        (2015..2030).filter(|&number| interval.meets(Year::new(number).unwrap())).collect()
    }

    #[test]
    fn years_that_are_met() {
        for (text, first, last) in [
            ("2024-06-01T00:00:00Z", 2024, 2024),
            ("2024-12-31T23:59:59Z", 2024, 2024),
            ("2024-12-31T23:59:59.000-00:30", 2025, 2025),
            ("2025-01-01T00:30:00+01:00", 2024, 2024),
            ("2018-03-01T00:00:00Z/2020-01-01T00:00:00Z", 2018, 2020),
            ("2018-03-01t00:00:00z/2018-03-01T00:00:00Z", 2018, 2018),
            ("2027-01-01T00:00:00Z/..", 2027, 2029),
            ("2027-01-01T00:00:00Z/", 2027, 2029),
            ("../2016-12-31T23:59:59Z", 2015, 2016),
            ("/2016-12-31T23:59:59Z", 2015, 2016),
        ] {
            assert_eq!(years(text), (first..=last).collect::<Vec<_>>(), "{text}");
        }
        assert!(years("1985-04-12T23:20:50.52Z").is_empty());
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "/",
            "..",
            "../..",
            "2024",
            "2024-06-01",
            "2024-06-01T00:00:00",
            "2024-13-01T00:00:00Z",
            "2024-06-01T00:00:00Z/2023-06-01T00:00:00Z",
            "2024-06-01T00:00:00Z/2025-06-01T00:00:00Z/..",
            "yesterday",
        ] {
            assert!(Interval::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn texts_never_panic(text in "\\PC*|[0-9TZ:/.+-]{0,50}") {
            let _ = Interval::parse(&text);
        }
    }
}
