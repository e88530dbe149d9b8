//! The columns of a row group, read.

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::SchemaDescriptor;

/// The columns of a row group, by their names.
pub(crate) struct Columns<'a> {
    group: &'a dyn RowGroupReader,
    schema: &'a SchemaDescriptor,
}

/// A list column: where the values of each row begin.
pub(crate) struct Lists<T> {
    values: Vec<T>,
    /// Row by row, and where the last one ends.
    starts: Vec<usize>,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(group: &'a dyn RowGroupReader, schema: &'a SchemaDescriptor) -> Self {
        Self { group, schema }
    }

    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.group.metadata().num_rows()).unwrap_or(0)
    }

    /// A column with one value in a row, or none.
    pub(crate) fn optional<T: DataType>(&self, name: &str) -> Result<Vec<Option<T::T>>> {
        let (values, definition, _, present) = self.read::<T>(name)?;
        if definition.is_empty() && present == 0 {
            return Ok(values.into_iter().map(Some).collect());
        }
        let mut values = values.into_iter();
        Ok(definition.iter().map(|level| if *level == present { values.next() } else { None }).collect())
    }

    /// A column with one value in every row.
    pub(crate) fn required<T: DataType>(&self, name: &str) -> Result<Vec<T::T>> {
        let (values, ..) = self.read::<T>(name)?;
        if values.len() == self.rows() { Ok(values) } else { Err(short(name)) }
    }

    /// A column with a list in a row, or none; absent lists are empty.
    pub(crate) fn lists<T: DataType>(&self, name: &str) -> Result<Lists<T::T>> {
        let (values, definition, repetition, present) = self.read::<T>(name)?;
        let (mut starts, mut taken) = (Vec::with_capacity(self.rows() + 1), 0);
        for (level, again) in definition.iter().zip(&repetition) {
            if *again == 0 {
                starts.push(taken);
            }
            taken += usize::from(*level == present);
        }
        starts.push(taken);
        let whole = starts.len() == self.rows() + 1 && taken == values.len();
        if whole { Ok(Lists { values, starts }) } else { Err(short(name)) }
    }

    #[allow(clippy::type_complexity)]
    fn read<T: DataType>(&self, name: &str) -> Result<(Vec<T::T>, Vec<i16>, Vec<i16>, i16)> {
        let path = |index: &usize| self.schema.column(*index).path().string() == name;
        let none = || ParquetError::General(format!("no column {name}"));
        let index = (0..self.schema.num_columns()).find(path).ok_or_else(none)?;
        let column = self.schema.column(index);
        if column.physical_type() != T::get_physical_type() {
            return Err(ParquetError::General(format!("column {name} is of another type")));
        }
        let mut reader = get_typed_column_reader::<T>(self.group.get_column_reader(index)?);
        let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
        let rows = self.rows();
        let (read, ..) =
            reader.read_records(rows, Some(&mut definition), Some(&mut repetition), &mut values)?;
        if read != rows {
            return Err(short(name));
        }
        Ok((values, definition, repetition, column.max_def_level()))
    }
}

impl<T: Clone> Lists<T> {
    /// The list of each row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.starts.windows(2).map(|ends| &self.values[ends[0]..ends[1]])
    }
}

fn short(name: &str) -> ParquetError {
    ParquetError::General(format!("column {name} has fewer values than the row group has rows"))
}
