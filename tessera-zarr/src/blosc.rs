//! Chunks that blosc compressed with zstd, decoded into memory that is kept.

use crate::transpose::{transpose_bits, transpose_bytes};

/// Bytes before the blocks' offsets.
const HEADER: usize = 16;
/// The version of the format.
const VERSION: u8 = 2;
/// Flags of a chunk: how bytes were sorted, whether they are there as they were, and that blocks are not split.
const SHUFFLED: u8 = 1;
const STORED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const UNSPLIT: u8 = 16;
/// The compressor, in the three highest bits of the flags.
const ZSTD: u8 = 4;
/// The most splits, and the least bytes of one, of a block that may be split.
const MAX_SPLITS: usize = 16;
const MIN_SPLIT: usize = 128;

/// The header of a chunk in the format of blosc 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    version: u8,
    flags: u8,
    type_size: usize,
    bytes: usize,
    block: usize,
}

impl Header {
    /// The header of a chunk; the error says what is wrong with it.
    pub(crate) fn of(encoded: &[u8]) -> Result<Self, String> {
        let number = |at: usize| {
            encoded.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize)
        };
        let (Some(bytes), Some(block), Some(length)) = (number(4), number(8), number(12)) else {
            return Err(format!("{} bytes: expected a header of blosc of {HEADER}", encoded.len()));
        };
        if length != encoded.len() {
            return Err(format!("{} bytes: expected {length}, as the header of blosc says", encoded.len()));
        }
        Ok(Self { version: encoded[0], flags: encoded[2], type_size: encoded[3].max(1).into(), bytes, block })
    }

    /// Bytes of the chunk once decoded.
    pub(crate) fn decoded_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether [`decode`] knows it: what it does not is left to blosc itself.
    pub(crate) fn is_known(&self) -> bool {
        self.version == VERSION && (self.flags & STORED != 0 || self.flags >> 5 == ZSTD)
    }
}

/// Decompresses one frame of zstd into all of a buffer.
pub(crate) type Decompress<'a> = dyn FnMut(&[u8], &mut [u8]) -> Result<(), String> + 'a;

