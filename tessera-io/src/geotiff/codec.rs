//! Tiles encoded.

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output};
use zstd::bulk::Compressor;

use super::pixel::{Kind, Pixel};
use super::{Compression, GeoTiffOptions};

/// The level of both compressors: embeddings are noise for the most part, which no level makes smaller.
const LEVEL: u8 = 1;

/// How tiles are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codec {
    compression: Compression,
    predictor: bool,
    kind: Kind,
}

impl Codec {
    pub(super) fn of(options: &GeoTiffOptions, kind: Kind) -> Self {
        // A reader does not look at the predictor of tiles that are not compressed.
        let predictor = options.predictor && options.compression != Compression::None;
        Self { compression: options.compression, predictor, kind }
    }

    /// What the tiles are of.
    pub(super) fn kind(self) -> Kind {
        self.kind
    }

    /// The value of the tag `Compression`; that of zstd is libtiff's.
    pub(super) fn compression_tag(self) -> u16 {
        match self.compression {
            Compression::None => 1,
            Compression::Deflate => 8,
            Compression::Zstd => 50_000,
        }
    }

    /// The value of the tag `Predictor`.
    pub(super) fn predictor_tag(self) -> u16 {
        match (self.predictor, self.kind) {
            (false, _) => 1,
            (true, Kind::Colours) => 2,
            (true, Kind::Floats) => 3,
        }
    }
}

/// What one thread keeps to encode tile after tile.
pub(super) struct Encoder {
    codec: Codec,
    plain: Vec<u8>,
    compressor: State,
}

enum State {
    None,
    Deflate(Box<CompressorOxide>),
    Zstd(Compressor<'static>),
}

impl Encoder {
    pub(super) fn new(codec: Codec) -> Result<Self, String> {
        let compressor = match codec.compression {
            Compression::None => State::None,
            Compression::Deflate => {
                let mut compressor = Box::<CompressorOxide>::default();
                compressor.set_format_and_level(DataFormat::Zlib, LEVEL);
                State::Deflate(compressor)
            }
            Compression::Zstd => {
                State::Zstd(Compressor::new(i32::from(LEVEL)).map_err(|cause| cause.to_string())?)
            }
        };
        Ok(Self { codec, plain: Vec::new(), compressor })
    }

    /// Encodes the rows of a tile.
    pub(super) fn encode<P: Pixel>(&mut self, tile: &[P], edge: usize) -> Result<Vec<u8>, String> {
        self.plain.clear();
        if self.codec.predictor {
            P::predict(tile, edge, &mut self.plain);
        } else {
            P::plain(tile, &mut self.plain);
        }
        match &mut self.compressor {
            State::None => Ok(self.plain.clone()),
            State::Deflate(compressor) => deflate(compressor, &self.plain),
            State::Zstd(compressor) => compressor.compress(&self.plain).map_err(|cause| cause.to_string()),
        }
    }
}

fn deflate(compressor: &mut CompressorOxide, bytes: &[u8]) -> Result<Vec<u8>, String> {
    compressor.reset();
    let mut out = Vec::with_capacity(bytes.len());
    let (status, read) = compress_to_output(compressor, bytes, TDEFLFlush::Finish, |part| {
        out.extend_from_slice(part);
        true
    });
    if status == TDEFLStatus::Done && read == bytes.len() {
        Ok(out)
    } else {
        Err(format!("{status:?} after {read} of {} bytes", bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(seed: u32) -> Vec<f32> {
        (0..64 * 64_u32).map(|i| f32::from_bits((i ^ seed).wrapping_mul(0x9E37_79B9))).collect()
    }

    fn codec(compression: Compression, predictor: bool) -> Codec {
        Codec::of(&GeoTiffOptions::default().compression(compression).predictor(predictor), Kind::Floats)
    }

    #[test]
    fn what_is_encoded_decodes() {
        for predictor in [false, true] {
            let mut expected = Vec::new();
            let tile = tile(1);
            if predictor {
                f32::predict(&tile, 64, &mut expected);
            } else {
                f32::plain(&tile, &mut expected);
            }
            let encode =
                |compression| Encoder::new(codec(compression, predictor)).unwrap().encode(&tile, 64).unwrap();
            let deflated = encode(Compression::Deflate);
            assert_eq!(miniz_oxide::inflate::decompress_to_vec_zlib(&deflated).unwrap(), expected);
            assert_eq!(zstd::bulk::decompress(&encode(Compression::Zstd), 1 << 20).unwrap(), expected);
        }
        let none = Encoder::new(codec(Compression::None, true)).unwrap().encode(&tile(1), 64).unwrap();
        assert_eq!(none, bytemuck::cast_slice::<f32, u8>(&tile(1)));
        assert_eq!(codec(Compression::None, true).predictor_tag(), 1);
        assert_eq!(codec(Compression::Zstd, true).predictor_tag(), 3);
        assert_eq!(Codec::of(&GeoTiffOptions::default(), Kind::Colours).predictor_tag(), 2);
    }

    #[test]
    fn an_encoder_that_was_used_gives_the_same_bytes() {
        for compression in [Compression::Deflate, Compression::Zstd] {
            let mut used = Encoder::new(codec(compression, true)).unwrap();
            used.encode(&tile(2), 64).unwrap();
            let mut fresh = Encoder::new(codec(compression, true)).unwrap();
            assert_eq!(used.encode(&tile(1), 64).unwrap(), fresh.encode(&tile(1), 64).unwrap());
        }
    }
}
