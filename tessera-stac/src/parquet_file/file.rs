//! A Parquet file on disk: what its footer says, and the bytes of its row groups.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, TypePtr};

use crate::IndexError;
use crate::parquet_file::Columns;

/// Bytes of a row group when it is unpacked, at most: four times what a sheet of the longest addresses takes.
const MOST: i64 = 256 << 20;

/// A Parquet file on disk, opened. It stays open: one that takes its place in the meantime is not mixed with it.
#[derive(Debug)]
pub(crate) struct ParquetFile {
    pub(crate) path: PathBuf,
    file: Mutex<File>,
    metadata: ParquetMetaData,
}

impl ParquetFile {
    /// Reads the footer of a file, which must have the columns of a schema.
    pub(crate) fn open(
        path: &Path,
        schema: impl FnOnce() -> Result<TypePtr>,
    ) -> std::result::Result<Self, IndexError> {
        let file = File::open(path).map_err(IndexError::io(path))?;
        let error = |cause: ParquetError| IndexError::format(path, cause);
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(error)?;
        let expected = SchemaDescriptor::new(schema().map_err(error)?);
        if !same_columns(metadata.file_metadata().schema_descr(), &expected) {
            return Err(IndexError::format(path, "its columns are others"));
        }
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), metadata })
    }

    /// What the file says of itself under a key.
    pub(crate) fn said(&self, key: &str) -> Option<&str> {
        let all = self.metadata.file_metadata().key_value_metadata()?;
        all.iter().find(|said| said.key == key)?.value.as_deref()
    }

    /// The number of rows in each row group.
    pub(crate) fn groups(&self) -> impl Iterator<Item = usize> {
        self.metadata.row_groups().iter().map(|group| usize::try_from(group.num_rows()).unwrap_or(0))
    }

    /// The columns of a row group.
    pub(crate) fn columns<T>(&self, group: usize, read: impl FnOnce(&Columns<'_>) -> Result<T>) -> Result<T> {
        let none = || ParquetError::General(format!("it has no row group {group}"));
        let metadata = self.metadata.row_groups().get(group).ok_or_else(none)?;
        let bytes = Arc::new(self.bytes(group)?);
        let properties = Arc::new(ReaderProperties::builder().build());
        let reader = SerializedRowGroupReader::new(bytes, metadata, None, properties)?;
        read(&Columns::new(&reader, self.metadata.file_metadata().schema_descr()))
    }

    /// The bytes that a row group takes in the file.
    fn bytes(&self, group: usize) -> Result<Part> {
        let damaged = || ParquetError::General("a row group that lies outside of the file".to_owned());
        let (mut first, mut end, mut unpacked) = (u64::MAX, 0, 0_i64);
        for column in self.metadata.row_group(group).columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let start = u64::try_from(start).map_err(|_| damaged())?;
            let length = u64::try_from(column.compressed_size()).map_err(|_| damaged())?;
            first = first.min(start);
            end = end.max(start.checked_add(length).ok_or_else(damaged)?);
            unpacked = unpacked.saturating_add(column.uncompressed_size());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if first > end || end > file.metadata()?.len() || !(0..=MOST).contains(&unpacked) {
            return Err(damaged());
        }
        let mut bytes = vec![0; (end - first) as usize];
        file.seek(SeekFrom::Start(first))?;
        file.read_exact(&mut bytes)?;
        Ok(Part { first, bytes: bytes.into() })
    }
}

/// Whether two schemas have the same leaves, nested in the same way.
fn same_columns(a: &SchemaDescriptor, b: &SchemaDescriptor) -> bool {
    let same = |(a, b): (&ColumnDescPtr, &ColumnDescPtr)| {
        a.path() == b.path()
            && a.physical_type() == b.physical_type()
            && (a.max_def_level(), a.max_rep_level()) == (b.max_def_level(), b.max_rep_level())
    };
    a.num_columns() == b.num_columns() && a.columns().iter().zip(b.columns()).all(same)
}

/// A part of a file, found under its place in the file.
struct Part {
    first: u64,
    bytes: Bytes,
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.first + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = self.len().saturating_sub(start);
        Ok(self.get_bytes(start, length as usize)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let outside = || ParquetError::EOF(format!("{length} bytes at {start} lie outside of the row group"));
        let first =
            usize::try_from(start.checked_sub(self.first).ok_or_else(outside)?).map_err(|_| outside())?;
        let end = first.checked_add(length).filter(|end| *end <= self.bytes.len()).ok_or_else(outside)?;
        Ok(self.bytes.slice(first..end))
    }
}
