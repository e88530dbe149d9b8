//! A basis in a file.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tessera_core::DatasetVersion;
use tessera_pca::PictureBasis;

use crate::convert::Files;
use crate::picture::{check_fits, read_basis};

/// A basis that a file holds.
pub(crate) struct Kept {
    pub(crate) basis: PictureBasis,
    path: PathBuf,
}

impl Kept {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(Self { basis: read_basis(path)?, path: path.to_owned() })
    }

    /// Refuses pixels whose vectors the basis says nothing of: of another dataset, or of other channels.
    pub(crate) fn check(&self, name: &str, dataset: &DatasetVersion, channels: usize) -> Result<()> {
        check_fits(&self.basis, &self.path.display().to_string(), (name, dataset, channels))
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
    files.add(path, |file| Ok(basis.write_json(file)?))?;
    files.put()
}
