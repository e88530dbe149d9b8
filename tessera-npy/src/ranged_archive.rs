//! NPY tiles in a store of objects.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{PoisonError, RwLock};

use tessera_core::{Archive, DatasetVersion, Region, SourceError, Stamp, Tile, TileId, Year};

use crate::contents::Contents;
use crate::look::Look;
use crate::objects::Objects;
use crate::place::Place;
use crate::stamp;
use crate::year_folder::YearFolder;
use crate::{ListedFile, NpyArchiveOptions, RangedTile, Strangers, TileError};

/// NPY tiles in a store of objects: what [`NpyArchive`](crate::NpyArchive) is of a folder, with the same forms of root.
/// Opening it lists names, or reads a text that lists them, and asks for no tile.
///
/// ```
/// use std::sync::Arc;
/// use tessera_core::{Archive, ByteStore, Folder};
/// use tessera_npy::NpyArchive;
///
/// # let dir = tempfile::tempdir()?;
/// // Any store will do; here it is a folder.
/// let store = Folder::new(dir.path());
/// # for name in ["v1/2023/grid_0.15_52.05", "v1/2024/grid_0.15_52.05", "v1/2024/grid_0.25_52.05"] {
/// #     std::fs::create_dir_all(dir.path().join(name))?;
/// # }
/// store.put("tiles.txt", b"v1/2024/grid_0.15_52.05\nv1/2024/grid_0.25_52.05\n")?;
/// let store = Arc::new(store);
///
/// let archive = NpyArchive::options().open_in(store.clone())?;
/// let years: Vec<_> = archive.years().iter().map(|year| year.number()).collect();
/// assert_eq!((years, archive.tiles("2024".parse()?).len()), (vec![2023, 2024], 2));
///
/// // A server that cannot list is told what there is.
/// let archive = NpyArchive::options().listing("tiles.txt").open_in(store)?;
/// assert_eq!(archive.folder_of("grid_0.15_52.05".parse()?, Some("2024".parse()?)).unwrap(), "v1/2024/grid_0.15_52.05");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RangedArchive {
    objects: Objects,
    contents: Contents,
    options: NpyArchiveOptions,
    /// Of the years that were walked.
    stamps: RwLock<HashMap<Year, Stamps>>,
}

/// The stamps of the embeddings and the scales of each tile of a year.
type Stamps = HashMap<TileId, [Option<Stamp>; 2]>;

impl RangedArchive {
    pub(crate) fn with(objects: Objects, contents: Contents, options: &NpyArchiveOptions) -> Self {
        Self { objects, contents, options: options.clone(), stamps: RwLock::default() }
    }

    /// The tiles of a year in the order of [`TileId`], borrowed; of no year: those in a folder that says none.
    #[must_use]
    pub fn list(&self, year: Option<Year>) -> &[TileId] {
        self.contents.years.get(&year).map_or(&[], YearFolder::tiles)
    }

    /// The name of the folder of a tile in the store; `None` where the archive does not have it.
    #[must_use]
    pub fn folder_of(&self, id: TileId, year: Option<Year>) -> Option<String> {
        let year = self.contents.years.get(&year)?;
        year.tiles().binary_search(&id).ok()?;
        self.objects.name_of(&year.folder.join(id.to_string())).ok()
    }

    /// What the listing says of the embeddings and the scales of a tile; nothing where names were listed instead.
    #[must_use]
    pub fn listed_files(&self, id: TileId, year: Option<Year>) -> [ListedFile; 2] {
        self.contents.years.get(&year).map_or_else(Default::default, |folder| folder.files.of(id))
    }

