//! A table as Parquet.

use std::fs::File;
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::{TableBatch, TableSpec};

/// Rows of a row group: 34 MB with 128 channels.
const GROUP: usize = 1 << 16;

/// A Parquet file in the making. Rows are gathered to groups of the same size, however they come, so that the same rows
/// give the same bytes.
pub(super) struct ParquetFile {
    writer: SerializedFileWriter<File>,
    group: usize,
    extra: Vec<Vec<ByteArray>>,
    lon: Vec<f64>,
    lat: Vec<f64>,
    year: Vec<i32>,
    status: Vec<ByteArray>,
    values: Vec<Vec<f32>>,
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").field("rows_gathered", &self.lon.len()).finish_non_exhaustive()
    }
}

impl ParquetFile {
    pub(super) fn begin(file: File, spec: &TableSpec) -> Result<Self> {
        Self::with_groups(file, spec, GROUP)
    }

    fn with_groups(file: File, spec: &TableSpec, group: usize) -> Result<Self> {
        Ok(Self {
            writer: SerializedFileWriter::new(file, schema(spec)?, Arc::new(properties(spec)?))?,
            group,
            extra: vec![Vec::new(); spec.extra.len()],
            lon: Vec::new(),
            lat: Vec::new(),
            year: Vec::new(),
            status: Vec::new(),
            values: vec![Vec::new(); spec.channels.len()],
        })
    }

    pub(super) fn append(&mut self, batch: &TableBatch<'_>) -> Result<()> {
        for (row, values) in batch.values.outer_iter().enumerate() {
            for (column, field) in self.extra.iter_mut().zip(&batch.extra[row]) {
                column.push(field.as_str().into());
            }
            self.lon.push(batch.lon[row]);
            self.lat.push(batch.lat[row]);
            self.year.push(batch.year[row].into());
            self.status.push(batch.status[row].into());
            for (column, &value) in self.values.iter_mut().zip(values) {
                column.push(value);
            }
            if self.lon.len() == self.group {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the rows that were gathered.
    fn flush(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.extra {
            put::<ByteArrayType>(&mut group, column, None)?;
            column.clear();
        }
        put::<DoubleType>(&mut group, &self.lon, None)?;
        put::<DoubleType>(&mut group, &self.lat, None)?;
        put::<Int32Type>(&mut group, &self.year, None)?;
        put::<ByteArrayType>(&mut group, &self.status, None)?;
        for column in &mut self.values {
            // 1 where there is a value, 0 where there is none; the values are those that there are.
            let levels: Vec<i16> = column.iter().map(|value| i16::from(!value.is_nan())).collect();
            column.retain(|value| !value.is_nan());
            put::<FloatType>(&mut group, column, Some(&levels))?;
            column.clear();
        }
        group.close()?;
        self.lon.clear();
        self.lat.clear();
        self.year.clear();
        self.status.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<()> {
        if !self.lon.is_empty() {
            self.flush()?;
        }
        self.writer.close()?;
        Ok(())
    }
}

/// Writes the next column of a row group.
fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<()> {
    let missing = || ParquetError::General("more columns than the schema has".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

fn schema(spec: &TableSpec) -> Result<TypePtr> {
    let own = spec.extra.len();
    let fields = spec.columns().into_iter().enumerate().map(|(index, name)| {
        let (physical, logical, repetition) = match index.checked_sub(own) {
            None | Some(3) => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
            Some(0 | 1) => (Physical::DOUBLE, None, Repetition::REQUIRED),
            Some(2) => (Physical::INT32, None, Repetition::REQUIRED),
            Some(_) => (Physical::FLOAT, None, Repetition::OPTIONAL),
        };
        let column = Type::primitive_type_builder(&name, physical).with_repetition(repetition);
        Ok(Arc::new(column.with_logical_type(logical).build()?))
    });
    let fields = fields.collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

fn properties(spec: &TableSpec) -> Result<WriterProperties> {
    let mut properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?));
    // Numbers hardly ever repeat. Those of the channels have a byte that does, sign and exponent, and are stored by
    // bytes.
    let plain = ["lon".to_owned(), "lat".to_owned()].into_iter().map(|name| (name, Encoding::PLAIN));
    let bands = spec.channels.iter().map(|channel| (format!("band_{channel}"), Encoding::BYTE_STREAM_SPLIT));
    for (name, encoding) in plain.chain(bands) {
        let column = ColumnPath::new(vec![name]);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, encoding);
    }
    Ok(properties.build())
}
