//! The picture of a tile.

use anyhow::{Context, Result};
use clap::ValueEnum;
use tessera_core::{DatasetVersion, QuantizedView, ScaleLimit};
use tessera_pca::{Basis, Moments, Pca, PictureBasis, Rgba, Stretch, StretchMethod};

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

/// A picture with what it was made with.
pub(crate) struct Picture {
    pub(crate) basis: PictureBasis,
    pub(crate) pixels: Rgba,
}

/// The first three principal components of the valid pixels as red, green and blue; transparent where there is none.
pub(crate) fn picture(
    pixels: QuantizedView<'_>,
    dataset: &DatasetVersion,
    stretch: StretchName,
    standardize: bool,
) -> Result<Picture> {
    let limit = ScaleLimit::default();
    let moments = Moments::of_view(&pixels, limit)?;
    let basis = basis_of(&moments, standardize)?;
    let projected = basis.transform(&pixels, limit)?;
    let stretch = Stretch::fit(projected.view(), stretch.method())?;
    let pixels = stretch.apply(projected.view())?;
    Ok(Picture { basis: PictureBasis::new(dataset.clone(), limit, basis, stretch)?, pixels })
}

/// The picture of pixels in the colours of another one.
pub(crate) fn coloured_by(basis: PictureBasis, pixels: QuantizedView<'_>) -> Result<Picture> {
    let projected = basis.basis().transform(&pixels, basis.scale_limit())?;
    let pixels = basis.stretch().apply(projected.view())?;
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
