//! From the bytes of a chunk to its encoded bytes, and back.

use std::sync::Arc;

use zarrs::array::codec::{BloscCodec, BloscCodecConfiguration, GzipCodec};
use zarrs::array::{BytesRepresentation, BytesToBytesCodecTraits, CodecOptions};
use zstd::bulk::{Compressor, Decompressor};

use crate::Codec;
use crate::codec::Kind;
use crate::scratch::Contexts;

/// A codec, ready to be used by any number of threads.
#[derive(Debug, Clone)]
pub(crate) enum ChunkCodec {
    None,
    /// Zstandard directly, with contexts and memory that are kept; by way of zarrs each chunk would be fresh memory.
    Zstd {
        level: i32,
    },
    Zarrs(Arc<dyn BytesToBytesCodecTraits>),
}

impl ChunkCodec {
    /// The codec for elements of `item_size` bytes.
    pub(crate) fn new(codec: Codec, item_size: usize) -> Result<Self, String> {
        match codec.0 {
            Kind::None => Ok(Self::None),
            Kind::Zstd { level } => Ok(Self::Zstd { level }),
            Kind::Gzip { level } => {
                Ok(Self::Zarrs(Arc::new(GzipCodec::new(level).map_err(|e| e.to_string())?)))
            }
            Kind::Blosc { .. } => {
                let configuration = codec
                    .v3(item_size)
                    .pop()
                    .and_then(|mut codec| codec.get_mut("configuration").map(serde_json::Value::take));
                let configuration: BloscCodecConfiguration =
                    serde_json::from_value(configuration.unwrap_or_default()).map_err(|e| e.to_string())?;
                let codec = BloscCodec::new_with_configuration(&configuration).map_err(|e| e.to_string())?;
                Ok(Self::Zarrs(Arc::new(codec)))
            }
        }
    }

    /// Puts the encoded bytes in place of what `out` holds.
    pub(crate) fn encode(
        &self,
        raw: &[u8],
        out: &mut Vec<u8>,
        contexts: &mut Contexts,
    ) -> Result<(), String> {
        out.clear();
        match self {
            Self::None => out.extend_from_slice(raw),
            Self::Zstd { level } => {
                let compressor = match &mut contexts.compressor {
                    Some((at, compressor)) if at == level => compressor,
                    slot => {
                        let fresh = Compressor::new(*level).map_err(|e| e.to_string())?;
                        &mut slot.insert((*level, fresh)).1
                    }
                };
                out.reserve(zstd::zstd_safe::compress_bound(raw.len()));
                compressor.compress_to_buffer(raw, out).map_err(|e| e.to_string())?;
            }
            Self::Zarrs(codec) => {
                let bytes = codec.encode(raw.into(), &CodecOptions::default()).map_err(|e| e.to_string())?;
                out.extend_from_slice(&bytes);
            }
        }
        Ok(())
    }

    /// Puts the decoded bytes, `length` of them, in place of what `out` holds.
    pub(crate) fn decode(
        &self,
        encoded: &[u8],
        length: usize,
        out: &mut Vec<u8>,
        contexts: &mut Contexts,
    ) -> Result<(), String> {
        out.clear();
        match self {
            Self::None => out.extend_from_slice(encoded),
            Self::Zstd { .. } => {
                let decompressor = match &mut contexts.decompressor {
                    Some(decompressor) => decompressor,
                    slot => slot.insert(Decompressor::new().map_err(|e| e.to_string())?),
                };
                // Frames that say they are larger than the chunk run into the end of the buffer, not into memory.
                out.reserve_exact(length);
                decompressor.decompress_to_buffer(encoded, out).map_err(|e| e.to_string())?;
            }
            Self::Zarrs(codec) => {
                let size = BytesRepresentation::FixedSize(length as u64);
                let bytes = codec
                    .decode(encoded.into(), &size, &CodecOptions::default())
                    .map_err(|e| e.to_string())?;
                out.extend_from_slice(&bytes);
            }
        }
        if out.len() == length {
            Ok(())
        } else {
            Err(format!("{} bytes after decoding: expected {length}", out.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BloscCompressor;
    use proptest::prelude::*;

    fn all() -> Vec<Codec> {
        vec![
            Codec::NONE,
            Codec::zstd(1).unwrap(),
            Codec::gzip(5).unwrap(),
            Codec::blosc(BloscCompressor::Lz4, 5).unwrap(),
            Codec::blosc(BloscCompressor::Zstd, 3).unwrap(),
        ]
    }

    proptest! {
        #[test]
        fn every_codec_gives_back_what_it_got(raw in prop::collection::vec(any::<u8>(), 4..4000)) {
            let raw = &raw[..raw.len() / 4 * 4];
            let (mut encoded, mut decoded, mut contexts) = (Vec::new(), Vec::new(), Contexts::default());
            for codec in all() {
                for item_size in [1, 4] {
                    let codec = ChunkCodec::new(codec, item_size).unwrap();
                    codec.encode(raw, &mut encoded, &mut contexts).unwrap();
                    codec.decode(&encoded, raw.len(), &mut decoded, &mut contexts).unwrap();
                    prop_assert_eq!(&decoded, raw);
                    prop_assert!(codec.decode(&encoded, raw.len() + 1, &mut decoded, &mut contexts).is_err());
                    prop_assert!(codec.decode(&encoded, raw.len() - 1, &mut decoded, &mut contexts).is_err());
                }
            }
        }

        #[test]
        fn garbage_is_an_error(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut decoded, mut contexts) = (Vec::new(), Contexts::default());
            for codec in all().into_iter().skip(1) {
                let codec = ChunkCodec::new(codec, 1).unwrap();
                let _ = codec.decode(&garbage, 1000, &mut decoded, &mut contexts);
            }
        }
    }
}
