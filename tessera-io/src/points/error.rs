//! Why a file is not a table of points.

use std::io;
use std::path::PathBuf;

/// Why a file is not a table of points: which one, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
#[non_exhaustive]
pub struct PointTableError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: PointProblem,
}

/// What is wrong with a table of points.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PointProblem {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// Nothing in it.
    #[error("is empty: expected a header and points, comma separated")]
    Empty,
    /// A header and nothing below it.
    #[error("has a header and no points")]
    NoPoints,
    /// No column for longitude or latitude.
    #[error("has no column {}, {} or {}: found {}", expected[0], expected[1], expected[2], quoted(found))]
    Missing {
        /// The names that it may have.
        expected: [&'static str; 3],
        /// The names that there are.
        found: Vec<String>,
    },
    /// Two columns of one name.
    #[error("has two columns {column:?}: expected different names")]
    Twice {
        /// The name.
        column: String,
    },
    /// A line with more or fewer fields than the header.
    #[error("line {line}: {got} fields: expected {expected}, as in the header")]
    Fields {
        /// The line, from 1.
        line: u64,
        /// Fields of the line.
        got: u64,
        /// Fields of the header.
        expected: u64,
    },
    /// A line that is not UTF-8.
    #[error("line {line}: is not UTF-8")]
    Text {
        /// The line, from 1.
        line: u64,
    },
    /// A longitude or latitude that is not a number.
    #[error("line {line}: {column} {got:?}: expected a number of degrees")]
    Number {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        got: String,
    },
    /// A longitude or latitude that is not on Earth.
    #[error("line {line}: {column} {}: expected -{limit} to {limit} degrees", got.trim())]
    Range {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        got: String,
        /// The greatest number that may.
        limit: u32,
    },
}

impl From<::csv::Error> for PointProblem {
    fn from(error: ::csv::Error) -> Self {
        let line = error.position().map_or(1, ::csv::Position::line);
        match error.into_kind() {
            ::csv::ErrorKind::Io(cause) => Self::Io(cause),
            ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                Self::Fields { line, got: len, expected: expected_len }
            }
            ::csv::ErrorKind::Utf8 { .. } => Self::Text { line },
            // Of seeking and of serde, of which neither is used.
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
