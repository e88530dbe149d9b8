//! Water, as a landmask says it.

use ndarray::Axis;
use tessera_core::Scales;

use crate::LandmaskProblem;
use crate::landmask_pixels::each_row;
use crate::tiff_file::TiffFile;

/// Marks in scales what a landmask says: NaN where it says water, +∞ where it says land and the scale is NaN. What lies
/// beyond its edge stays.
pub(crate) fn mark(mut scales: Scales, landmask: &mut TiffFile) -> Result<Scales, LandmaskProblem> {
    match &mut scales {
        Scales::Pixel(scales) => each_row(landmask, |row, col, land| {
            if row < scales.nrows() {
                let pixels = scales.row_mut(row).into_iter().skip(col);
                pixels.zip(land).for_each(|(scale, land)| *scale = marked(*scale, *land));
            }
        })?,
        Scales::Channel(scales) => each_row(landmask, |row, col, land| {
            if row < scales.len_of(Axis(0)) {
                let mut row = scales.index_axis_mut(Axis(0), row);
                for (mut pixel, land) in row.outer_iter_mut().skip(col).zip(land) {
                    pixel.mapv_inplace(|scale| marked(scale, *land));
                }
            }
        })?,
    }
    Ok(scales)
}

fn marked(scale: f32, land: bool) -> f32 {
    match (land, scale.is_nan()) {
        (false, _) => f32::NAN,
        (true, true) => f32::INFINITY,
        (true, false) => scale,
    }
}
