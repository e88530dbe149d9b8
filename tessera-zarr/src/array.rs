//! What an array of a store is, before it is written.

use serde_json::{Map, Value};

use crate::{ChunkGrid, ChunkGridError, ChunkKeys, Codec, ZarrFormat};

/// The types of number that stores of ours hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataType {
    Int8,
    Int32,
    Float32,
    Float64,
}

impl DataType {
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Int8 => 1,
            Self::Int32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// As numpy writes it, which is what Zarr V2 does.
    pub(crate) fn v2(self) -> &'static str {
        match self {
            Self::Int8 => "|i1",
            Self::Int32 => "<i4",
            Self::Float32 => "<f4",
            Self::Float64 => "<f8",
        }
    }

    pub(crate) fn v3(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::Int32 => "int32",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }
}

/// An array: everything about it but its values.
#[derive(Debug, Clone)]
pub(crate) struct ArraySpec {
    pub(crate) name: &'static str,
    pub(crate) grid: ChunkGrid,
    /// The shape of a shard, a multiple of the chunk's.
    pub(crate) shard: Option<Vec<u64>>,
    pub(crate) data_type: DataType,
    /// What a chunk that is not there reads as, in each format.
    pub(crate) fill_v2: Value,
    pub(crate) fill_v3: Value,
    pub(crate) codec: Codec,
    pub(crate) dimensions: Vec<&'static str>,
    pub(crate) attributes: Map<String, Value>,
}

impl ArraySpec {
    /// Decoded bytes of a chunk. Chunk shapes come from a checked layout, so this fits.
    pub(crate) fn chunk_bytes(&self) -> usize {
        self.grid.chunk_elements() as usize * self.data_type.size()
    }

    /// The grid of the objects that are written: shards where there are any, else chunks.
    pub(crate) fn objects(&self) -> Result<ChunkGrid, ChunkGridError> {
        match &self.shard {
            Some(shard) => ChunkGrid::new(self.grid.shape(), shard),
            None => Ok(self.grid.clone()),
        }
    }
}

impl ZarrFormat {
    /// How keys of chunks are written by us.
    pub(crate) fn keys(self) -> ChunkKeys {
        match self {
            Self::V2 => ChunkKeys::Dots,
            Self::V3 => ChunkKeys::Slashes,
        }
    }
}
