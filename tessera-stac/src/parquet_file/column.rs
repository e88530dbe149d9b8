//! Columns, written one after another.

use std::io::Write;

use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;

/// What our files say that they were written by.
pub(crate) const CREATED_BY: &str = concat!("tessera-stac ", env!("CARGO_PKG_VERSION"));

/// Writes the next column of a row group: the values that are there, with what tells which are missing and which begin a
/// list.
pub(crate) fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> Result<()> {
    let none = || ParquetError::General("more columns than the schema has".to_owned());
    let mut column = group.next_column()?.ok_or_else(none)?;
    column.typed::<T>().write_batch(values, definition, repetition)?;
    column.close()
}
