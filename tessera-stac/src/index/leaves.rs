//! The values of the columns of a sheet, while they are gathered.

use std::io::Write;

use parquet::basic::Type as Physical;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::SchemaDescriptor;

use crate::parquet_file::write_column;

/// One value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(ByteArray),
    Double(f64),
    Long(i64),
    Int(i32),
    Bool(bool),
}

/// The leaves of a schema, in its order. A row is put leaf by leaf, each exactly once.
#[derive(Debug)]
pub(super) struct Leaves {
    leaves: Vec<Leaf>,
    next: usize,
    pub(super) rows: usize,
}

/// Values as Parquet wants them, with what tells which of them are missing, and which begin a list.
#[derive(Debug)]
struct Leaf {
    values: Values,
    present: i16,
    definition: Vec<i16>,
    repetition: Vec<i16>,
    nested: bool,
}

#[derive(Debug)]
enum Values {
    Text(Vec<ByteArray>),
    Double(Vec<f64>),
    Long(Vec<i64>),
    Int(Vec<i32>),
    Bool(Vec<bool>),
}

impl Leaves {
    pub(super) fn of(schema: &SchemaDescriptor) -> Result<Self> {
        let leaf = |column: &parquet::schema::types::ColumnDescPtr| {
            let values = match column.physical_type() {
                Physical::BYTE_ARRAY => Values::Text(Vec::new()),
                Physical::DOUBLE => Values::Double(Vec::new()),
                Physical::INT64 => Values::Long(Vec::new()),
                Physical::INT32 => Values::Int(Vec::new()),
                Physical::BOOLEAN => Values::Bool(Vec::new()),
                other => return Err(ParquetError::General(format!("no column of an index is {other}"))),
            };
            let (definition, repetition) = (Vec::new(), Vec::new());
            let (present, nested) = (column.max_def_level(), column.max_rep_level() > 0);
            Ok(Leaf { values, present, definition, repetition, nested })
        };
        let leaves = schema.columns().iter().map(leaf).collect::<Result<_>>()?;
        Ok(Self { leaves, next: 0, rows: 0 })
    }

    /// The value of the next leaf.
    pub(super) fn put(&mut self, value: Value) -> Result<()> {
        self.list([value])
    }

    /// The values of the next leaf, one or more: a list that is there.
    pub(super) fn list(&mut self, values: impl IntoIterator<Item = Value>) -> Result<()> {
        let leaf = self.leaf()?;
        for (position, value) in values.into_iter().enumerate() {
            leaf.values.push(value)?;
            leaf.definition.push(leaf.present);
            leaf.repetition.push(i16::from(position > 0));
        }
        Ok(())
    }

    /// The next leaves are missing, with all of their group but `depth` optional or repeated ones above.
    pub(super) fn missing(&mut self, leaves: usize, depth: i16) -> Result<()> {
        for _ in 0..leaves {
            let leaf = self.leaf()?;
            leaf.definition.push(depth);
            leaf.repetition.push(0);
        }
        Ok(())
    }

    /// The value of the next leaf, or none in the group at this depth.
    pub(super) fn put_or(&mut self, value: Option<Value>, depth: i16) -> Result<()> {
        match value {
            Some(value) => self.put(value),
            None => self.missing(1, depth),
        }
    }

    /// Ends a row, of which every leaf was put.
    pub(super) fn end_row(&mut self) -> Result<()> {
        if self.next != self.leaves.len() {
            return Err(ParquetError::General(format!(
                "a row of {} of {} leaves",
                self.next,
                self.leaves.len()
            )));
        }
        self.next = 0;
        self.rows += 1;
        Ok(())
    }

    /// Writes all rows as a row group, and forgets them.
    pub(super) fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        for leaf in &mut self.leaves {
            match &mut leaf.values {
                Values::Text(values) => {
                    write::<ByteArrayType, W>(
                        group,
                        values,
                        &leaf.definition,
                        &leaf.repetition,
                        leaf.nested,
                    )?;
                }
                Values::Double(values) => {
                    write::<DoubleType, W>(group, values, &leaf.definition, &leaf.repetition, leaf.nested)?;
                }
                Values::Long(values) => {
                    write::<Int64Type, W>(group, values, &leaf.definition, &leaf.repetition, leaf.nested)?;
                }
                Values::Int(values) => {
                    write::<Int32Type, W>(group, values, &leaf.definition, &leaf.repetition, leaf.nested)?;
                }
                Values::Bool(values) => {
                    write::<BoolType, W>(group, values, &leaf.definition, &leaf.repetition, leaf.nested)?;
                }
            }
            leaf.definition.clear();
            leaf.repetition.clear();
        }
        self.rows = 0;
        Ok(())
    }

    fn leaf(&mut self) -> Result<&mut Leaf> {
        self.next += 1;
        let none = || ParquetError::General("more values in a row than the schema has leaves".to_owned());
        self.leaves.get_mut(self.next - 1).ok_or_else(none)
    }
}

impl Values {
    fn push(&mut self, value: Value) -> Result<()> {
        match (self, value) {
            (Self::Text(values), Value::Text(value)) => values.push(value),
            (Self::Double(values), Value::Double(value)) => values.push(value),
            (Self::Long(values), Value::Long(value)) => values.push(value),
            (Self::Int(values), Value::Int(value)) => values.push(value),
            (Self::Bool(values), Value::Bool(value)) => values.push(value),
            (_, value) => return Err(ParquetError::General(format!("{value:?} is of another column"))),
        }
        Ok(())
    }
}

fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &mut Vec<T::T>,
    definition: &[i16],
    repetition: &[i16],
    nested: bool,
) -> Result<()> {
    write_column::<T, W>(group, values, Some(definition), nested.then_some(repetition))?;
    values.clear();
    Ok(())
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into_bytes().into())
    }
}
