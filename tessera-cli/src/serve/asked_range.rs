//! Which part of an object is asked for.

/// Which part of an object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    All,
    /// A part that is not empty.
    Part {
        start: u64,
        length: u64,
    },
    /// One that it does not have.
    Outside,
}

/// The part that a `Range` asks for of an object of so many bytes (RFC 9110, 14.1.2). Another unit, or several ranges, are
/// answered with all of it.
pub(super) fn asked_range(range: Option<&str>, bytes: u64) -> Asked {
    let Some(set) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else { return Asked::All };
    if set.contains(',') {
        return Asked::All;
    }
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let part: Option<(u64, u64)> = match set.trim().split_once('-') {
        Some(("", last)) => {
            digits(last).filter(|last: &u64| *last > 0).map(|last| (bytes.saturating_sub(last), bytes))
        }
        Some((first, "")) => digits(first).map(|first| (first, bytes)),
        Some((first, last)) => digits(first)
            .zip(digits(last))
            .filter(|(first, last)| first <= last)
            .map(|(first, last): (u64, u64)| (first, last.saturating_add(1).min(bytes))),
        None => None,
    };
    match part {
        Some((start, end)) if start < end => Asked::Part { start, length: end - start },
        _ => Asked::Outside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_ten_bytes() {
        let part = |start, length| Asked::Part { start, length };
        for (range, expected) in [
            ("bytes=0-9", part(0, 10)),
            ("bytes=2-3", part(2, 2)),
            ("bytes=2-", part(2, 8)),
            ("bytes=9-99", part(9, 1)),
            ("bytes=0-18446744073709551615", part(0, 10)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=3-2", Asked::Outside),
            ("bytes=x", Asked::Outside),
            ("bytes=+1-2", Asked::Outside),
            ("bytes=0-1,3-4", Asked::All),
            ("lines=0-1", Asked::All),
        ] {
            assert_eq!(asked_range(Some(range), 10), expected, "{range}");
        }
        assert_eq!(asked_range(None, 10), Asked::All);
        assert_eq!(asked_range(Some("bytes=0-"), 0), Asked::Outside);
    }
}
