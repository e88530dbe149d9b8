//! An array of a store, opened.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tessera_core::{ByteRange, ByteRanges};

use crate::array::DataType;
use crate::direct::Direct;
use crate::general::General;
use crate::group::Group;
use crate::shard_index::ShardIndex;
use crate::{ChunkGrid, OpenError, ReadError, ZarrFormat};

/// An array of a store, opened: read chunk by chunk where its layout is one of ours, else by zarrs.
#[derive(Debug)]
pub(crate) struct StoredArray {
    pub(crate) name: &'static str,
    pub(crate) shape: Vec<u64>,
    pub(crate) reader: Reader,
}

#[derive(Debug)]
pub(crate) enum Reader {
    Direct(Box<DirectReader>),
    General(Box<General>),
}

impl StoredArray {
    /// Opens an array of this name and type.
    pub(crate) fn open(group: &Group, name: &'static str, data_type: DataType) -> Result<Self, OpenError> {
        let metadata = group.array(name)?;
        let wrong = |got: String, expected: String| OpenError::Array {
            name: group.bytes.name(),
            array: name,
            got,
            expected,
        };
        let invalid =
            |why: String| OpenError::Metadata { name: group.bytes.name(), object: name.to_owned(), why };
        let (key, expected) = match group.format {
            ZarrFormat::V2 => ("dtype", data_type.v2()),
            ZarrFormat::V3 => ("data_type", data_type.v3()),
        };
        // Big-endian numbers of V2 are read in the general way.
        let is_expected = |got: &str| match group.format {
            ZarrFormat::V2 => got.len() == expected.len() && got.get(1..) == expected.get(1..),
            ZarrFormat::V3 => got == expected,
        };
        if !metadata[key].as_str().is_some_and(is_expected) {
            return Err(wrong(format!("{key} {}", metadata[key]), format!("{expected:?}")));
        }
        let (shape, chunk) =
            shapes(&metadata, group.format).ok_or_else(|| invalid("it has no shape or chunks".into()))?;
        // Before anything else multiplies them.
        ChunkGrid::new(&shape, &chunk).map_err(|e| invalid(e.to_string()))?;
        let size = data_type.size();
        let direct = match group.format {
            ZarrFormat::V2 => Direct::from_v2(&metadata, expected, size),
            ZarrFormat::V3 => Direct::from_v3(&metadata, expected, size),
        };
        let reader = match direct {
            Some(array) => Reader::Direct(Box::new(DirectReader::new(group.bytes.clone(), name, array))),
            None => {
                let array = General::new(group.bytes.clone(), name, &metadata).map_err(invalid)?;
                Reader::General(Box::new(array))
            }
        };
        Ok(Self { name, shape, reader })
    }

    /// Rows that are decoded together: those of a chunk; one, where that is not known.
    pub(crate) fn chunk_rows(&self) -> usize {
        match &self.reader {
            Reader::Direct(reader) => {
                reader.array.grid.chunk_shape().first().map_or(1, |rows| *rows as usize)
            }
            Reader::General(_) => 1,
        }
    }
}

fn shapes(metadata: &Value, format: ZarrFormat) -> Option<(Vec<u64>, Vec<u64>)> {
    let chunk = match format {
        ZarrFormat::V2 => &metadata["chunks"],
        ZarrFormat::V3 => &metadata["chunk_grid"]["configuration"]["chunk_shape"],
    };
    let numbers = |value: &Value| value.as_array()?.iter().map(Value::as_u64).collect::<Option<Vec<_>>>();
    Some((numbers(&metadata["shape"])?, numbers(chunk)?))
}

/// Fetches and decodes single chunks; keeps the indexes of shards.
pub(crate) struct DirectReader {
    bytes: Arc<dyn ByteRanges>,
    name: &'static str,
    pub(crate) array: Direct,
    indexes: Mutex<HashMap<String, Option<Arc<ShardIndex>>>>,
}

impl std::fmt::Debug for DirectReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectReader")
            .field("name", &self.name)
            .field("array", &self.array)
            .finish_non_exhaustive()
    }
}

impl DirectReader {
    fn new(bytes: Arc<dyn ByteRanges>, name: &'static str, array: Direct) -> Self {
        Self { bytes, name, array, indexes: Mutex::default() }
    }

    /// The object that holds a chunk, by its name in the store, and which chunk of its shard it is.
    pub(crate) fn locate(&self, index: &[u64]) -> (String, Option<u64>) {
        let (key, inner) = self.array.locate(index);
        (format!("{}/{key}", self.name), inner)
    }

    /// A reader of the encoded bytes of a chunk; `None` where it is not stored. `buffer` may be used on the way.
    pub(crate) fn fetch(
        &self,
        index: &[u64],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Box<dyn Read + '_>>, ReadError> {
        let (object, inner) = self.locate(index);
        let range = match inner {
            None => ByteRange::All,
            Some(inner) => match self.index(&object, buffer)?.and_then(|index| index.get(inner)) {
                Some((offset, length)) => ByteRange::From { offset, length },
                None => return Ok(None),
            },
        };
        // A range that the object does not have: it is truncated, or its index lies.
        self.bytes.reader(&object, range).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::UnexpectedEof => self.damaged(&object, cause.to_string()),
            _ => self.io_error(&object, cause),
        })
    }

    fn index(&self, object: &str, buffer: &mut Vec<u8>) -> Result<Option<Arc<ShardIndex>>, ReadError> {
        let known = |indexes: &HashMap<String, Option<Arc<ShardIndex>>>| indexes.get(object).cloned();
        if let Some(index) = known(&self.indexes.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(index);
        }
        let length = ShardIndex::encoded_bytes(self.array.chunks_per_shard());
        let there = self.bytes.read_into(object, ByteRange::Last(length), buffer);
        let index = if there.map_err(|cause| self.io_error(object, cause))? {
            if (buffer.len() as u64) < length {
                let why = format!("it has {} bytes: expected an index of {length} at its end", buffer.len());
                return Err(self.damaged(object, why));
            }
            Some(Arc::new(ShardIndex::decode(buffer).map_err(|why| self.damaged(object, why))?))
        } else {
            None
        };
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner).insert(object.to_owned(), index.clone());
        Ok(index)
    }

    fn io_error(&self, object: &str, cause: std::io::Error) -> ReadError {
        ReadError::Io { name: self.bytes.name(), object: object.to_owned(), cause }
    }

    /// The error of an object whose bytes make no sense.
    pub(crate) fn damaged(&self, object: &str, why: String) -> ReadError {
        ReadError::Damaged { name: self.bytes.name(), object: object.to_owned(), why }
    }
}
