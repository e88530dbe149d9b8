//! A folder of NPY tiles.

use std::error::Error;
use std::path::{Path, PathBuf};

use tessera_core::{Archive, DatasetVersion, Region, SourceError, Stamp, Tile, TileId, Year};

use crate::contents::Contents;
use crate::look::Local;
use crate::place::{Place, full_path};
use crate::year_folder::YearFolder;
use crate::{ArchiveError, ListedFile, NpyArchiveOptions, NpyTile, Strangers, TileError, stamp};

/// A folder of NPY tiles, listed by name: opening it reads each year folder once and looks at no tile, so that an
/// archive of millions opens in seconds and holds four bytes a tile.
///
/// The root may have any of the forms in use: `<year>/grid_<lon>_<lat>/`, `npy/<dataset>/<year>/…` as published,
/// `global_0.1_degree_representation/<year>/…` as in local mirrors, one dataset or one year of them, or a folder that
/// holds tiles directly. What does not belong there is passed over and counted ([`strangers`](Self::strangers)).
///
/// ```
/// use tessera_core::{Archive, Region};
/// use tessera_npy::NpyArchive;
///
/// # let dir = tempfile::tempdir()?;
/// # let root = dir.path();
/// # for name in ["2023/grid_0.15_52.05", "2024/grid_0.15_52.05", "2024/grid_0.25_52.05", "2024/notes"] {
/// #     std::fs::create_dir_all(root.join(name))?;
/// # }
/// let archive = NpyArchive::open(root)?;
/// let years: Vec<_> = archive.years().iter().map(|year| year.number()).collect();
/// assert_eq!(years, [2023, 2024]);
/// let near: Region = "0.2,52,0.3,52.1".parse()?;
/// let found: Vec<_> = archive.tiles_in("2024".parse()?, &near).iter().map(|id| id.to_string()).collect();
/// assert_eq!(found, ["grid_0.25_52.05"]);
/// assert_eq!(archive.strangers().folders, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyArchive {
    contents: Contents,
    options: NpyArchiveOptions,
}

impl NpyArchive {
    /// Opens the archive in a folder and lists it.
    ///
    /// # Errors
    /// Where the folder cannot be listed, holds no tiles, or holds several archives, of which one must be chosen by
    /// [`NpyArchiveOptions::version`] or by a deeper path.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, ArchiveError> {
        Self::options().open(root)
    }

    /// To open one dataset or one year, one that a text lists, or to say what the folders do not.
    #[must_use]
    pub fn options() -> NpyArchiveOptions {
        NpyArchiveOptions::default()
    }

    pub(crate) fn with(contents: Contents, options: &NpyArchiveOptions) -> Self {
        Self { contents, options: options.clone() }
    }

    /// The tiles of a year in the order of [`TileId`], borrowed; of no year: those in a folder that says none.
    #[must_use]
    pub fn list(&self, year: Option<Year>) -> &[TileId] {
        self.contents.years.get(&year).map_or(&[], YearFolder::tiles)
    }

    /// The folder of a tile; `None` where the archive does not have it.
    #[must_use]
    pub fn folder_of(&self, id: TileId, year: Option<Year>) -> Option<PathBuf> {
        let year = self.contents.years.get(&year)?;
        year.tiles().binary_search(&id).ok()?;
        Some(year.folder.join(id.to_string()))
    }

    /// What the listing says of the embeddings and the scales of a tile; nothing where folders were read instead.
    #[must_use]
    pub fn listed_files(&self, id: TileId, year: Option<Year>) -> [ListedFile; 2] {
        self.contents.years.get(&year).map_or_else(Default::default, |folder| folder.files.of(id))
    }

    /// Opens a tile; `None` where the archive does not have it.
    ///
    /// # Errors
    /// As [`NpyTile::open`].
    pub fn open_tile(&self, id: TileId, year: Option<Year>) -> Result<Option<NpyTile>, TileError> {
        let Some(folder) = self.folder_of(id, year) else { return Ok(None) };
        self.options.of_tile(year, self.version()).open(folder).map(Some)
    }

    /// The dataset that its tiles belong to.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.contents.version
    }

    /// What lies in its folders, or stands in its listing, and is no part of it.
    #[must_use]
    pub fn strangers(&self) -> &Strangers {
        &self.contents.strangers
    }
}

impl Archive for NpyArchive {
    fn name(&self) -> String {
        self.contents.folder.display().to_string()
    }

    /// The years that its folders or lines say, or that was given for them.
    fn years(&self) -> Vec<Year> {
        self.contents.years.keys().flatten().copied().collect()
    }

    fn tiles(&self, year: Year) -> Vec<TileId> {
        self.list(Some(year)).to_vec()
    }

    fn tiles_in(&self, year: Year, region: &Region) -> Vec<TileId> {
        region.among(self.list(Some(year)))
    }

    fn open(&self, id: TileId, year: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        match self.open_tile(id, Some(year)) {
            Ok(tile) => Ok(tile.map(|tile| Box::new(tile) as Box<dyn Tile>)),
            Err(cause) => Err(SourceError::new(format!("{id} of {year}"), cause)),
        }
    }

    fn version(&self) -> DatasetVersion {
        self.contents.version.clone()
    }

    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        let Some(folder) = self.folder_of(id, Some(year)) else { return Ok(None) };
        let place = Place::of_tile_folder(&full_path(&folder));
        let error = |cause: Box<dyn Error + Send + Sync>| SourceError::new(format!("{id} of {year}"), cause);
        let landmask = self.options.landmasks.find(&Local, &place, &folder, id, &self.contents.version);
        let landmask = landmask.map_err(|cause| error(cause.into()))?;
        stamp::of_files(id, &folder, landmask.as_deref(), self.options.water_from_landmasks)
            .map(Some)
            .map_err(|cause| error(cause.into()))
    }
}
