//! Windows that are read.

use tessera_core::Window;

use crate::{COLS, ROWS};

/// So many square windows at random places of the tile: the same ones each time.
#[must_use]
pub fn windows(edge: usize, count: usize) -> Vec<Window> {
    let mut state = 7;
    let mut below = |end: usize| (next(&mut state) % end as u64) as usize;
    (0..count).map(|_| Window::new(below(ROWS - edge + 1), below(COLS - edge + 1), edge, edge)).collect()
}

/// SplitMix64 (Steele, Lea and Flood 2014, <https://doi.org/10.1145/2660193.2660195>).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lie_in_the_tile_and_are_spread_over_it() {
        for edge in [1, 64, 512, COLS] {
            let all = windows(edge, 400);
            assert!(all.iter().all(|window| window.within(ROWS, COLS).is_ok()), "{edge}");
            let (low, high) = ((ROWS - edge) / 4, (ROWS - edge) / 4 * 3);
            assert!(all.iter().any(|w| w.row < low) && all.iter().any(|w| w.row > high), "{edge}");
            assert_eq!(all, windows(edge, 400));
        }
    }

    #[test]
    fn numbers_are_those_of_the_reference() {
        // The first outputs of splitmix64.c of Sebastiano Vigna for the seed 1234567.
        let mut state = 1_234_567;
        let first = [next(&mut state), next(&mut state)];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
