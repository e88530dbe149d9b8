//! An array of a store, opened.

use std::sync::Arc;

use serde_json::Value;

use crate::array::DataType;
use crate::direct::Direct;
use crate::direct_reader::DirectReader;
use crate::general::General;
use crate::group::Group;
use crate::index_cache::IndexCache;
use crate::{ChunkGrid, OpenError, ZarrFormat};

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
    pub(crate) fn open(
        group: &Group,
        name: &'static str,
        data_type: DataType,
        indexes: &Arc<IndexCache>,
    ) -> Result<Self, OpenError> {
        let metadata = group.array(name)?;
        let (objects, reader) = Reader::open(group, name, &metadata, data_type, indexes)?;
        Ok(Self { name, shape: objects.shape().to_vec(), reader })
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

impl Reader {
    /// Opens the array at a path of a group, which must be of this type. The grid is that of its objects: of shards where
    /// there are any, else of chunks.
    pub(crate) fn open(
        group: &Group,
        path: &str,
        metadata: &Value,
        data_type: DataType,
        indexes: &Arc<IndexCache>,
    ) -> Result<(ChunkGrid, Self), OpenError> {
        let wrong = |got: String, expected: String| OpenError::Array {
            name: group.bytes.name(),
            array: path.to_owned(),
            got,
            expected,
        };
        let invalid =
            |why: String| OpenError::Metadata { name: group.bytes.name(), object: path.to_owned(), why };
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
            shapes(metadata, group.format).ok_or_else(|| invalid("it has no shape or chunks".into()))?;
        // Before anything else multiplies them.
        let objects = ChunkGrid::new(&shape, &chunk).map_err(|e| invalid(e.to_string()))?;
        let size = data_type.size();
        let direct = match group.format {
            ZarrFormat::V2 => Direct::from_v2(metadata, expected, size),
            ZarrFormat::V3 => Direct::from_v3(metadata, expected, size),
        };
        let reader = match direct {
            Some(array) => {
                Self::Direct(Box::new(DirectReader::new(group.bytes.clone(), path, array, indexes.clone())))
            }
            None => {
                let array = General::new(group.bytes.clone(), path, metadata, &chunk, size);
                Self::General(Box::new(array.map_err(invalid)?))
            }
        };
        Ok((objects, reader))
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