/// Decodes a chunk of a known header into `out`, which has its size. `sorted` is memory that may be used.
pub(crate) fn decode(
    header: Header,
    encoded: &[u8],
    out: &mut [u8],
    sorted: &mut Vec<u8>,
    zstd: &mut Decompress<'_>,
) -> Result<(), String> {
    if header.flags & STORED != 0 {
        let stored = encoded.get(HEADER..).filter(|stored| stored.len() == out.len());
        out.copy_from_slice(stored.ok_or("it is not as long as its header says")?);
        return Ok(());
    }
    if header.block == 0 || header.block > out.len() {
        return Err(format!("blocks of {} bytes in a chunk of {}", header.block, out.len()));
    }
    let shuffle = match header.flags & (SHUFFLED | BIT_SHUFFLED) {
        0 => Shuffle::None,
        SHUFFLED if header.type_size == 1 => Shuffle::None,
        SHUFFLED => Shuffle::Bytes,
        _ if header.block < header.type_size => Shuffle::None,
        _ => Shuffle::Bits,
    };
    let starts = encoded[HEADER..].as_chunks::<4>().0.iter().map(|start| u32::from_le_bytes(*start) as usize);
    let mut starts = starts.take(out.len().div_ceil(header.block));
    for block in out.chunks_mut(header.block) {
        let start = starts.next().ok_or("it ends within the offsets of its blocks")?;
        let splits = if header.flags & UNSPLIT == 0
            && header.type_size <= MAX_SPLITS
            && header.block / header.type_size >= MIN_SPLIT
            && block.len() == header.block
        {
            header.type_size
        } else {
            1
        };
        let mut rest = encoded.get(start..).ok_or("a block lies beyond its end")?;
        let target: &mut [u8] = if shuffle == Shuffle::None {
            block
        } else {
            sorted.resize(header.block, 0);
            &mut sorted[..block.len()]
        };
        let split = target.len() / splits;
        if split * splits != target.len() {
            return Err(format!("blocks of {} bytes in {splits} parts", target.len()));
        }
        for part in target.chunks_exact_mut(split) {
            let (length, after) = rest.split_first_chunk::<4>().ok_or("a block ends early")?;
            let (data, after) =
                after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or("a block ends early")?;
            rest = after;
            if data.len() == part.len() {
                part.copy_from_slice(data);
            } else {
                zstd(data, part)?;
            }
        }
        match shuffle {
            Shuffle::None => {}
            Shuffle::Bytes => unshuffle(&sorted[..block.len()], block, header.type_size),
            Shuffle::Bits => unshuffle_bits(&sorted[..block.len()], block, header.type_size),
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shuffle {
    None,
    Bytes,
    Bits,
}

/// First bytes of all elements, then second bytes, … → elements. What is left over at the end stays where it is.
fn unshuffle(sorted: &[u8], out: &mut [u8], size: usize) {
    let elements = sorted.len() / size;
    for (byte, plane) in sorted.chunks_exact(elements.max(1)).take(size).enumerate() {
        for (element, value) in out.chunks_exact_mut(size).zip(plane) {
            element[byte] = *value;
        }
    }
    let whole = elements * size;
    out[whole..].copy_from_slice(&sorted[whole..]);
}

/// Lowest bits of all elements, then second bits, … → elements. A number of elements that is not a multiple of 8 was left
/// as it is, and so is what is left over at the end.
fn unshuffle_bits(sorted: &[u8], out: &mut [u8], size: usize) {
    let elements = sorted.len() / size;
    if !elements.is_multiple_of(8) || elements == 0 {
        out.copy_from_slice(sorted);
        return;
    }
    let plane = elements / 8;
    for byte in 0..size {
        let planes: [&[u8]; 8] = std::array::from_fn(|bit| &sorted[(byte * 8 + bit) * plane..][..plane]);
        if size == 1 {
            let whole = plane / 8 * 8;
            bytes_of_bits(planes.map(|plane| &plane[..whole]), &mut out[..whole * 8]);
            for at in whole..plane {
                eight_bytes(planes, at)
                    .into_iter()
                    .zip(&mut out[at * 8..])
                    .for_each(|(value, out)| *out = value);
            }
            continue;
        }
        for at in 0..plane {
            let elements = out[at * 8 * size..].chunks_exact_mut(size);
            eight_bytes(planes, at)
                .into_iter()
                .zip(elements)
                .for_each(|(value, element)| element[byte] = value);
        }
    }
    let whole = elements * size;
    out[whole..].copy_from_slice(&sorted[whole..]);
}

/// Eight bytes, of whose bits the planes have a byte each.
fn eight_bytes(planes: [&[u8]; 8], at: usize) -> [u8; 8] {
    let mut bits = planes.map(|plane| u64::from(plane[at]));
    transpose_bits(&mut bits);
    bits.map(|byte| byte as u8)
}

/// As [`eight_bytes`], 64 at a time.
fn bytes_of_bits(planes: [&[u8]; 8], out: &mut [u8]) {
    let [a, b, c, d, e, f, g, h] = planes.map(|plane| plane.as_chunks::<8>().0.iter());
    let planes = a.zip(b).zip(c.zip(d)).zip(e.zip(f).zip(g.zip(h)));
    for ((((a, b), (c, d)), ((e, f), (g, h))), out) in planes.zip(out.as_chunks_mut::<64>().0) {
        let mut square = [a, b, c, d, e, f, g, h].map(|bytes| u64::from_le_bytes(*bytes));
        transpose_bits(&mut square);
        // Number i now has the elements i, 8 + i, 16 + i, …
        transpose_bytes(&mut square);
        for (bytes, out) in square.iter().zip(out.as_chunks_mut::<8>().0) {
            *out = bytes.to_le_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use zarrs::array::codec::{BloscCodec, BloscCodecConfiguration};
    use zarrs::array::{BytesToBytesCodecTraits, CodecOptions};

    fn encoded(raw: &[u8], compressor: &str, shuffle: &str, type_size: usize, block: usize) -> Vec<u8> {
        let configuration = serde_json::json!({
            "cname": compressor, "clevel": 3, "shuffle": shuffle, "typesize": type_size, "blocksize": block,
        });
        let configuration: BloscCodecConfiguration = serde_json::from_value(configuration).unwrap();
        let codec = BloscCodec::new_with_configuration(&configuration).unwrap();
        codec.encode(raw.into(), &CodecOptions::default()).unwrap().into_owned()
    }

    fn decoded(encoded: &[u8]) -> Result<Vec<u8>, String> {
        let header = Header::of(encoded)?;
        if header.decoded_bytes() > 1 << 20 {
            return Err("more than a test needs".into());
        }
        let mut out = vec![0; header.decoded_bytes()];
        let mut zstd = |data: &[u8], part: &mut [u8]| {
            let got = zstd::bulk::decompress_to_buffer(data, part).map_err(|e| e.to_string())?;
            if got == part.len() { Ok(()) } else { Err("too few bytes".to_owned()) }
        };
        decode(header, encoded, &mut out, &mut Vec::new(), &mut zstd).map(|()| out)
    }

    fn any_encoded() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let raw = prop::collection::vec((any::<u8>(), 1..60_usize), 1..400);
        let options =
            (prop::sample::select(vec!["noshuffle", "shuffle", "bitshuffle"]), 1..9_usize, 0..3000_usize);
        (raw, options).prop_map(|(runs, (shuffle, type_size, block))| {
            let raw: Vec<u8> = runs.iter().flat_map(|(value, n)| std::iter::repeat_n(*value, *n)).collect();
            let encoded = encoded(&raw, "zstd", shuffle, type_size, block);
            (raw, encoded)
        })
    }

    proptest! {
        #[test]
        fn what_blosc_encodes_comes_back((raw, encoded) in any_encoded()) {
            prop_assert!(Header::of(&encoded).unwrap().is_known());
            prop_assert_eq!(decoded(&encoded).unwrap(), raw);
        }

        #[test]
        fn damage_is_an_error_or_other_bytes_and_never_a_panic(
            (raw, mut encoded) in any_encoded(), at in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<prop::sample::Index>(),
        ) {
            let short = &encoded[..cut.index(encoded.len())];
            prop_assert!(decoded(short).is_err());
            let at = at.index(encoded.len());
            encoded[at] ^= 1 << bit;
            if let Ok(other) = decoded(&encoded) {
                prop_assert!(at < HEADER || other.len() == raw.len());
            }
        }
    }

    #[test]
    fn large_chunks_of_the_published_layouts_come_back() {
        let raw: Vec<u8> =
            (0..128 * 32 * 32_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 27) as u8).collect();
        for (shuffle, type_size) in [("bitshuffle", 1), ("shuffle", 4), ("bitshuffle", 4), ("noshuffle", 1)] {
            assert!(decoded(&encoded(&raw, "zstd", shuffle, type_size, 0)).unwrap() == raw, "{shuffle}");
        }
    }

    #[test]
    fn other_compressors_are_left_to_blosc() {
        let raw = [7; 4000];
        for compressor in ["lz4", "lz4hc", "blosclz", "zlib"] {
            assert!(
                !Header::of(&encoded(&raw, compressor, "shuffle", 4, 0)).unwrap().is_known(),
                "{compressor}"
            );
        }
    }
}
