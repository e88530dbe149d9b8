//! What a request asks for.

use std::io;

use tessera_core::ByteRange;

use super::answer::Span;

/// What a request asks for, where it does not ask for all.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// Bytes up to before an end.
    From { start: u64, end: u64 },
    /// So many at the end.
    Last(u64),
}

impl Asked {
    /// The value of `Range` (RFC 9110, 14.1.2). None of them is empty.
    pub(super) fn header(&self) -> String {
        match self {
            Self::From { start, end } => format!("bytes={start}-{}", end - 1),
            Self::Last(length) => format!("bytes=-{length}"),
        }
    }

    /// Whether an answer is of these bytes.
    pub(super) fn fits(&self, span: &Span) -> bool {
        match (self, span.total) {
            (Self::From { start, end }, _) => (span.start, span.end) == (*start, *end),
            (Self::Last(length), Some(total)) => {
                (span.start, span.end) == (total - total.min(*length), total)
            }
            (Self::Last(length), None) => span.length() == *length,
        }
    }
}

/// A range that leads beyond the end of the object.
pub(super) fn beyond(object: &str, range: ByteRange, size: Option<u64>) -> io::Error {
    let has = size.map_or("is shorter".to_owned(), |size| format!("has {size} bytes"));
    let wanted = match range {
        ByteRange::All => "all of it".to_owned(),
        ByteRange::From { offset, length } => format!("{length} at offset {offset}"),
        ByteRange::Last(length) => format!("the last {length}"),
    };
    io::Error::new(io::ErrorKind::UnexpectedEof, format!("{object} {has}: expected {wanted}"))
}
