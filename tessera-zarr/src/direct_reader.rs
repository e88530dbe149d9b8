//! Single chunks of an array, found and fetched.

use std::io::{self, Read};
use std::sync::Arc;

use tessera_core::{ByteRange, ByteRanges, Fetching, ObjectChanged};

use crate::ReadError;
use crate::asked::Asked;
use crate::direct::Direct;
use crate::index_cache::IndexCache;
use crate::known_indexes::KnownIndexes;
use crate::shard_index::ShardIndex;

/// Finds and fetches single chunks of an array; keeps the indexes of shards.
pub(crate) struct DirectReader {
    pub(crate) bytes: Arc<dyn ByteRanges>,
    /// The path of the array in the store.
    path: String,
    pub(crate) array: Direct,
    pub(crate) indexes: Arc<IndexCache>,
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

    /// How reads are best put together.
    pub(crate) fn fetching(&self) -> Fetching {
        self.bytes.fetching()
    }

    /// The object that holds a chunk, by its name in the store, and which chunk of its shard it is.
    pub(crate) fn locate(&self, index: &[u64]) -> (String, Option<u64>) {
        let (key, inner) = self.array.locate(index);
        (format!("{}/{key}", self.path), inner)
    }

    /// The name in the store of the object with this index among the objects.
    pub(crate) fn object(&self, index: &[u64]) -> String {
        format!("{}/{}", self.path, self.array.keys.key(index))
    }

    /// The range of an object that holds a chunk of it; `None` where the index of the shard says that it is left out, or
    /// there is no shard. An object that holds a single chunk is not looked for. `buffer` may be used on the way.
    pub(crate) fn range_of(
        &self,
        object: &str,
        inner: Option<u64>,
        known: &KnownIndexes,
        buffer: &mut Vec<u8>,
        asked: &Asked,
    ) -> Result<Option<ByteRange>, ReadError> {
        let Some(inner) = inner else { return Ok(Some(ByteRange::All)) };
        let index = match known.get(object) {
            Some(index) => index,
            None => self.index(object, buffer, asked)?,
        };
        let place = index.and_then(|index| index.get(inner));
        Ok(place.map(|(offset, length)| ByteRange::From { offset, length }))
    }

    /// Gets to know the indexes of the shards that hold some chunks, one after another.
    pub(crate) fn learn<'a>(&self, chunks: impl Iterator<Item = &'a Vec<u64>>) -> Result<(), ReadError> {
        if self.array.shards.is_some() {
            let (mut last, mut buffer) = (String::new(), Vec::new());
            for chunk in chunks {
                let (object, _) = self.locate(chunk);
                if object != last {
                    self.index(&object, &mut buffer, &Asked::default())?;
                    last = object;
                }
            }
        }
        Ok(())
    }

    /// A reader of the encoded bytes of a chunk; `None` where it is not stored. `buffer` may be used on the way.
    pub(crate) fn fetch(
        &self,
        index: &[u64],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Box<dyn Read + '_>>, ReadError> {
        let (object, inner) = self.locate(index);
        let range = self.range_of(&object, inner, &KnownIndexes::default(), buffer, &Asked::default())?;
        match range {
            Some(range) => self.open_range(&object, range),
            None => Ok(None),
        }
    }

    /// A reader of a range of an object; `None` where the object does not exist.
    pub(crate) fn open_range(
        &self,
        object: &str,
        range: ByteRange,
    ) -> Result<Option<Box<dyn Read + '_>>, ReadError> {
        let found = self.bytes.reader(object, range).map_err(|cause| self.unreadable(object, cause))?;
        self.gone(object, range, found.is_none())?;
        Ok(found)
    }

    /// Puts a range of an object in place of what `out` holds; false where the object does not exist.
    pub(crate) fn fetch_range(
        &self,
        object: &str,
        range: ByteRange,
        out: &mut Vec<u8>,
    ) -> Result<bool, ReadError> {
        let there =
            self.bytes.read_into(object, range, out).map_err(|cause| self.unreadable(object, cause))?;
        self.gone(object, range, !there)?;
        Ok(there)
    }

    /// A chunk whose place was known was in an object that does not exist any more.
    pub(crate) fn gone(&self, object: &str, range: ByteRange, missing: bool) -> Result<(), ReadError> {
        match range {
            ByteRange::From { .. } if missing => Err(self.changed(object)),
            _ => Ok(()),
        }
    }

    /// The index of a shard; `None` where there is no shard.
    pub(crate) fn index(
        &self,
        object: &str,
        buffer: &mut Vec<u8>,
        asked: &Asked,
    ) -> Result<Option<Arc<ShardIndex>>, ReadError> {
        if let Some(index) = self.indexes.get(object) {
            return Ok(index);
        }
        let turn = self.indexes.turn(object);
        let got = self.bytes.read_into(object, self.index_range(), buffer);
        let index = self.decode_index(object, got.map(|there| there.then_some(buffer.as_slice())), asked)?;
        self.indexes.insert(object, index.clone(), turn);
        Ok(index)
    }

    /// Where a shard has its index.
    pub(crate) fn index_range(&self) -> ByteRange {
        ByteRange::Last(self.index_bytes())
    }

    /// Bytes of the index of a shard.
    pub(crate) fn index_bytes(&self) -> u64 {
        ShardIndex::encoded_bytes(self.array.chunks_per_shard())
    }

    /// The index of a shard that was read.
    pub(crate) fn decode_index(
        &self,
        object: &str,
        got: io::Result<Option<&[u8]>>,
        asked: &Asked,
    ) -> Result<Option<Arc<ShardIndex>>, ReadError> {
        let got = got.map_err(|cause| self.unreadable(object, cause))?;
        asked.add(got.map_or(0, |bytes| bytes.len() as u64));
        let Some(bytes) = got else { return Ok(None) };
        let length = self.index_bytes();
        if (bytes.len() as u64) < length {
            let why = format!("it has {} bytes: expected an index of {length} at its end", bytes.len());
            return Err(self.damaged(object, why));
        }
        Ok(Some(Arc::new(ShardIndex::decode(bytes).map_err(|why| self.damaged(object, why))?)))
    }

    /// Forgets what is known of an object, so that it is read anew.
    pub(crate) fn forget(&self, object: &str) {
        // In this order: who reads what is new finds its index forgotten.
        self.indexes.forget(object);
        self.bytes.forget(object);
    }

    /// The error of an object that cannot be read.
    pub(crate) fn unreadable(&self, object: &str, cause: io::Error) -> ReadError {
        if ObjectChanged::is(&cause) {
            return self.changed(object);
        }
        match cause.kind() {
            // A range that the object does not have: it is truncated, or its index lies.
            io::ErrorKind::UnexpectedEof => self.damaged(object, cause.to_string()),
            _ => ReadError::Io { name: self.bytes.name(), object: object.to_owned(), cause },
        }
    }

    /// The error of an object that was replaced since it was first read. The next read looks anew.
    pub(crate) fn changed(&self, object: &str) -> ReadError {
        self.forget(object);
        ReadError::Changed { name: self.bytes.name(), object: object.to_owned() }
    }

    /// The error of an object whose bytes make no sense. It may have been replaced since its index was read: the next
    /// read looks anew.
    pub(crate) fn damaged(&self, object: &str, why: String) -> ReadError {
        self.indexes.remove(object);
        ReadError::Damaged { name: self.bytes.name(), object: object.to_owned(), why }
    }
}
