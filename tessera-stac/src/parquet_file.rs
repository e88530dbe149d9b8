//! Parquet files that are written column by column and read by row groups.

mod column;
mod columns;
mod file;

pub(crate) use column::{CREATED_BY, write_column};
pub(crate) use columns::{Columns, Lists};
pub(crate) use file::{ParquetFile, TAIL};
