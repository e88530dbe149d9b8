//! Arrays that zarrs reads for us.

use std::io;
use std::sync::Arc;

use ndarray::ArrayD;
use serde_json::Value;
use tessera_core::{ByteRange, ByteRanges};
use zarrs::array::{Array, ArrayMetadata, ArraySubset, ElementOwned};
use zarrs::storage::byte_range::{ByteRange as StorageRange, ByteRangeIterator};
use zarrs::storage::{MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

/// An array of whatever codecs and order, read by zarrs.
#[derive(Debug)]
pub(crate) struct General {
    array: Array<Storage>,
}

impl General {
    pub(crate) fn new(bytes: Arc<dyn ByteRanges>, name: &str, metadata: &Value) -> Result<Self, String> {
        let metadata: ArrayMetadata = serde_json::from_value(metadata.clone()).map_err(|e| e.to_string())?;
        let array = Array::new_with_metadata(Arc::new(Storage(bytes)), &format!("/{name}"), metadata);
        Ok(Self { array: array.map_err(|e| e.to_string())? })
    }

    /// The elements of these ranges.
    pub(crate) fn read<T: ElementOwned>(&self, ranges: &[std::ops::Range<u64>]) -> Result<ArrayD<T>, String> {
        let subset = ArraySubset::new_with_ranges(ranges);
        self.array.retrieve_array_subset(&subset).map_err(|e| e.to_string())
    }
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
