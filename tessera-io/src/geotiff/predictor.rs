//! The predictors of TIFF: of floating point (Adobe Photoshop TIFF Technical Note 3, predictor 3), and of bytes (TIFF 6.0,
//! section 14, predictor 2).

use bytemuck::cast_slice;

/// Appends the rows of a tile: of each row the first bytes of all values, sign and exponent, then the second bytes, and
/// so on, each byte as its difference from the one before.
pub(super) fn predict(tile: &[f32], edge: usize, out: &mut Vec<u8>) {
    let mut planes = vec![0; edge * 4];
    for row in tile.chunks_exact(edge) {
        for (plane, bytes) in planes.chunks_exact_mut(edge).enumerate() {
            let shift = 24 - 8 * plane as u32;
            for (byte, value) in bytes.iter_mut().zip(row) {
                *byte = (value.to_bits() >> shift) as u8;
            }
        }
        out.extend(planes.first());
        out.extend(planes.iter().zip(&planes[1..]).map(|(before, byte)| byte.wrapping_sub(*before)));
    }
}

/// Appends the values of a tile as they are, little endian.
pub(super) fn plain(tile: &[f32], out: &mut Vec<u8>) {
    if cfg!(target_endian = "little") {
        out.extend_from_slice(cast_slice(tile));
    } else {
        out.extend(tile.iter().flat_map(|value| value.to_le_bytes()));
    }
}

/// Appends the rows of a tile of colours: of each row the first pixel, then each byte as its difference from the same colour
/// of the pixel before.
pub(super) fn difference(tile: &[[u8; 4]], edge: usize, out: &mut Vec<u8>) {
    for row in tile.chunks_exact(edge) {
        out.extend(row.first().into_iter().flatten());
        for pair in row.windows(2) {
            out.extend(std::array::from_fn::<u8, 4, _>(|k| pair[1][k].wrapping_sub(pair[0][k])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The way back, written from the note.
    fn restore(bytes: &[u8], edge: usize) -> Vec<u32> {
        let mut values = Vec::new();
        for row in bytes.chunks_exact(edge * 4) {
            let mut sum = 0_u8;
            let summed: Vec<u8> = row
                .iter()
                .map(|&byte| {
                    sum = sum.wrapping_add(byte);
                    sum
                })
                .collect();
            values.extend(
                (0..edge).map(|i| u32::from_be_bytes([0, 1, 2, 3].map(|plane| summed[plane * edge + i]))),
            );
        }
        values
    }

    #[test]
    fn sorts_and_differences() {
        let mut out = Vec::new();
        predict(&[1.0, -2.0], 2, &mut out);
        // 3f800000 and c0000000.
        assert_eq!(out, [0x3f, 0x81, 0xc0, 0x80, 0, 0, 0, 0]);
    }

    #[test]
    fn colours_are_differenced_within_their_row() {
        let mut out = Vec::new();
        difference(&[[1, 2, 3, 255], [2, 1, 3, 0], [9, 9, 9, 9], [9, 10, 8, 9]], 2, &mut out);
        assert_eq!(out, [1, 2, 3, 255, 1, 255, 0, 1, 9, 9, 9, 9, 0, 1, 255, 0]);
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(bits in prop::collection::vec(any::<u32>(), 16 * 3)) {
            let tile: Vec<f32> = bits.iter().map(|&bits| f32::from_bits(bits)).collect();
            let mut out = vec![7];
            predict(&tile, 16, &mut out);
            prop_assert_eq!(restore(&out[1..], 16), bits);
        }
    }
}
