//! The dtypes that scales may have.

use half::f16;

use crate::npy_head::NpyHead;
use crate::{NpyFileError, NpyFileProblem};

/// A dtype that converts to float32 without surprise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Float {
    kind: Kind,
    /// Whether its bytes are in the order of big-endian machines.
    big: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    F16,
    F32,
    F64,
}

impl Float {
    /// The dtype of scales.
    pub(crate) fn of(file: &NpyHead) -> Result<Self, NpyFileError> {
        let (order, kind) = file.header().dtype().split_at_checked(1).unwrap_or_default();
        let kind = match kind {
            "f2" => Some(Kind::F16),
            "f4" => Some(Kind::F32),
            "f8" => Some(Kind::F64),
            _ => None,
        };
        match (order, kind) {
            ("<", Some(kind)) => Ok(Self { kind, big: false }),
            (">", Some(kind)) => Ok(Self { kind, big: true }),
            _ => Err(file.error(NpyFileProblem::Dtype {
                got: file.header().dtype().to_owned(),
                expected: "<f4 (float32; other floats are converted)",
            })),
        }
    }

    /// Bytes of a number.
    pub(crate) fn size(self) -> usize {
        match self.kind {
            Kind::F16 => 2,
            Kind::F32 => 4,
            Kind::F64 => 8,
        }
    }

    /// A float64 beyond float32 becomes an infinity, which says no data as the number would have.
    pub(crate) fn widen(self, bytes: &[u8]) -> Vec<f32> {
        fn each<const N: usize>(bytes: &[u8], big: bool, value: impl Fn([u8; N]) -> f32) -> Vec<f32> {
            let chunks = bytes.as_chunks::<N>().0.iter();
            chunks
                .map(|&(mut chunk)| {
                    if big {
                        chunk.reverse();
                    }
                    value(chunk)
                })
                .collect()
        }
        match self.kind {
            Kind::F16 => each(bytes, self.big, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Kind::F32 => each(bytes, self.big, f32::from_le_bytes),
            Kind::F64 => each(bytes, self.big, |bytes| f64::from_le_bytes(bytes) as f32),
        }
    }
}
