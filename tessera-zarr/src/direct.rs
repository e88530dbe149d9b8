//! Arrays whose chunks we read ourselves.

use serde_json::Value;

use crate::chunk_codec::ChunkCodec;
use crate::layout::MAX_CHUNK_BYTES;
use crate::{BloscCompressor, ChunkGrid, ChunkKeys, Codec};

/// An array in one of the layouts that tile stores have: C order, little endian, one codec, chunks in objects of their
/// own or in shards. Whole chunks of these are fetched and decoded into memory that is kept; by way of zarrs every chunk
/// would be fresh memory, which costs more than decoding it.
#[derive(Debug)]
pub(crate) struct Direct {
    /// The grid of the chunks that are decoded one by one.
    pub(crate) grid: ChunkGrid,
    /// The grid of shards, where chunks are in shards.
    pub(crate) shards: Option<ChunkGrid>,
    pub(crate) keys: ChunkKeys,
    pub(crate) codec: ChunkCodec,
    /// The bytes of an element that is not stored.
    pub(crate) fill: Vec<u8>,
}

impl Direct {
    /// The array that Zarr V2 metadata describes, where it is one of these: of numpy type `dtype`.
    pub(crate) fn from_v2(metadata: &Value, dtype: &str, item_size: usize) -> Option<Self> {
        let plain = metadata["order"] == "C"
            && metadata["dtype"] == dtype
            && (metadata["filters"].is_null() || metadata["filters"].as_array().is_some_and(Vec::is_empty));
        let codec = match &metadata["compressor"] {
            Value::Null => Codec::NONE,
            compressor => named(compressor["id"].as_str()?)?,
        };
        let keys = match metadata["dimension_separator"].as_str() {
            None | Some(".") => ChunkKeys::Dots,
            Some("/") => ChunkKeys::PlainSlashes,
            Some(_) => return None,
        };
        let grid = ChunkGrid::new(&numbers(&metadata["shape"])?, &numbers(&metadata["chunks"])?).ok()?;
        plain.then_some(())?;
        Self::new(grid, None, keys, codec, &metadata["fill_value"], item_size)
    }

    /// The array that Zarr V3 metadata describes, where it is one of these: of type `data_type`.
    pub(crate) fn from_v3(metadata: &Value, data_type: &str, item_size: usize) -> Option<Self> {
        let chunk_grid = &metadata["chunk_grid"];
        let encoding = &metadata["chunk_key_encoding"];
        let separator = encoding["configuration"]["separator"].as_str();
        let plain = metadata["data_type"] == data_type
            && chunk_grid["name"] == "regular"
            && encoding["name"] == "default"
            && matches!(separator, None | Some("/"));
        plain.then_some(())?;
        let shape = numbers(&metadata["shape"])?;
        let outer = numbers(&chunk_grid["configuration"]["chunk_shape"])?;
        let codecs = metadata["codecs"].as_array()?;
        let (chunk, codecs) = match codecs.as_slice() {
            [only] if only["name"] == "sharding_indexed" => {
                let configuration = &only["configuration"];
                let index = configuration["index_codecs"].as_array()?;
                let at_end = matches!(configuration["index_location"].as_str(), None | Some("end"));
                let [bytes, checksum] = index.as_slice() else { return None };
                (at_end && is_little_endian(bytes) && checksum["name"] == "crc32c").then_some(())?;
                (numbers(&configuration["chunk_shape"])?, configuration["codecs"].as_array()?)
            }
            _ => (outer.clone(), codecs),
        };
        let codec = match codecs.as_slice() {
            [bytes] if is_little_endian(bytes) || (item_size == 1 && bytes["name"] == "bytes") => Codec::NONE,
            [bytes, codec] if is_little_endian(bytes) || (item_size == 1 && bytes["name"] == "bytes") => {
                named(codec["name"].as_str()?)?
            }
            _ => return None,
        };
        let whole = outer.len() == chunk.len() && outer.iter().zip(&chunk).all(|(o, c)| *c > 0 && o % c == 0);
        whole.then_some(())?;
        let sharded = metadata["codecs"][0]["name"] == "sharding_indexed";
        let shards = if sharded { Some(ChunkGrid::new(&shape, &outer).ok()?) } else { None };
        let grid = ChunkGrid::new(&shape, &chunk).ok()?;
        Self::new(grid, shards, ChunkKeys::Slashes, codec, &metadata["fill_value"], item_size)
    }

    fn new(
        grid: ChunkGrid,
        shards: Option<ChunkGrid>,
        keys: ChunkKeys,
        codec: Codec,
        fill: &Value,
        item_size: usize,
    ) -> Option<Self> {
        (grid.chunk_elements().checked_mul(item_size as u64)? <= MAX_CHUNK_BYTES).then_some(())?;
        let codec = ChunkCodec::new(codec, item_size).ok()?;
        Some(Self { grid, shards, keys, codec, fill: fill_bytes(fill, item_size)? })
    }

