//! Small files compressed by gzip.

use std::io::{self, Read};

use flate2::Crc;
use flate2::read::GzDecoder;

/// The header of RFC 1952: deflate, no flags, no time, the slowest compression, no system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];
/// The level of compression, the highest of zlib.
const LEVEL: u8 = 9;

/// Bytes compressed by gzip: the same bytes, the same result, whichever compressor other crates ask flate2 for.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(bytes);
    let mut file = HEADER.to_vec();
    file.extend(miniz_oxide::deflate::compress_to_vec(bytes, LEVEL));
    file.extend(crc.sum().to_le_bytes());
    file.extend(crc.amount().to_le_bytes());
    file
}

/// The bytes that gzip compressed, of which no more than one past `most` are unpacked.
pub(crate) fn gunzip(file: &[u8], most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(file).take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_not_unpacked() {
        let file = gzip(&vec![0; 1 << 20]);
        assert!(file.len() < 2000);
        assert_eq!(gunzip(&file, 1000).unwrap().len(), 1001);
        assert_eq!(gunzip(&file, 1 << 20).unwrap(), vec![0; 1 << 20]);
    }

    #[test]
    fn damage_is_seen() {
        let file = gzip(b"twelve tiles");
        for (at, what) in [(0, "not gzip"), (14, "data"), (file.len() - 6, "sum")] {
            let mut bad = file.clone();
            bad[at] ^= 0x55;
            // It may also seem to go on without an end.
            assert!(gunzip(&bad, 100).map_or(true, |bytes| bytes.len() > 100), "{what}");
        }
        assert!(gunzip(&file[..file.len() - 3], 100).is_err());
    }
}
