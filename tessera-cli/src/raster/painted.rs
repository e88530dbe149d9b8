//! Pictures of rasters, painted and then shown.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;
use tessera_core::{DatasetVersion, MemoryBudget, ScaleCounts};
use tessera_pca::PictureBasis;

use super::Raster;
use super::canvas::PictureFormat;
use super::picture::{FITTING_PASSES, Pictures};
use super::stage::Stage;
use super::written::Written;
use crate::picture::Recipe;
use crate::progress::Progress;
use crate::report::Report;

/// Where pictures go, and what they are of.
pub(crate) struct Painting<'a> {
    pub(crate) output: &'a Path,
    pub(crate) format: PictureFormat,
    pub(crate) overwrite: bool,
    pub(crate) memory: MemoryBudget,
    pub(crate) dataset: DatasetVersion,
    /// What GeoTIFFs say of themselves.
    pub(crate) metadata: Vec<(String, String)>,
}

/// What gives pictures their colours.
pub(crate) enum Colours<'a> {
    /// The pixels that are shown.
    Fitted(Recipe<'a>),
    /// What another picture was made with.
    Kept(Box<PictureBasis>),
}

/// Pictures that are ready to be shown. Dropped, they are gone.
pub(crate) struct Ready {
    stage: Stage,
    files: Vec<PathBuf>,
}

impl Ready {
    /// Lets the pictures appear, all or none.
    pub(crate) fn place(self) -> Result<()> {
        self.stage.place(&self.files)
    }
}

/// What was painted, and with what.
pub(crate) struct Painted {
    pub(super) written: Vec<Written>,
    folder: PathBuf,
    pub(crate) basis: PictureBasis,
    /// The valid pixels that the basis was fitted to; `None` where it was there.
    pub(crate) fitted_to: Option<u64>,
}

impl Painting<'_> {
    /// Makes a picture of each raster, all in the same colours.
    pub(crate) fn paint(
        &self,
        rasters: &[Raster<'_>],
        colours: Colours<'_>,
        report: &Report,
    ) -> Result<(Ready, Painted)> {
        let names = super::names(self.output, rasters);
        let stage = Stage::begin(self.output, self.overwrite)?;
        names.iter().try_for_each(|name| stage.claim(name))?;
        let rows: usize = rasters.iter().map(|raster| raster.cells.grid().rows()).sum();
        let passes = if matches!(colours, Colours::Fitted(_)) { FITTING_PASSES + 1 } else { 1 };
        let progress = Progress::new(report, rows * passes, "rows");
        let (memory, format) = (self.memory, self.format);
        let pictures =
            Pictures { rasters, names: &names, stage: &stage, memory, progress: &progress, format };
        let (basis, fitted_to, held) = match colours {
            Colours::Fitted(recipe) => {
                let fitted = pictures.fit(&self.dataset, &recipe)?;
                (fitted.basis, Some(fitted.pixels), fitted.held)
            }
            Colours::Kept(basis) => (*basis, None, None),
        };
        let written = pictures.paint(&basis, held, &self.metadata_with(&basis))?;
        progress.finish();
        let folder = self.output.parent().unwrap_or(Path::new("")).to_owned();
        Ok((Ready { stage, files: names }, Painted { written, folder, basis, fitted_to }))
    }

    fn metadata_with(&self, basis: &PictureBasis) -> Vec<(String, String)> {
        let shown: Vec<usize> = basis.shown().iter().map(|at| at + 1).collect();
        let own = [("components", crate::report::list(&shown)), ("basis", basis.basis().digest())];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        self.metadata.iter().cloned().chain(own).collect()
    }
}

impl Painted {
    /// The pixels of all pictures by their kind.
    pub(crate) fn counts(&self) -> ScaleCounts {
        let mut all = ScaleCounts::default();
        self.written.iter().for_each(|one| all += one.counts);
        all
    }

    /// In words, a line each.
    pub(crate) fn text(&self) -> String {
        let each: Vec<_> = self.written.iter().map(|one| one.picture_text(&self.folder)).collect();
        each.join("\n")
    }

    pub(crate) fn json(&self) -> Vec<Value> {
        self.written.iter().map(|one| one.json(&self.folder)).collect()
    }

    /// Rows and columns, where there is one picture.
    pub(crate) fn shape(&self) -> Option<(usize, usize)> {
        match &self.written[..] {
            [only] => Some(only.shape()),
            _ => None,
        }
    }
}
