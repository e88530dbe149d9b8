//! Which vector instructions the kernels use.

use pulp::{Arch, WithSimd};

/// Which vector instructions the kernels use. The components agree to 1e-6 either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Simd {
    /// The best that the processor has, asked at run time: AVX2 with FMA on x86-64, NEON on AArch64. Processors with a
    /// fused multiply–add give the same bits, however wide their vectors are.
    #[default]
    Detect,
    /// Only what the crate was compiled for, with products and sums rounded one by one. For comparing, and for
    /// reproducing the result of an old processor; about four times slower where there is AVX2.
    Off,
}

impl Simd {
    /// Runs an operation with these instructions.
    #[inline]
    pub(crate) fn run<Op: WithSimd>(self, op: Op) -> Op::Output {
        match self {
            Self::Detect => Arch::new().dispatch(op),
            Self::Off => Arch::Scalar.dispatch(op),
        }
    }
}
