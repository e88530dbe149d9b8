//! Numbers that look random and follow from a seed and a place.

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): a hash in which every input bit reaches every output bit.
/// A hash, not a generator with state, because a pixel's noise must not depend on which tile asks for it.
pub(super) fn hash(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of numbers from a seed.
pub(super) struct Stream(u64);

impl Stream {
    pub(super) fn new(seed: u64) -> Self {
        Self(hash(seed))
    }

    /// 0 ≤ x < 1.
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(1);
        (hash(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mean 0, variance 1: twelve uniforms, which is close enough to normal for a landscape.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
