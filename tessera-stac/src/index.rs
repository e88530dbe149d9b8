//! The index of a year: every tile as a row of a Parquet file.

mod catalog;
mod description;
mod error;
mod kept;
mod leaves;
mod repeated;
mod row;
mod rows;
mod schema;
mod writer;
mod year;

pub use catalog::CatalogIndex;
pub(crate) use description::description;
pub use error::IndexError;
pub(crate) use writer::IndexWriter;
pub(crate) use year::CheckedTile;
pub use year::YearIndex;
