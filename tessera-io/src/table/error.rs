//! Why a table is not written.

use std::path::PathBuf;

use crate::OutputError;

/// Why a table is not written. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A name that says no format.
    #[error("{}: expected a name that ends in .csv or .parquet", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// A format that was left out when this was built.
    #[error("{}: Parquet needs the cargo feature `parquet` of tessera-io; expected .csv", path.display())]
    NoParquet {
        /// The file.
        path: PathBuf,
    },
    /// Two columns of one name.
    #[error("two columns {name:?}: expected different names, and none of the table's own")]
    Column {
        /// The name.
        name: String,
    },
    /// Columns of different lengths.
    #[error("{what}: got {got} rows, expected {expected} as of lon")]
    Length {
        /// Which column.
        what: &'static str,
        /// Its rows.
        got: usize,
        /// Rows of the first.
        expected: usize,
    },
    /// More or fewer columns than the table has.
    #[error("got {got} {what}, expected {expected}")]
    Width {
        /// Which columns.
        what: &'static str,
        /// How many came.
        got: usize,
        /// How many the table has.
        expected: usize,
    },
    /// Going on after an error.
    #[error("{}: cannot be finished after the error before", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// Rows that could not be encoded.
    #[error("{}: cannot be encoded: {cause}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the encoder says.
        cause: String,
    },
    /// The file cannot be put in its place.
    #[error(transparent)]
    Output(#[from] OutputError),
}
