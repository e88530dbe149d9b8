//! Squares of 8 × 8 bytes, turned about their diagonal.

/// Byte `i` of number `j` becomes byte `j` of number `i`, bytes counted from the lowest.
///
/// Three rounds, each swapping the off-diagonal quarters of ever smaller squares: plain arithmetic on 64-bit numbers, which
/// every processor has.
#[inline]
pub(crate) fn transpose_bytes(square: &mut [u64; 8]) {
    swap::<4, 32>(square, 0x0000_0000_ffff_ffff);
    swap::<2, 16>(square, 0x0000_ffff_0000_ffff);
    swap::<1, 8>(square, 0x00ff_00ff_00ff_00ff);
}

/// Bit `i` of byte `b` of number `j` becomes bit `j` of byte `b` of number `i`: eight squares of 8 × 8 bits at once.
#[inline]
pub(crate) fn transpose_bits(square: &mut [u64; 8]) {
    swap::<4, 4>(square, 0x0f0f_0f0f_0f0f_0f0f);
    swap::<2, 2>(square, 0x3333_3333_3333_3333);
    swap::<1, 1>(square, 0x5555_5555_5555_5555);
}

/// Swaps the high parts of each number with the low parts of the one `STEP` further on; `low` masks the low parts, which
/// are `SHIFT` bits wide.
#[inline]
fn swap<const STEP: usize, const SHIFT: u32>(square: &mut [u64; 8], low: u64) {
    for at in 0..8 {
        if at & STEP == 0 {
            let (a, b) = (square[at], square[at + STEP]);
            let difference = ((a >> SHIFT) ^ b) & low;
            square[at] = a ^ (difference << SHIFT);
            square[at + STEP] = b ^ difference;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_become_columns(square: [[u8; 8]; 8]) {
            let mut bytes = square.map(u64::from_le_bytes);
            transpose_bytes(&mut bytes);
            let bytes = bytes.map(u64::to_le_bytes);
            let mut bits = square.map(u64::from_le_bytes);
            transpose_bits(&mut bits);
            let bits = bits.map(u64::to_le_bytes);
            for (i, j) in (0..8).flat_map(|i| (0..8).map(move |j| (i, j))) {
                prop_assert_eq!(bytes[i][j], square[j][i]);
                for b in 0..8 {
                    prop_assert_eq!(bits[i][b] >> j & 1, square[j][b] >> i & 1);
                }
            }
        }
    }
}
