//! The pixels of a landmask.

use tiff::ColorType;
use tiff::decoder::{ChunkType, DecodingSampleType};
use tiff::tags::Tag;

use crate::LandmaskProblem;
use crate::tiff_file::{TiffFile, unreadable};

/// `Compression` of values that lie in the file as they are.
const UNCOMPRESSED: u64 = 1;
/// `PhotometricInterpretation` of values of which 0 is white, which the decoder turns upside down.
const WHITE_IS_ZERO: u64 = 0;
/// By how much a strip or tile can be packed, at most: a table of LZW has strings of up to 4096 bytes, and its codes are
/// longer than a byte (TIFF 6.0, section 13); Deflate reaches 1032.
const MAX_RATIO: u64 = 4096;

/// Visits band 1 of a landmask: a row of a strip or tile at a time, with its row and first column in the raster, and
/// for each pixel whether it is land, which is anything but 0.
pub(crate) fn each_row(
    tiff: &mut TiffFile,
    mut visit: impl FnMut(usize, usize, &[bool]),
) -> Result<(), LandmaskProblem> {
    let size = sample_size(tiff)?;
    let water =
        if number(tiff, Tag::PhotometricInterpretation)? == Some(WHITE_IS_ZERO) { u8::MAX } else { 0 };
    let packed = number(tiff, Tag::Compression)?.is_some_and(|method| method != UNCOMPRESSED);
    let (starts, lengths) = match tiff.decoder.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let (starts, lengths) = (numbers(tiff, starts)?, numbers(tiff, lengths)?);
    let (across, down) = tiff.decoder.chunk_dimensions();
    let (width, _) = tiff.decoder.dimensions().map_err(unreadable)?;
    let in_row = width.div_ceil(across.max(1));
    let (mut buffer, mut land) = (Vec::new(), Vec::new());
    for (block, (start, length)) in (0_u32..).zip(starts.into_iter().zip(lengths)) {
        let (cols, rows) = tiff.decoder.chunk_data_dimensions(block);
        let bytes = u64::from(cols).saturating_mul(rows.into()).saturating_mul(size as u64);
        if bytes > TiffFile::MAX_BLOCK as u64 {
            return Err(LandmaskProblem::LargeBlock { got: bytes, limit: TiffFile::MAX_BLOCK });
        }
        let (end, at) = (start.saturating_add(length), block as usize);
        if end > tiff.len {
            return Err(LandmaskProblem::Truncated { block: at, start, end, len: tiff.len });
        }
        let expected = if packed { bytes.div_ceil(MAX_RATIO) } else { bytes };
        if length < expected {
            return Err(LandmaskProblem::ShortBlock { block: at, got: length, expected });
        }
        buffer.resize(bytes as usize, 0);
        tiff.decoder.read_chunk_bytes(block, &mut buffer).map_err(unreadable)?;
        let row = (block / in_row) as usize * down as usize;
        let col = (block % in_row) as usize * across as usize;
        for (row, samples) in (row..).zip(buffer.chunks_exact(cols as usize * size)) {
            land.clear();
            match size {
                1 => land.extend(samples.iter().map(|byte| *byte != water)),
                _ => land.extend(samples.chunks_exact(size).map(|s| s.iter().any(|byte| *byte != water))),
            }
            visit(row, col, &land);
        }
    }
    Ok(())
}

/// Bytes of a pixel, which must have one sample of whole numbers.
fn sample_size(tiff: &mut TiffFile) -> Result<usize, LandmaskProblem> {
    use DecodingSampleType::{I8, I16, I32, U8, U16, U32};
    let Ok(ColorType::Gray(bits)) = tiff.decoder.colortype() else {
        let got = match tiff.decoder.colortype() {
            Ok(color) => format!("{color:?}"),
            Err(cause) => cause.to_string(),
        };
        return Err(LandmaskProblem::Samples { got });
    };
    let layout = tiff.decoder.image_chunk_buffer_layout(0).map_err(unreadable)?;
    match (bits, layout.sample_type) {
        (8, Some(U8 | I8)) => Ok(1),
        (16, Some(U16 | I16)) => Ok(2),
        (32, Some(U32 | I32)) => Ok(4),
        _ => Err(LandmaskProblem::Samples { got: format!("{bits} bits of {:?}", layout.sample_format) }),
    }
}

/// The value of a tag, where it is there.
fn number(tiff: &mut TiffFile, tag: Tag) -> Result<Option<u64>, LandmaskProblem> {
    let value = tiff.decoder.find_tag(tag).map_err(unreadable)?;
    value.map(|value| value.into_u64().map_err(unreadable)).transpose()
}

/// The values of a tag that must be there.
fn numbers(tiff: &mut TiffFile, tag: Tag) -> Result<Vec<u64>, LandmaskProblem> {
    tiff.decoder.get_tag_u64_vec(tag).map_err(unreadable)
}
