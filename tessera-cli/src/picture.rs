//! The picture of a tile.

use anyhow::{Context, Result};
use clap::ValueEnum;
use ndarray::ArrayView3;
use tessera_core::{QuantizedView, ScaleLimit};
use tessera_pca::{Basis, Moments, Pca, Rgba, Stretch, StretchMethod};

/// How components become brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StretchName {
    /// From the 2nd to the 98th percentile
    Percentile,
    /// From the least to the greatest value
    MinMax,
    /// Two standard deviations to either side of the mean
    Deviations,
    /// The same number of pixels at every brightness
    Equalize,
}

impl StretchName {
    fn method(self) -> StretchMethod {
        match self {
            Self::Percentile => StretchMethod::default(),
            Self::MinMax => StretchMethod::MinMax,
            Self::Deviations => StretchMethod::StandardDeviations(2.0),
            Self::Equalize => StretchMethod::Equalize,
        }
    }
}

/// A picture with the basis it was made by.
pub(crate) struct Picture {
    pub(crate) basis: Basis,
    pub(crate) pixels: Rgba,
}

/// The first three principal components of the valid pixels as red, green and blue; transparent where there is none.
pub(crate) fn picture(pixels: QuantizedView<'_>, stretch: StretchName, standardize: bool) -> Result<Picture> {
    let limit = ScaleLimit::default();
    let moments = Moments::of_view(&pixels, limit)?;
    let basis = basis_of(&moments, standardize)?;
    let projected = basis.transform(&pixels, limit)?;
    let view: ArrayView3<'_, f32> = projected.view();
    let pixels = Stretch::fit(view, stretch.method())?.apply(view)?;
    Ok(Picture { basis, pixels })
}

/// The basis of a picture: three components, where there are as many channels.
pub(crate) fn basis_of(moments: &Moments, standardize: bool) -> Result<Basis> {
    let params = Pca::params(3.min(moments.channels())).standardize(standardize);
    params.fit(moments).context("no picture can be made")
}

/// Explained variance ratios as percentages.
pub(crate) fn percentages(basis: &Basis) -> String {
    let each: Vec<_> =
        basis.explained_variance_ratio().iter().map(|r| format!("{:.1} %", r * 100.0)).collect();
    each.join(", ")
}
