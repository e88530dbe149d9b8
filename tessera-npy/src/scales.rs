//! The scales of a tile, borrowed from the map where they can be.

use half::f16;
use ndarray::{ArrayD, ArrayView2, ArrayView3, IxDyn, ShapeBuilder};
use tessera_core::{Scales, ScalesView};

use crate::npy_file::NpyFile;
use crate::{Element, NpyFileError, NpyFileProblem};

/// The scales of a tile.
#[derive(Debug)]
pub(crate) enum TileScales {
    /// float32 as this machine has it, in C order and aligned: used where they lie.
    Mapped,
    /// Anything else, converted; or changed after it was read.
    Owned(Scales),
}

/// A dtype that converts to float32 without surprise.
#[derive(Debug, Clone, Copy)]
enum Float {
    F16,
    F32,
    F64,
}

impl TileScales {
    /// Scales from a file whose length is checked.
    pub(crate) fn of(file: &NpyFile) -> Result<Self, NpyFileError> {
        if file.header().dtype() == f32::DTYPE
            && !file.header().fortran_order()
            && bytemuck::try_cast_slice::<u8, f32>(file.data()).is_ok()
        {
            return Ok(Self::Mapped);
        }
        convert(file).map(Self::Owned)
    }

    /// Whether they do not lie in the map.
    pub(crate) fn owned(&self) -> bool {
        matches!(self, Self::Owned(_))
    }

    /// The scales, copied where they lie in the map of the file that they are of.
    pub(crate) fn into_owned(self, file: &NpyFile) -> Result<Scales, NpyFileError> {
        match self {
            Self::Owned(scales) => Ok(scales),
            Self::Mapped => convert(file),
        }
    }

    /// The scales, from the file that they are of; `None` where it is another file.
    pub(crate) fn view<'a>(&'a self, file: &'a NpyFile) -> Option<ScalesView<'a>> {
        match self {
            Self::Owned(scales) => Some(scales.view()),
            Self::Mapped => {
                let values = bytemuck::try_cast_slice(file.data()).ok()?;
                match *file.header().shape() {
                    [r, c] => ArrayView2::from_shape((r, c), values).ok().map(ScalesView::Pixel),
                    [r, c, k] => ArrayView3::from_shape((r, c, k), values).ok().map(ScalesView::Channel),
                    _ => None,
                }
            }
        }
    }
}

/// The dtype of the scales, and whether its bytes are in the order of big-endian machines.
fn float(file: &NpyFile) -> Result<(Float, bool), NpyFileError> {
    let (order, kind) = file.header().dtype().split_at_checked(1).unwrap_or_default();
    let kind = match kind {
        "f2" => Some(Float::F16),
        "f4" => Some(Float::F32),
        "f8" => Some(Float::F64),
        _ => None,
    };
    match (order, kind) {
        ("<", Some(kind)) => Ok((kind, false)),
        (">", Some(kind)) => Ok((kind, true)),
        _ => Err(file.error(NpyFileProblem::Dtype {
            got: file.header().dtype().to_owned(),
            expected: "<f4 (float32; other floats are converted)",
        })),
    }
}

/// Checks that the scales are floats, of which the length in bytes is then known.
pub(crate) fn check_dtype(file: &NpyFile) -> Result<(), NpyFileError> {
    float(file).map(|_| ())
}

fn convert(file: &NpyFile) -> Result<Scales, NpyFileError> {
    let (kind, big) = float(file)?;
    let values = widen(file.data(), kind, big);
    let header = file.header();
    let shape = IxDyn(header.shape()).set_f(header.fortran_order());
    let values = ArrayD::from_shape_vec(shape, values).map(|values| {
        if values.is_standard_layout() { values } else { values.as_standard_layout().into_owned() }
    });
    let scales = values.and_then(|values| match values.ndim() {
        2 => values.into_dimensionality().map(Scales::Pixel),
        _ => values.into_dimensionality().map(Scales::Channel),
    });
    scales.map_err(|_| file.error(NpyFileProblem::Rank { got: header.shape().to_vec(), expected: RANKS }))
}

/// The ranks that scales may have.
pub(crate) const RANKS: &str = "2 (rows, cols) or 3 (rows, cols, channels)";

/// A float64 beyond float32 becomes an infinity, which says no data as the number would have.
fn widen(bytes: &[u8], kind: Float, big: bool) -> Vec<f32> {
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
    match kind {
        Float::F16 => each(bytes, big, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Float::F32 => each(bytes, big, f32::from_le_bytes),
        Float::F64 => each(bytes, big, |bytes| f64::from_le_bytes(bytes) as f32),
    }
}
