//! From pixels to planes.

use crate::transpose::transpose_bytes;

/// The edge of the squares that are turned at once.
const EDGE: usize = 8;

/// Turns pixels of `channels` values each into planes of `pixels` values each: `to[k · pixels + p] = from[p · channels + k]`.
/// Both have pixels × channels bytes.
pub(crate) fn to_planes(from: &[u8], to: &mut [u8], pixels: usize, channels: usize) {
    let (whole_pixels, whole_channels) = (pixels / EDGE * EDGE, channels / EDGE * EDGE);
    for channel in (0..whole_channels).step_by(EDGE) {
        for pixel in (0..whole_pixels).step_by(EDGE) {
            let mut square = [0_u64; EDGE];
            for (p, row) in square.iter_mut().enumerate() {
                *row = u64::from_le_bytes(eight(&from[(pixel + p) * channels + channel..]));
            }
            transpose_bytes(&mut square);
            for (k, row) in square.iter().enumerate() {
                to[(channel + k) * pixels + pixel..][..EDGE].copy_from_slice(&row.to_le_bytes());
            }
        }
    }
    // What no whole square holds: the last pixels of all channels, and the last channels of the pixels before.
    let turn = |p: usize, k: usize, to: &mut [u8]| to[k * pixels + p] = from[p * channels + k];
    (whole_pixels..pixels).for_each(|p| (0..channels).for_each(|k| turn(p, k, to)));
    (0..whole_pixels).for_each(|p| (whole_channels..channels).for_each(|k| turn(p, k, to)));
}

fn eight(bytes: &[u8]) -> [u8; EDGE] {
    let mut out = [0; EDGE];
    out.copy_from_slice(&bytes[..EDGE]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_where_it_belongs(pixels in 0..70_usize, channels in 1..70_usize) {
            let from: Vec<u8> = (0..pixels * channels).map(|i| (i * 31 % 251) as u8).collect();
            let mut to = vec![0; from.len()];
            to_planes(&from, &mut to, pixels, channels);
            for p in 0..pixels {
                for k in 0..channels {
                    prop_assert_eq!(to[k * pixels + p], from[p * channels + k]);
                }
            }
        }
    }
}
