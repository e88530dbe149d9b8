//! A map tile as PNG.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, EncodingError, Limits};

use super::MapTileError;

/// Rows and columns of a map tile.
const EDGE: u32 = 256;

/// Bytes of the pixels of a map tile.
pub(super) const BYTES: usize = 4 * (EDGE * EDGE) as usize;

/// More bytes than the file of a map tile has: four times its pixels.
const MOST_FILE_BYTES: u64 = 4 * BYTES as u64;

/// How every such file begins, but for a checksum (PNG specification, third edition, 5.2 and 11.2.1): the signature, and
/// the header of 256 × 256 pixels of 8 bits, colour type 6.
const BEGINNING: [u8; 26] = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06";
/// How every PNG ends: the empty chunk IEND with its checksum.
const ENDING: [u8; 12] = *b"\0\0\0\0IEND\xaeB`\x82";

/// Encodes 256 × 256 pixels of red, green, blue and alpha.
pub(super) fn encode(pixels: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let failed = |error: EncodingError| error.to_string();
    let mut encoder = Encoder::new(out, EDGE, EDGE);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    // Such pictures are noisy: the default takes fifty times as long, for a file of the same size.
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)
}

/// The bytes of a file in a folder, if it is there, and can be one of a map tile.
pub(super) fn read(folder: &Path, name: &Path) -> Result<Option<Vec<u8>>, MapTileError> {
    let failed = MapTileError::io(name);
    let file = match File::open(folder.join(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(MOST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    check(&bytes).map_err(|why| MapTileError::Damaged { name: name.to_owned(), why })?;
    Ok(Some(bytes))
}

/// Whether a file begins and ends as one of a map tile does.
fn check(file: &[u8]) -> Result<(), String> {
    if file.len() as u64 > MOST_FILE_BYTES {
        return Err(format!("more than {MOST_FILE_BYTES} bytes"));
    }
    if !file.starts_with(&BEGINNING) {
        return Err("expected a PNG of 256 × 256 pixels with red, green, blue and alpha of 8 bits".to_owned());
    }
    if !file.ends_with(&ENDING) {
        return Err("it ends early".to_owned());
    }
    Ok(())
}

/// Decodes a file that [`read`] let pass into `out`.
pub(super) fn decode(file: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let failed = |error: png::DecodingError| error.to_string();
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: BYTES });
    // Nothing here reads them, and they may be unpacked to any length.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(failed)?;
    if reader.output_buffer_size() != Some(BYTES) {
        return Err(format!("{:?} bytes of pixels: expected {BYTES}", reader.output_buffer_size()));
    }
    out.resize(BYTES, 0);
    reader.next_frame(out).map_err(failed)?;
    reader.finish().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise() -> Vec<u8> {
        (0..BYTES as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    fn encoded(pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        encode(pixels, &mut file).unwrap();
        file
    }

    fn decoded(file: &[u8]) -> Result<Vec<u8>, String> {
        check(file)?;
        let mut out = vec![1; 7];
        decode(file, &mut out).map(|()| out)
    }

    #[test]
    fn the_same_pixels_come_back_and_noise_is_not_too_long() {
        for pixels in [noise(), vec![0; BYTES], [1, 2, 3, 255].repeat(BYTES / 4)] {
            assert!(decoded(&encoded(&pixels)).unwrap() == pixels);
        }
    }

    #[test]
    fn other_pictures_are_refused_by_their_header() {
        let mut file = Vec::new();
        let encoder = Encoder::new(&mut file, 40_000, 40_000);
        encoder.write_header().unwrap().write_image_data(&[0; 1]).unwrap_err();
        file.extend(ENDING);
        assert!(decoded(&file).unwrap_err().contains("256 × 256"));
        assert!(decoded(b"").is_err());
        assert!(decoded(&vec![0; MOST_FILE_BYTES as usize + 1]).unwrap_err().contains("more than"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn damage_is_told_and_never_a_panic(at in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<prop::sample::Index>()) {
            let file = encoded(&noise());
            prop_assert!(decoded(&file[..cut.index(file.len())]).is_err());
            let mut bad = file;
            let at = at.index(bad.len());
            bad[at] ^= 1 << bit;
            prop_assert!(decoded(&bad).is_err(), "{at}");
        }
    }
}
