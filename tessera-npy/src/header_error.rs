//! What can be wrong with the header of an NPY file.

use crate::NpyHeader;
use crate::header::MAGIC;

/// Why bytes are not the start of an NPY file, or do not fit the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Another kind of file.
    #[error("not an NPY file: starts with {got:02x?}, expected {MAGIC:02x?} (\\x93NUMPY)")]
    Magic {
        /// The first bytes, at most six.
        got: Vec<u8>,
    },
    /// A format version that does not exist, as far as is known.
    #[error("NPY format version {major}.{minor}: expected 1.0, 2.0 or 3.0")]
    Version {
        /// Major version.
        major: u8,
        /// Minor version.
        minor: u8,
    },
    /// The file ends before the length of the header is told.
    #[error("truncated: got {got} bytes, which is less than the start of an NPY header, {expected} bytes")]
    Start {
        /// Bytes in the file.
        got: u64,
        /// Bytes of magic, version and length.
        expected: u64,
    },
    /// The header would be longer than the file.
    #[error("header length {got}: expected at most the {available} bytes that follow in the file")]
    Length {
        /// The length that the file states.
        got: u64,
        /// The bytes there are.
        available: u64,
    },
    /// The header is longer than any array of numbers needs.
    #[error("header length {got}: expected at most {limit}, numpy's own limit", limit = NpyHeader::MAX_LITERAL)]
    TooLong {
        /// The length that the file states.
        got: u64,
    },
    /// The text of the header is not what NPY asks for.
    #[error("unreadable NPY header: {why}")]
    Literal {
        /// What is wrong with it.
        why: String,
    },
    /// A dtype of something else than plain numbers.
    #[error("dtype {got}: expected plain numbers, as in |i1 or <f4")]
    Dtype {
        /// The dtype as numpy spells it.
        got: String,
    },
    /// More elements than can be addressed.
    #[error("shape {shape:?} of dtype {dtype} overflows: its size in bytes does not fit 64 bits")]
    Overflow {
        /// The shape.
        shape: Vec<usize>,
        /// The dtype.
        dtype: String,
    },
    /// The file ends before its data do.
    #[error("truncated: got {got} bytes, expected {expected} for {dtype} of shape {shape:?} with its header")]
    Truncated {
        /// Bytes in the file.
        got: u64,
        /// Bytes that header and data take.
        expected: u64,
        /// The dtype.
        dtype: String,
        /// The shape.
        shape: Vec<usize>,
    },
    /// The file goes on after its data.
    #[error(
        "trailing bytes: got {got} bytes, expected {expected} for {dtype} of shape {shape:?} with its header"
    )]
    Trailing {
        /// Bytes in the file.
        got: u64,
        /// Bytes that header and data take.
        expected: u64,
        /// The dtype.
        dtype: String,
        /// The shape.
        shape: Vec<usize>,
    },
}
