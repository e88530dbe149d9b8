//! The scales of a tile, borrowed from the map where they can be.

use ndarray::{ArrayD, ArrayView2, ArrayView3, IxDyn, ShapeBuilder};
use tessera_core::{Scales, ScalesView};

use crate::float::Float;
use crate::npy_file::NpyFile;
use crate::npy_head::NpyHead;
use crate::{Element, NpyFileError, NpyFileProblem};

/// The scales of a tile.
#[derive(Debug)]
pub(crate) enum TileScales {
    /// float32 as this machine has it, in C order and aligned: used where they lie.
    Mapped,
    /// Anything else, converted; or changed after it was read.
    Owned(Scales),
}

impl TileScales {
    /// Scales from a file whose length is checked.
    pub(crate) fn of(file: &NpyFile) -> Result<Self, NpyFileError> {
        if native(file.head()) && bytemuck::try_cast_slice::<u8, f32>(file.data()).is_ok() {
            return Ok(Self::Mapped);
        }
        convert(file.head(), file.data()).map(Self::Owned)
    }

    /// Whether they do not lie in the map.
    pub(crate) fn owned(&self) -> bool {
        matches!(self, Self::Owned(_))
    }

    /// The scales, copied where they lie in the map of the file that they are of.
    pub(crate) fn into_owned(self, file: &NpyFile) -> Result<Scales, NpyFileError> {
        match self {
            Self::Owned(scales) => Ok(scales),
            Self::Mapped => convert(file.head(), file.data()),
        }
    }

    /// The scales, from the file that they are of; `None` where it is another file.
    pub(crate) fn view<'a>(&'a self, file: &'a NpyFile) -> Option<ScalesView<'a>> {
        match self {
            Self::Owned(scales) => Some(scales.view()),
            Self::Mapped => {
                let values = bytemuck::try_cast_slice(file.data()).ok()?;
                match *file.head().header().shape() {
                    [r, c] => ArrayView2::from_shape((r, c), values).ok().map(ScalesView::Pixel),
                    [r, c, k] => ArrayView3::from_shape((r, c, k), values).ok().map(ScalesView::Channel),
                    _ => None,
                }
            }
        }
    }
}

/// Whether scales are float32 as this machine has it, in C order.
pub(crate) fn native(file: &NpyHead) -> bool {
    file.header().dtype() == f32::DTYPE && !file.header().fortran_order()
}

/// Checks that the scales are floats, of which the length in bytes is then known.
pub(crate) fn check_dtype(file: &NpyHead) -> Result<(), NpyFileError> {
    Float::of(file).map(|_| ())
}

/// The scales of a whole file, whose data these are.
pub(crate) fn convert(file: &NpyHead, data: &[u8]) -> Result<Scales, NpyFileError> {
    let values = Float::of(file)?.widen(data);
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