    /// Decoded bytes of a chunk.
    pub(crate) fn chunk_bytes(&self) -> usize {
        // At most MAX_CHUNK_BYTES, as was checked.
        self.grid.chunk_elements() as usize * self.fill.len()
    }

    /// The object that holds a chunk and, in a shard, which of its chunks it is.
    pub(crate) fn locate(&self, index: &[u64]) -> (String, Option<u64>) {
        let Some(shards) = &self.shards else { return (self.keys.key(index), None) };
        let per_shard = |i: usize| shards.chunk_shape()[i] / self.grid.chunk_shape()[i];
        let object: Vec<u64> = index.iter().enumerate().map(|(i, at)| at / per_shard(i)).collect();
        let inner = index.iter().enumerate().fold(0, |n, (i, at)| n * per_shard(i) + at % per_shard(i));
        (self.keys.key(&object), Some(inner))
    }

    /// Chunks in a shard.
    pub(crate) fn chunks_per_shard(&self) -> u64 {
        self.shards.as_ref().map_or(1, |shards| shards.chunk_elements() / self.grid.chunk_elements())
    }
}

/// The codec of this name; decoding does not need its level.
fn named(name: &str) -> Option<Codec> {
    match name {
        "zstd" | "numcodecs.zstd" => Some(Codec::default()),
        "gzip" => Codec::gzip(5).ok(),
        "blosc" => Codec::blosc(BloscCompressor::Zstd, 5).ok(),
        _ => None,
    }
}

fn is_little_endian(codec: &Value) -> bool {
    codec["name"] == "bytes" && matches!(codec["configuration"]["endian"].as_str(), Some("little"))
}

fn numbers(value: &Value) -> Option<Vec<u64>> {
    value.as_array()?.iter().map(Value::as_u64).collect()
}

/// The little-endian bytes of a fill value: none is zero.
fn fill_bytes(fill: &Value, item_size: usize) -> Option<Vec<u8>> {
    if fill.is_null() {
        return Some(vec![0; item_size]);
    }
    match (item_size, fill) {
        (1, number) => Some(i8::try_from(number.as_i64()?).ok()?.to_le_bytes().to_vec()),
        (4, Value::String(name)) => {
            let value = match name.as_str() {
                "NaN" => f32::NAN,
                "Infinity" => f32::INFINITY,
                "-Infinity" => f32::NEG_INFINITY,
                _ => return None,
            };
            Some(value.to_le_bytes().to_vec())
        }
        (4, number) => Some((number.as_f64()? as f32).to_le_bytes().to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn v3(codecs: &Value) -> Value {
        json!({
            "shape": [10, 10, 4], "data_type": "int8",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [8, 8, 4]}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": 0, "codecs": codecs,
        })
    }

    #[test]
    fn chunks_are_found_in_their_shards() {
        let index = json!([{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]);
        let codecs = json!([{"name": "sharding_indexed", "configuration": {
            "chunk_shape": [2, 4, 4], "codecs": [{"name": "bytes"}, {"name": "zstd"}], "index_codecs": index}}]);
        let array = Direct::from_v3(&v3(&codecs), "int8", 1).unwrap();
        assert_eq!(array.chunks_per_shard(), 8);
        assert_eq!(array.locate(&[0, 0, 0]), ("c/0/0/0".into(), Some(0)));
        assert_eq!(array.locate(&[3, 1, 0]), ("c/0/0/0".into(), Some(7)));
        assert_eq!(array.locate(&[4, 2, 0]), ("c/1/1/0".into(), Some(0)));
    }

    #[test]
    fn other_layouts_are_left_to_the_general_reader() {
        let plain = json!([{"name": "bytes"}]);
        assert!(Direct::from_v3(&v3(&plain), "int8", 1).is_some());
        assert!(Direct::from_v3(&v3(&plain), "float32", 4).is_none());
        for codecs in [
            json!([{"name": "transpose"}, {"name": "bytes"}]),
            json!([{"name": "bytes"}, {"name": "zstd"}, {"name": "crc32c"}]),
            json!([{"name": "bytes"}, {"name": "lzma"}]),
            json!([]),
        ] {
            assert!(Direct::from_v3(&v3(&codecs), "int8", 1).is_none(), "{codecs}");
        }
        let mut huge = v3(&plain);
        huge["chunk_grid"]["configuration"]["chunk_shape"] = json!([1_u64 << 32, 1_u64 << 32, 4]);
        assert!(Direct::from_v3(&huge, "int8", 1).is_none());
    }
}
