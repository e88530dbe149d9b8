//! What an answer says of the range it holds.

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE};

/// A range of an object, and the object's size where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    /// One past the last byte.
    pub(super) end: u64,
    pub(super) total: Option<u64>,
}

impl Span {
    /// That of `Content-Range: bytes 3-6/10` (RFC 9110, 14.4); none where it is not there, or makes no sense.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
        let (range, total) = text.strip_prefix("bytes ")?.trim_start().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (start, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
        let end = last.checked_add(1)?;
        let total = if total == "*" { None } else { Some(total.parse::<u64>().ok()?) };
        (start < end && total.is_none_or(|total| end <= total)).then_some(Self { start, end, total })
    }

    pub(super) fn length(&self) -> u64 {
        self.end - self.start
    }
}

/// The size in `Content-Range: bytes */10`, by which a server says what a range that is not there is beyond.
pub(super) fn size_beyond(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes */")?.parse().ok()
}

/// The length of the body that is to come.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read_or_refused() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, http::HeaderValue::from_static(text));
            (Span::of(&headers), size_beyond(&headers))
        };
        assert_eq!(of("bytes 3-6/10").0, Some(Span { start: 3, end: 7, total: Some(10) }));
        assert_eq!(of("bytes 0-0/*").0, Some(Span { start: 0, end: 1, total: None }));
        assert_eq!(of("bytes */10"), (None, Some(10)));
        for wrong in [
            "bytes 6-3/10",
            "bytes 3-10/10",
            "bytes 0-18446744073709551615/*",
            "bytes -1-3/9",
            "lines 0-1/2",
            "",
        ] {
            assert_eq!(of(wrong), (None, None), "{wrong}");
        }
    }
}
