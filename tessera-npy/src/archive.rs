//! A folder of NPY tiles.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tessera_core::{Archive, DatasetVersion, Region, SourceError, Stamp, Tile, TileId, Year};

use crate::forms::Dataset;
use crate::place::{Place, full_path};
use crate::{ArchiveError, NpyArchiveOptions, NpyTile, Strangers, TileError, listing, stamp};

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
    folder: PathBuf,
    version: DatasetVersion,
    // The tiles of a folder that says no year are under none.
    years: BTreeMap<Option<Year>, YearFolder>,
    strangers: Strangers,
    options: NpyArchiveOptions,
}

#[derive(Debug)]
struct YearFolder {
    folder: PathBuf,
    tiles: Vec<TileId>,
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

    /// To open one dataset or one year, or to say what the folders do not.
    #[must_use]
    pub fn options() -> NpyArchiveOptions {
        NpyArchiveOptions::default()
    }

    pub(crate) fn open_with(root: &Path, options: &NpyArchiveOptions) -> Result<Self, ArchiveError> {
        let Dataset { folder, version, years, direct, mut strangers } = Dataset::find(root, options)?;
        let mut folders: BTreeMap<_, _> =
            years.into_iter().map(|(year, folder)| (Some(year), folder)).collect();
        if let Some(said) = direct {
            // Beside years that are said, tiles of no year stay such.
            let given = options.year.filter(|_| folders.is_empty());
            folders.insert(said.or(given), folder.clone());
        }
        if let Some(asked) = options.year {
            let found = folders.keys().flatten().copied().collect();
            folders.retain(|year, _| *year == Some(asked));
            if folders.is_empty() {
                return Err(ArchiveError::Year { root: root.to_owned(), asked, found });
            }
        }
        let mut years = BTreeMap::new();
        for (year, path) in folders {
            let (tiles, others) = listing::tiles(&path)
                .map_err(|cause| ArchiveError::Folder { folder: path.clone(), cause })?;
            // The folder of the dataset itself was counted when it was found.
            if path != folder {
                strangers.merge(others);
            }
            years.insert(year, YearFolder { folder: path, tiles });
        }
        Ok(Self { folder, version, years, strangers, options: options.clone() })
    }

    /// The tiles of a year in the order of [`TileId`], borrowed; of no year: those in a folder that says none.
    #[must_use]
    pub fn list(&self, year: Option<Year>) -> &[TileId] {
        self.years.get(&year).map_or(&[], |year| &year.tiles)
    }

    /// The folder of a tile; `None` where the archive does not have it.
    #[must_use]
    pub fn folder_of(&self, id: TileId, year: Option<Year>) -> Option<PathBuf> {
        let year = self.years.get(&year)?;
        year.tiles.binary_search(&id).ok()?;
        Some(year.folder.join(id.to_string()))
    }

    /// Opens a tile; `None` where the archive does not have it.
    ///
    /// # Errors
    /// As [`NpyTile::open`].
    pub fn open_tile(&self, id: TileId, year: Option<Year>) -> Result<Option<NpyTile>, TileError> {
        let Some(folder) = self.folder_of(id, year) else { return Ok(None) };
        let mut options = NpyTile::options();
        options.year = year;
        options.version = (self.version != DatasetVersion::Unknown).then(|| self.version.clone());
        if self.options.without_landmasks {
            options = options.without_landmask();
        }
        options.any_shape = self.options.any_shape;
        options.open(folder).map(Some)
    }

    /// The dataset that its tiles belong to.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.version
    }

    /// What lies in its folders and is no part of it.
    #[must_use]
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }
}

impl Archive for NpyArchive {
    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    /// The years that its folders say, or that was given for them.
    fn years(&self) -> Vec<Year> {
        self.years.keys().flatten().copied().collect()
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
        self.version.clone()
    }

    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        let Some(folder) = self.folder_of(id, Some(year)) else { return Ok(None) };
        let landmask = if self.options.without_landmasks {
            None
        } else {
            Place::of_tile_folder(&full_path(&folder)).find_landmask(&folder, id, &self.version)
        };
        stamp::of_files(id, &folder, landmask.as_deref())
            .map(Some)
            .map_err(|cause| SourceError::new(format!("{id} of {year}"), cause))
    }
}
