//! Single chunks of an array, found and fetched.

use std::io::{self, Read};
use std::sync::Arc;

use tessera_core::{ByteRange, ByteRanges};

use crate::ReadError;
use crate::direct::Direct;
use crate::index_cache::IndexCache;
use crate::shard_index::ShardIndex;

/// Finds and fetches single chunks of an array; keeps the indexes of shards.
pub(crate) struct DirectReader {
    bytes: Arc<dyn ByteRanges>,
    /// The path of the array in the store.
    path: String,
    pub(crate) array: Direct,
    indexes: Arc<IndexCache>,
}

impl std::fmt::Debug for DirectReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectReader")
            .field("path", &self.path)
            .field("array", &self.array)
            .finish_non_exhaustive()
    }
}

impl DirectReader {
    pub(crate) fn new(
        bytes: Arc<dyn ByteRanges>,
        path: &str,
        array: Direct,
        indexes: Arc<IndexCache>,
    ) -> Self {
        Self { bytes, path: path.to_owned(), array, indexes }
    }

    /// The object that holds a chunk, by its name in the store, and which chunk of its shard it is.
    pub(crate) fn locate(&self, index: &[u64]) -> (String, Option<u64>) {
        let (key, inner) = self.array.locate(index);
        (format!("{}/{key}", self.path), inner)
    }

    /// The object and the range of it that holds a chunk; `None` where the index of its shard says that it is left out,
    /// or there is no shard. An object that holds a single chunk is not looked for. `buffer` may be used on the way.
    pub(crate) fn place(
        &self,
        index: &[u64],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<(String, ByteRange)>, ReadError> {
        let (object, inner) = self.locate(index);
        let range = match inner {
            None => ByteRange::All,
            Some(inner) => match self.index(&object, buffer)?.and_then(|index| index.get(inner)) {
                Some((offset, length)) => ByteRange::From { offset, length },
                None => return Ok(None),
            },
        };
        Ok(Some((object, range)))
    }

    /// A reader of the encoded bytes of a chunk; `None` where it is not stored. `buffer` may be used on the way.
    pub(crate) fn fetch(
        &self,
        index: &[u64],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Box<dyn Read + '_>>, ReadError> {
        let Some((object, range)) = self.place(index, buffer)? else { return Ok(None) };
        self.open_range(&object, range)
    }

    /// A reader of a range of an object; `None` where the object does not exist.
    pub(crate) fn open_range(
        &self,
        object: &str,
        range: ByteRange,
    ) -> Result<Option<Box<dyn Read + '_>>, ReadError> {
        self.bytes.reader(object, range).map_err(|cause| self.unreadable(object, cause))
    }

    /// Puts a range of an object in place of what `out` holds; false where the object does not exist.
    pub(crate) fn fetch_range(
        &self,
        object: &str,
        range: ByteRange,
        out: &mut Vec<u8>,
    ) -> Result<bool, ReadError> {
        self.bytes.read_into(object, range, out).map_err(|cause| self.unreadable(object, cause))
    }

    /// The index of a shard; `None` where there is no shard.
    pub(crate) fn index(
        &self,
        object: &str,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Arc<ShardIndex>>, ReadError> {
        if let Some(index) = self.indexes.get(object) {
            return Ok(index);
        }
        let length = ShardIndex::encoded_bytes(self.array.chunks_per_shard());
        let index = if self.fetch_range(object, ByteRange::Last(length), buffer)? {
            if (buffer.len() as u64) < length {
                let why = format!("it has {} bytes: expected an index of {length} at its end", buffer.len());
                return Err(self.damaged(object, why));
            }
            Some(Arc::new(ShardIndex::decode(buffer).map_err(|why| self.damaged(object, why))?))
        } else {
            None
        };
        self.indexes.insert(object, index.clone());
        Ok(index)
    }

    /// Forgets the index of a shard, so that it is read anew.
    pub(crate) fn forget(&self, object: &str) {
        self.indexes.forget(object);
    }

    fn unreadable(&self, object: &str, cause: io::Error) -> ReadError {
        match cause.kind() {
            // A range that the object does not have: it is truncated, or its index lies.
            io::ErrorKind::UnexpectedEof => self.damaged(object, cause.to_string()),
            _ => ReadError::Io { name: self.bytes.name(), object: object.to_owned(), cause },
        }
    }

    /// The error of an object whose bytes make no sense. It may have been replaced since its index was read: the next
    /// read looks anew.
    pub(crate) fn damaged(&self, object: &str, why: String) -> ReadError {
        self.indexes.forget(object);
        ReadError::Damaged { name: self.bytes.name(), object: object.to_owned(), why }
    }
}
