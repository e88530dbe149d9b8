//! A Parquet file: what its footer says, and the bytes of its row groups.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Buf;
use bytes::buf::Reader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, TypePtr};
use tessera_core::{ByteRange, ByteRanges};

use crate::IndexError;
use crate::parquet_file::Columns;

/// Bytes of a row group when it is unpacked, at most: four times what a sheet of the longest addresses takes.
const MOST: i64 = 256 << 20;

/// Bytes at the end of an object that are read first: enough for the footer of most indexes.
pub(crate) const TAIL: u64 = 256 << 10;
/// Bytes of a footer, at most: ten times that of an index of the whole Earth.
const MOST_FOOTER: u64 = 64 << 20;
/// What stands behind a footer: its length and a mark.
const ENDING: usize = 8;

/// A Parquet file, opened. On disk it stays open, and of a store one version is read: one that takes its place in the
/// meantime is not mixed with it.
#[derive(Debug)]
pub(crate) struct ParquetFile {
    /// The path, or what the object is called.
    pub(crate) path: PathBuf,
    bytes: Bytes,
    metadata: ParquetMetaData,
}

enum Bytes {
    File(Mutex<File>),
    Object { store: Arc<dyn ByteRanges>, object: String },
}

impl ParquetFile {
    /// Reads the footer of a file on disk, which must have the columns of a schema.
    pub(crate) fn open(
        path: &Path,
        schema: impl FnOnce() -> Result<TypePtr>,
    ) -> std::result::Result<Self, IndexError> {
        let file = File::open(path).map_err(IndexError::io(path))?;
        let error = |cause: ParquetError| IndexError::format(path, cause);
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(error)?;
        Self::with(path.to_owned(), Bytes::File(Mutex::new(file)), metadata, schema)
    }

    /// Reads the footer of an object, of which the last [`TAIL`] bytes are known; its columns must be those of a schema.
    pub(crate) fn open_in(
        store: &Arc<dyn ByteRanges>,
        object: &str,
        path: PathBuf,
        tail: Vec<u8>,
        schema: impl FnOnce() -> Result<TypePtr>,
    ) -> std::result::Result<Self, IndexError> {
        let metadata = footer(&**store, object, tail).map_err(|cause| cause.at(&path))?;
        let bytes = Bytes::Object { store: Arc::clone(store), object: object.to_owned() };
        Self::with(path, bytes, metadata, schema)
    }

    fn with(
        path: PathBuf,
        bytes: Bytes,
        metadata: ParquetMetaData,
        schema: impl FnOnce() -> Result<TypePtr>,
    ) -> std::result::Result<Self, IndexError> {
        let expected = SchemaDescriptor::new(schema().map_err(|cause| IndexError::format(&path, cause))?);
        if !same_columns(metadata.file_metadata().schema_descr(), &expected) {
            return Err(IndexError::format(&path, "its columns are others"));
        }
        Ok(Self { path, bytes, metadata })
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

    /// What is read of the columns of a row group.
    pub(crate) fn columns<T>(
        &self,
        group: usize,
        read: impl FnOnce(&Columns<'_>) -> Result<T>,
    ) -> std::result::Result<T, IndexError> {
        let done = || {
            let none = || ParquetError::General(format!("it has no row group {group}"));
            let metadata = self.metadata.row_groups().get(group).ok_or_else(none)?;
            let bytes = Arc::new(self.part(group)?);
            let properties = Arc::new(ReaderProperties::builder().build());
            let reader = SerializedRowGroupReader::new(bytes, metadata, None, properties)?;
            Ok(read(&Columns::new(&reader, self.metadata.file_metadata().schema_descr()))?)
        };
        done().map_err(|cause: Unread| cause.at(&self.path))
    }

    /// The bytes that a row group takes in the file, all columns in one request.
    fn part(&self, group: usize) -> std::result::Result<Part, Unread> {
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
        if first > end || !(0..=MOST).contains(&unpacked) {
            return Err(damaged().into());
        }
        let length = end - first;
        let bytes = match &self.bytes {
            Bytes::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                if end > file.metadata()?.len() {
                    return Err(damaged().into());
                }
                let mut bytes = vec![0; length as usize];
                file.seek(SeekFrom::Start(first))?;
                file.read_exact(&mut bytes)?;
                bytes
            }
            Bytes::Object { store, object } => {
                // What is packed is no longer than unpacked, but for what heads its pages.
                if length > 2 * MOST as u64 {
                    return Err(damaged().into());
                }
                let mut bytes = Vec::new();
                match store.read_into(object, ByteRange::From { offset: first, length }, &mut bytes) {
                    Ok(true) => bytes,
                    Ok(false) => return Err(io::Error::from(io::ErrorKind::NotFound).into()),
                    Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                        return Err(damaged().into());
                    }
                    Err(cause) => return Err(cause.into()),
                }
            }
        };
        Ok(Part { first, bytes: bytes.into() })
    }
}

/// What the footer of an object says, of which the end is known: one more request where that is not all of it.
fn footer(
    store: &dyn ByteRanges,
    object: &str,
    mut tail: Vec<u8>,
) -> std::result::Result<ParquetMetaData, Unread> {
    let damaged = |why: &str| Unread::Format(ParquetError::General(why.to_owned()));
    let ending = tail.last_chunk::<ENDING>().ok_or_else(|| damaged("too short for a Parquet file"))?;
    let ending = FooterTail::try_new(ending)?;
    if ending.is_encrypted_footer() {
        return Err(damaged("its footer is encrypted"));
    }
    let length = ending.metadata_length();
    if length as u64 > MOST_FOOTER {
        return Err(damaged("a footer longer than that of an index"));
    }
    let whole = length + ENDING;
    if whole > tail.len() {
        if !store.read_into(object, ByteRange::Last(whole as u64), &mut tail)? {
            return Err(io::Error::from(io::ErrorKind::NotFound).into());
        }
        if tail.len() < whole {
            return Err(damaged("a footer longer than the file"));
        }
    }
    let end = tail.len() - ENDING;
    Ok(ParquetMetaDataReader::decode_metadata(&tail[end - length..end])?)
}

/// Why something of a file was not read.
enum Unread {
    Io(io::Error),
    Format(ParquetError),
}

impl Unread {
    fn at(self, path: &Path) -> IndexError {
        match self {
            Self::Io(source) => IndexError::io(path)(source),
            Self::Format(cause) => IndexError::format(path, cause),
        }
    }
}

impl From<io::Error> for Unread {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<ParquetError> for Unread {
    fn from(cause: ParquetError) -> Self {
        Self::Format(cause)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Object { object, .. } => {
                f.debug_struct("Object").field("object", object).finish_non_exhaustive()
            }
        }
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
    bytes: bytes::Bytes,
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.first + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = Reader<bytes::Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = self.len().saturating_sub(start);
        Ok(self.get_bytes(start, length as usize)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes> {
        let outside = || ParquetError::EOF(format!("{length} bytes at {start} lie outside of the row group"));
        let first =
            usize::try_from(start.checked_sub(self.first).ok_or_else(outside)?).map_err(|_| outside())?;
        let end = first.checked_add(length).filter(|end| *end <= self.bytes.len()).ok_or_else(outside)?;
        Ok(self.bytes.slice(first..end))
    }
}