    /// Opens a tile; `None` where the archive does not have it.
    ///
    /// # Errors
    /// As [`NpyTileOptions::open_in`](crate::NpyTileOptions::open_in).
    pub fn open_tile(&self, id: TileId, year: Option<Year>) -> Result<Option<RangedTile>, TileError> {
        let Some(folder) = self.folder_of(id, year) else { return Ok(None) };
        let options = self.options.of_tile(year, self.version());
        RangedTile::open(&self.objects, &self.objects.path(&folder), &options).map(Some)
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

    /// Learns the stamps of all files of a year by walking its folder, a thousand files a request, rather than by two
    /// requests a tile: [`Archive::stamp`] tells them from then on, as they were. They take some 200 bytes a tile. How many
    /// tiles it found.
    ///
    /// # Errors
    /// Where the store cannot be walked.
    pub fn walk_stamps(&self, year: Year) -> Result<usize, SourceError> {
        let Some(folder) = self.contents.years.get(&Some(year)) else { return Ok(0) };
        let bytes = &self.objects.bytes;
        let files = self.objects.name_of(&folder.folder).and_then(|name| bytes.walk(&name));
        let error = |cause| SourceError::new(folder.folder.display().to_string(), cause);
        let mut stamps = Stamps::new();
        for (name, stamp) in files.map_err(error)? {
            if let Some((id, file)) = file_of(&name) {
                stamps.entry(id).or_default()[file] = Some(stamp);
            }
        }
        let count = stamps.len();
        self.stamps.write().unwrap_or_else(PoisonError::into_inner).insert(year, stamps);
        Ok(count)
    }

    /// The stamps of the two files of a tile; nothing for one that is not there.
    fn stamps_of(&self, id: TileId, year: Year, folder: &str) -> io::Result<[Option<Stamp>; 2]> {
        let walked = || self.stamps.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(stamps) = walked().get(&year) {
            return Ok(stamps.get(&id).cloned().unwrap_or_default());
        }
        let stamp = |name: &str| self.objects.bytes.stamp(name.trim_start_matches('/'));
        Ok([stamp(&format!("{folder}/{id}.npy"))?, stamp(&format!("{folder}/{id}_scales.npy"))?])
    }

    /// The landmask that opening a tile takes, where its stamp is part of the tile's.
    fn landmask_stamp(
        &self,
        id: TileId,
        folder: &str,
    ) -> Result<Option<Stamp>, Box<dyn Error + Send + Sync>> {
        let folder = self.objects.full(&self.objects.path(folder));
        let place = Place::of_tile_folder(&folder);
        let options = self.options.of_tile(None, self.version());
        let found = RangedTile::landmask_of(&self.objects, &place, &folder, (id, self.version()), &options)?;
        Ok(found.map(|path| self.objects.stamp(&path)).transpose()?.flatten())
    }
}

impl Archive for RangedArchive {
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
            Err(cause) => {
                let passes = cause.io_error().is_some_and(SourceError::is_passing);
                Err(SourceError::new(format!("{id} of {year}"), cause).passing(passes))
            }
        }
    }

    fn version(&self) -> DatasetVersion {
        self.contents.version.clone()
    }

    /// Asks for both files, unless their year was walked ([`walk_stamps`](Self::walk_stamps)).
    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        let Some(folder) = self.folder_of(id, Some(year)) else { return Ok(None) };
        let stamp = || -> Result<Stamp, Box<dyn Error + Send + Sync>> {
            let mut files = self.stamps_of(id, year, &folder)?.to_vec();
            files.extend(self.landmask_stamp(id, &folder)?.map(Some));
            Ok(stamp::of_stamps(files, self.options.water_from_landmasks))
        };
        stamp().map(Some).map_err(|cause| SourceError::new(format!("{id} of {year}"), cause))
    }
}

/// The tile that an object is a file of, and which: the embeddings or the scales.
fn file_of(object: &str) -> Option<(TileId, usize)> {
    let (above, name) = object.rsplit_once('/')?;
    let stem = name.strip_suffix(".npy")?;
    let (stem, file) = stem.strip_suffix("_scales").map_or((stem, 0), |stem| (stem, 1));
    // A file in another tile's folder is not one of its own.
    let folder = above.rsplit('/').next()?;
    (folder == stem).then(|| Some((stem.parse().ok()?, file)))?
}
