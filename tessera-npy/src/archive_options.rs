//! How to open an archive.

use std::path::Path;

use tessera_core::{DatasetVersion, Year};

use crate::{ArchiveError, NpyArchive};

/// How to open an archive: which of its datasets and years, and what its folders do not say.
#[derive(Debug, Clone, Default)]
pub struct NpyArchiveOptions {
    pub(crate) version: Option<DatasetVersion>,
    pub(crate) year: Option<Year>,
    pub(crate) without_landmasks: bool,
    pub(crate) any_shape: bool,
}

impl NpyArchiveOptions {
    /// The dataset, where the root holds several; or the version of the tiles, where no folder says one.
    #[must_use]
    pub fn version(mut self, version: DatasetVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// That year alone, so that the others need not be listed; or the year of the tiles, where no folder says one.
    #[must_use]
    pub fn year(mut self, year: Year) -> Self {
        self.year = Some(year);
        self
    }

    /// No landmasks: grids are computed from names.
    #[must_use]
    pub fn without_landmasks(mut self) -> Self {
        self.without_landmasks = true;
        self
    }

    /// Accepts tiles of any shape, as [`NpyTileOptions::any_shape`](crate::NpyTileOptions::any_shape) does.
    #[must_use]
    pub fn any_shape(mut self) -> Self {
        self.any_shape = true;
        self
    }

    /// Opens the archive in a folder.
    ///
    /// # Errors
    /// As [`NpyArchive::open`].
    pub fn open(&self, root: impl AsRef<Path>) -> Result<NpyArchive, ArchiveError> {
        NpyArchive::open_with(root.as_ref(), self)
    }
}
