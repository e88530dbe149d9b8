//! Arrays that zarrs reads for us.

use std::io;
use std::sync::Arc;

use ndarray::ArrayD;
use serde_json::Value;
use tessera_core::{ByteRange, ByteRanges};
use zarrs::array::{Array, ArrayBytes, ArrayMetadata, ArraySubset, ElementOwned};
use zarrs::storage::byte_range::{ByteRange as StorageRange, ByteRangeIterator};
use zarrs::storage::{MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

use crate::layout::MAX_CHUNK_BYTES;

/// The most chunks that a shard may have: their index takes 16 bytes each.
const MAX_CHUNKS_A_SHARD: u64 = 1 << 24;

/// An array of whatever codecs and order, read by zarrs.
#[derive(Debug)]
pub(crate) struct General {
    array: Array<Storage>,
    chunk: Vec<u64>,
}

impl General {
    /// Opens the array at a path, of elements of `item_size` bytes, whose objects have this shape.
    pub(crate) fn new(
        bytes: Arc<dyn ByteRanges>,
        name: &str,
        metadata: &Value,
        object: &[u64],
        item_size: usize,
    ) -> Result<Self, String> {
        let chunk = decoded_at_once(metadata, object, item_size)?;
        let metadata: ArrayMetadata = serde_json::from_value(metadata.clone()).map_err(|e| e.to_string())?;
        let array = Array::new_with_metadata(Arc::new(Storage(bytes)), &format!("/{name}"), metadata);
        Ok(Self { array: array.map_err(|e| e.to_string())?, chunk })
    }

    /// What the store is called.
    pub(crate) fn store_name(&self) -> String {
        self.array.storage().0.name()
    }

    /// The shape of what is decoded at once.
    pub(crate) fn chunk_shape(&self) -> &[u64] {
        &self.chunk
    }

    /// The name of its first object in the store.
    pub(crate) fn first_object(&self) -> String {
        let first = vec![0; self.array.shape().len()];
        self.array.chunk_key(&first).as_str().to_owned()
    }

    /// The elements of these ranges.
    pub(crate) fn read<T: ElementOwned>(&self, ranges: &[std::ops::Range<u64>]) -> Result<ArrayD<T>, String> {
        let subset = ArraySubset::new_with_ranges(ranges);
        self.array.retrieve_array_subset(&subset).map_err(|e| e.to_string())
    }

    /// Whether the elements of these ranges can be read, whatever their type.
    pub(crate) fn check(&self, ranges: &[std::ops::Range<u64>]) -> Result<(), String> {
        let subset = ArraySubset::new_with_ranges(ranges);
        self.array.retrieve_array_subset::<ArrayBytes<'static>>(&subset).map(drop).map_err(|e| e.to_string())
    }
}

/// The shape of what is decoded at once, a chunk of a shard or a whole object, where memory suffices for it.
fn decoded_at_once(metadata: &Value, object: &[u64], item_size: usize) -> Result<Vec<u64>, String> {
    let codecs = metadata["codecs"].as_array().map_or(&[][..], Vec::as_slice);
    let sharding = codecs.iter().find(|codec| codec["name"] == "sharding_indexed");
    let inner = sharding.and_then(|codec| {
        codec["configuration"]["chunk_shape"]
            .as_array()?
            .iter()
            .map(Value::as_u64)
            .collect::<Option<Vec<u64>>>()
    });
    let elements = |shape: &[u64]| shape.iter().try_fold(1_u64, |n, edge| n.checked_mul(*edge));
    let chunk = inner.unwrap_or_else(|| object.to_vec());
    let fits =
        elements(&chunk).filter(|n| n.checked_mul(item_size as u64).is_some_and(|b| b <= MAX_CHUNK_BYTES));
    let (Some(fits), Some(all)) = (fits, elements(object)) else {
        return Err(format!("chunks of shape {chunk:?}: expected at most {MAX_CHUNK_BYTES} bytes in one"));
    };
    if fits == 0 || all / fits > MAX_CHUNKS_A_SHARD {
        return Err(format!(
            "shards of shape {object:?} with chunks of shape {chunk:?}: expected at most {MAX_CHUNKS_A_SHARD} in one"
        ));
    }
    Ok(chunk)
}

/// Our bytes as storage of zarrs.
struct Storage(Arc<dyn ByteRanges>);

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Storage").field(&self.0.name()).finish()
    }
}

impl ReadableStorageTraits for Storage {
    fn get_partial_many<'a>(
        &'a self,
        key: &StoreKey,
        ranges: ByteRangeIterator<'a>,
    ) -> Result<MaybeBytesIterator<'a>, StorageError> {
        let mut parts = Vec::new();
        for range in ranges {
            let range = match range {
                StorageRange::FromStart(0, None) => ByteRange::All,
                StorageRange::FromStart(offset, Some(length)) => ByteRange::From { offset, length },
                StorageRange::FromStart(offset, None) => {
                    let size = self.size_key(key)?.unwrap_or(0);
                    ByteRange::From { offset, length: size.saturating_sub(offset) }
                }
                StorageRange::Suffix(length) => ByteRange::Last(length),
            };
            let mut part = Vec::new();
            if !self.0.read_into(key.as_str(), range, &mut part).map_err(io_error)? {
                return Ok(None);
            }
            parts.push(Ok(part.into()));
        }
        Ok(Some(Box::new(parts.into_iter())))
    }

    fn size_key(&self, key: &StoreKey) -> Result<Option<u64>, StorageError> {
        self.0.size(key.as_str()).map_err(io_error)
    }

    fn supports_get_partial(&self) -> bool {
        true
    }
}

fn io_error(cause: io::Error) -> StorageError {
    StorageError::from(Arc::new(cause))
}
