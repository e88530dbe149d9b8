//! A Parquet file that is read by row groups.

mod columns;
mod file;

pub(crate) use columns::{Columns, Lists};
pub(crate) use file::ParquetFile;
