//! How pictures get their colours.

use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use tessera_core::{DatasetVersion, QuantizedView, ScaleLimit, Year};
use tessera_pca::{Basis, FitError, Histogram, Moments, PictureBasis, Provenance, Rgba, StretchMethod};

use crate::clock::rfc_3339;
use crate::colouring::{self, ColourArgs};

/// Red, green and blue: what is shown where nobody says which components are.
const SHOWN: usize = 3;

/// How the pixels that are shown become components and colours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Recipe<'a> {
    /// Where nothing is said: the first three components, from the 2nd to the 98th percentile.
    pub(crate) colours: Option<&'a ColourArgs>,
    /// Whether each channel is divided by its standard deviation first.
    pub(crate) standardize: bool,
}

impl Recipe<'_> {
    /// The basis of some pixels: the components that are shown, and those before them.
    pub(crate) fn fit(&self, moments: &Moments) -> Result<Basis> {
        let usual = SHOWN.min(moments.channels());
        let components = self.colours.filter(|_| !self.is_usual(usual)).map_or(usual, ColourArgs::depth);
        colouring::fit(moments, components, self.standardize)
    }

    /// The basis with the stretch that the histogram of its components gives.
    pub(crate) fn picture_basis(
        &self,
        dataset: &DatasetVersion,
        limit: ScaleLimit,
        basis: Basis,
        histogram: &Histogram,
    ) -> Result<PictureBasis> {
        match self.colours {
            Some(colours) if basis.len() >= SHOWN => colours.picture_basis(dataset, limit, basis, histogram),
            colours => {
                let stretch =
                    histogram.stretch(colours.map_or(StretchMethod::default(), ColourArgs::method))?;
                let stretch = colours.map_or(Ok(stretch.clone()), |colours| colours.finish(stretch))?;
                Ok(PictureBasis::new(dataset.clone(), limit, basis, stretch)?)
            }
        }
    }

    /// Whether the first components are shown, of which fewer channels have fewer.
    fn is_usual(&self, usual: usize) -> bool {
        usual < SHOWN && self.colours.is_none_or(|colours| colours.components.0 == [0, 1, 2])
    }

    /// What is told of a basis that was made of so many pixels of a source.
    pub(crate) fn provenance(
        &self,
        created: SystemTime,
        source: String,
        year: Option<Year>,
        pixels: u64,
    ) -> Provenance {
        let mut made_of = made_by(created);
        (made_of.sources, made_of.pixels) = (vec![source], Some(pixels));
        made_of.years = year.into_iter().map(Year::number).collect();
        made_of.weights = Some("pixel".to_owned());
        made_of.stretch = Some(self.colours.map_or("percentiles 2 to 98".to_owned(), ColourArgs::words));
        made_of
    }
}

/// What is told of anything that this program makes.
pub(crate) fn made_by(created: SystemTime) -> Provenance {
    let mut made_of = Provenance::default();
    made_of.software = Some(concat!("tessera ", env!("CARGO_PKG_VERSION")).to_owned());
    made_of.created = Some(rfc_3339(created));
    made_of
}

/// A picture with what it was made with.
pub(crate) struct Picture {
    pub(crate) basis: PictureBasis,
    pub(crate) pixels: Rgba,
    /// How many pixels are valid.
    pub(crate) valid: u64,
}

/// The picture of pixels in memory, in the usual colours; `None` where they are too few, or all the same.
pub(crate) fn picture(pixels: QuantizedView<'_>, dataset: &DatasetVersion) -> Result<Option<Picture>> {
    let (limit, recipe) = (ScaleLimit::default(), Recipe::default());
    let moments = Moments::of_view(&pixels, limit)?;
    let Some(basis) = basis_of(&recipe, &moments)? else { return Ok(None) };
    let mut histogram = Histogram::new(&basis);
    histogram.add_view(&basis, &pixels, limit)?;
    let basis = recipe.picture_basis(dataset, limit, basis, &histogram)?;
    let pixels = basis.colour(&pixels, None)?;
    Ok(Some(Picture { basis, pixels, valid: moments.count() }))
}

/// Whether pixels have components: are enough, and not all the same.
pub(crate) fn has_components(pixels: QuantizedView<'_>) -> Result<bool> {
    let moments = Moments::of_view(&pixels, ScaleLimit::default())?;
    Ok(basis_of(&Recipe::default(), &moments)?.is_some())
}

fn basis_of(recipe: &Recipe<'_>, moments: &Moments) -> Result<Option<Basis>> {
    if moments.count() == 0 {
        return Ok(None);
    }
    match recipe.fit(moments) {
        Ok(basis) => Ok(Some(basis)),
        Err(error) => match error.downcast_ref() {
            Some(FitError::TooFewPixels { .. } | FitError::NoVariance) => Ok(None),
            _ => Err(error),
        },
    }
}

/// Refuses pixels whose vectors a basis says nothing of. The basis is called as it is, the pixels by their source.
pub(crate) fn check_fits(
    basis: &PictureBasis,
    called: &str,
    (source, version, channels): (&str, &DatasetVersion, usize),
) -> Result<()> {
    if !version.mixes_with(basis.dataset()) {
        bail!(
            "{source} is of dataset {version}, and the basis {called} of {}: expected the same, known one; --dataset says it \
             where a path does not",
            basis.dataset()
        );
    }
    let expected = basis.basis().channels();
    if channels != expected {
        bail!("{source} has {channels} channels: expected {expected}, as the basis {called} has");
    }
    Ok(())
}

/// Reads the basis of a picture.
pub(crate) fn read_basis(path: &Path) -> Result<PictureBasis> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    PictureBasis::read_json(file).with_context(|| path.display().to_string())
}
