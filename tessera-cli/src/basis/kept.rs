//! A basis in a file.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tessera_core::DatasetVersion;
use tessera_pca::PictureBasis;

use crate::convert::Files;

/// A basis that a file holds.
pub(crate) struct Kept {
    pub(crate) basis: PictureBasis,
    path: PathBuf,
}

impl Kept {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let basis = PictureBasis::read_json(file).with_context(|| path.display().to_string())?;
        Ok(Self { basis, path: path.to_owned() })
    }

    /// Refuses pixels whose vectors the basis says nothing of.
    pub(crate) fn check_dataset(&self, dataset: &DatasetVersion, name: &str) -> Result<()> {
        let own = self.basis.dataset();
        if dataset.mixes_with(own) {
            return Ok(());
        }
        bail!(
            "{name} is of dataset {dataset}, and the basis {} of {own}: expected the same, known one; --dataset says it \
             where a path does not",
            self.path.display()
        );
    }

    /// Refuses pixels of other channels.
    pub(crate) fn check_channels(&self, got: usize, name: &str) -> Result<()> {
        let expected = self.basis.basis().channels();
        if got == expected {
            return Ok(());
        }
        bail!("{name} has {got} channels: expected {expected}, as the basis {} has", self.path.display());
    }

    /// Refuses a basis that does not say what is red, green and blue.
    pub(crate) fn check_colours(&self) -> Result<()> {
        let got = self.basis.shown().len();
        if got == 3 {
            return Ok(());
        }
        bail!(
            "the basis {} shows {got} components: expected three, for red, green and blue",
            self.path.display()
        );
    }
}

/// Refuses a name whose place is taken, before any work is done.
pub(super) fn check_free(path: &Path, overwrite: bool) -> Result<()> {
    Files::new(overwrite).claim(path)
}

/// Writes a basis, whole or not at all.
pub(super) fn write(path: &Path, basis: &PictureBasis, overwrite: bool) -> Result<()> {
    let mut files = Files::new(overwrite);
    files.claim(path)?;
    files.add(path, |file| Ok(basis.write_json(file)?))?;
    files.put()
}
