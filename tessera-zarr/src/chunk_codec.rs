//! From the bytes of a chunk to its encoded bytes, and back.

use std::io::Read;
use std::sync::Arc;

use zarrs::array::codec::{BloscCodec, BloscCodecConfiguration, GzipCodec};
use zarrs::array::{BytesRepresentation, BytesToBytesCodecTraits, CodecOptions};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, get_error_name};

use crate::Codec;
use crate::blosc::{self, Header};
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
    /// Blosc: decoded directly where the compressor inside is zstd, for the same reason.
    Blosc(Arc<dyn BytesToBytesCodecTraits>),
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
                Ok(Self::Blosc(Arc::new(codec)))
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
            Self::Blosc(codec) | Self::Zarrs(codec) => {
                let bytes = codec.encode(raw.into(), &CodecOptions::default()).map_err(|e| e.to_string())?;
                out.extend_from_slice(&bytes);
            }
        }
        Ok(())
    }

    /// Decodes a chunk into `out`, which has the size of the chunk: at least its first `needed` bytes. Bytes are read as
    /// they are needed, by way of `buffer`.
    pub(crate) fn decode(
        &self,
        encoded: &mut dyn Read,
        needed: usize,
        out: &mut [u8],
        buffer: &mut Vec<u8>,
        contexts: &mut Contexts,
    ) -> Result<(), String> {
        if let Self::Zstd { .. } = self {
            return decode_zstd(encoded, needed, out, buffer, kept(&mut contexts.decompressor)?);
        }
        buffer.clear();
        // One byte more than a chunk that did not shrink can have shows that it is too long; blosc and gzip add little.
        let most = out.len().saturating_add(out.len() / 8).saturating_add(1 << 16) as u64;
        encoded.take(most).read_to_end(buffer).map_err(|e| e.to_string())?;
        self.decode_bytes(buffer, out, contexts)
    }

    /// Decodes all of a chunk that is in memory.
    pub(crate) fn decode_bytes(
        &self,
        encoded: &[u8],
        out: &mut [u8],
        contexts: &mut Contexts,
    ) -> Result<(), String> {
        let got = match self {
            Self::Zstd { .. } => return decompress(kept(&mut contexts.decompressor)?, encoded, out),
            Self::Blosc(codec) => {
                let header = Header::of(encoded)?;
                let (got, expected) = (header.decoded_bytes(), out.len());
                // Before blosc makes room for as many as the header says.
                if got != expected {
                    return Err(format!("{got} bytes after decoding: expected {expected}"));
                }
                if header.is_known() {
                    let context = kept(&mut contexts.decompressor)?;
                    let zstd = &mut |data: &[u8], part: &mut [u8]| decompress(context, data, part);
                    return blosc::decode(header, encoded, out, &mut contexts.sorted, zstd);
                }
                let size = BytesRepresentation::FixedSize(expected as u64);
                codec.decode(encoded.into(), &size, &CodecOptions::default()).map_err(|e| e.to_string())?
            }
            Self::Zarrs(codec) => {
                let size = BytesRepresentation::FixedSize(out.len() as u64);
                codec.decode(encoded.into(), &size, &CodecOptions::default()).map_err(|e| e.to_string())?
            }
            Self::None => encoded.into(),
        };
        if got.len() != out.len() {
            return Err(format!("{} bytes after decoding: expected {}", got.len(), out.len()));
        }
        out.copy_from_slice(&got);
        Ok(())
    }
}

/// The context that is kept, made when it is needed first.
fn kept<'a>(slot: &'a mut Option<DCtx<'static>>) -> Result<&'a mut DCtx<'static>, String> {
    match slot {
        Some(context) => Ok(context),
        slot => Ok(slot.insert(decompressor().map_err(zstd_error)?)),
    }
}

/// Decompresses one frame into all of `out`.
fn decompress(context: &mut DCtx<'static>, frame: &[u8], out: &mut [u8]) -> Result<(), String> {
    let expected = out.len();
    context.reset(ResetDirective::SessionOnly).map_err(zstd_error)?;
    let got = context.decompress(out, frame).map_err(zstd_error)?;
    if got == expected { Ok(()) } else { Err(format!("{got} bytes after decoding: expected {expected}")) }
}

fn zstd_error(code: usize) -> String {
    get_error_name(code).to_owned()
}

fn decompressor() -> Result<DCtx<'static>, usize> {
    let mut context = DCtx::create();
    // Results go straight to their place instead of through a window of the decoder's own; so a frame may say that it
    // needs any window.
    context.set_parameter(DParameter::StableOutBuffer(true))?;
    context.set_parameter(DParameter::WindowLogMax(31))?;
    Ok(context)
}

/// Bytes that are read at a time: they stay in a core's cache until they are decoded.
const PIECE: usize = 128 << 10;

fn decode_zstd(
    encoded: &mut dyn Read,
    needed: usize,
    out: &mut [u8],
    buffer: &mut Vec<u8>,
    context: &mut DCtx<'static>,
) -> Result<(), String> {
    let expected = out.len();
    context.reset(ResetDirective::SessionOnly).map_err(zstd_error)?;
    buffer.resize(PIECE, 0);
    let mut out = OutBuffer::around(out);
    loop {
        let length = encoded.read(buffer).map_err(|e| e.to_string())?;
        if length == 0 {
            return Err(format!("it ends after {} of {expected} decoded bytes", out.pos()));
        }
        let mut piece = InBuffer::around(&buffer[..length]);
        while piece.pos() < length {
            let more = context.decompress_stream(&mut out, &mut piece).map_err(zstd_error)?;
            if out.pos() >= needed && needed < expected {
                return Ok(());
            }
            if more == 0 {
                let got = out.pos();
                return if got == expected {
                    Ok(())
                } else {
                    Err(format!("{got} bytes after decoding: expected {expected}"))
                };
            }
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
            let (mut encoded, mut buffer, mut contexts) = (Vec::new(), Vec::new(), Contexts::default());
            for codec in all() {
                for item_size in [1, 4] {
                    let codec = ChunkCodec::new(codec, item_size).unwrap();
                    codec.encode(raw, &mut encoded, &mut contexts).unwrap();
                    let mut decode = |needed: usize, length: usize| {
                        let mut out = vec![0; length];
                        codec.decode(&mut encoded.as_slice(), needed, &mut out, &mut buffer, &mut contexts).map(|()| out)
                    };
                    let length = raw.len();
                    prop_assert_eq!(&decode(length, length).unwrap(), raw);
                    prop_assert_eq!(&decode(length / 2, length).unwrap()[..length / 2], &raw[..length / 2]);
                    prop_assert!(decode(length + 1, length + 1).is_err());
                    prop_assert!(decode(length - 1, length - 1).is_err());
                }
            }
        }

        #[test]
        fn garbage_is_an_error(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut out, mut buffer, mut contexts) = (vec![0; 1000], Vec::new(), Contexts::default());
            for codec in all() {
                let codec = ChunkCodec::new(codec, 1).unwrap();
                prop_assert!(codec.decode(&mut garbage.as_slice(), 1000, &mut out, &mut buffer, &mut contexts).is_err());
            }
        }
    }
}
