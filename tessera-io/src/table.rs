//! Tables of points with their embeddings.

mod batch;
mod csv_file;
mod error;
#[cfg(feature = "parquet")]
mod parquet_file;
mod spec;
mod writer;

pub use batch::TableBatch;
pub use error::TableError;
pub use spec::TableSpec;
pub use writer::{TableReport, TableWriter};
