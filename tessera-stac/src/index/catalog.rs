//! The indexes of a catalogue.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tessera_core::{ByteRanges, Year};

use crate::catalog_files::CatalogFiles;
use crate::index::kept::KeptSheets;
use crate::index::year::Opening;
use crate::{IndexError, YearIndex};

/// The indexes of the years of a catalogue, on disk or in a store of objects.
///
/// ```no_run
/// use tessera_core::Region;
/// use tessera_stac::{CatalogIndex, Site};
///
/// let (catalog, site) = (CatalogIndex::open("catalogue")?, Site::folder("catalogue")?);
/// let region = Region::new(100.0, 50.0, 105.0, 55.0)?;
/// for year in catalog.years() {
///     println!("{}: {} tiles", year.year(), year.coverage().count_in(&region));
///     for tile in year.tiles_after(None, &region).take(10) {
///         println!("{:?}", year.record(tile, &site)?);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CatalogIndex {
    files: CatalogFiles,
    years: Vec<YearIndex>,
    kept: Arc<KeptSheets>,
}

impl CatalogIndex {
    /// Opens the indexes of all years in the folder of a catalogue.
    ///
    /// # Errors
    /// A folder that cannot be read or has no index, or as [`YearIndex::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IndexError> {
        Self::open_folder(path.as_ref(), false)
    }

    /// Opens them; with `mend`, also those that an update has left in the middle.
    pub(crate) fn open_folder(path: &Path, mend: bool) -> Result<Self, IndexError> {
        let (files, opening) = (CatalogFiles::folder(path), Opening { mend, ..Opening::default() });
        let years = files.years()?.into_iter().map(|year| YearIndex::open_in_folder(&files, year, &opening));
        let years = years.collect::<Result<_, _>>()?;
        Self::with(files, years, opening)
    }

    /// Opens the indexes of all years of a catalogue in a store, which need not be able to list what it holds: the years
    /// are those that `catalog.json` leads to. One request for that file, and then those of [`YearIndex::open_in`] of all
    /// years at once.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tessera_core::{DatasetVersion, Folder, PixelGrid, TileId, Year};
    /// use tessera_stac::{CatalogIndex, CatalogOptions, Location, TileRecord, TileStore, write_catalog};
    ///
    /// let (folder, tile) = (tempfile::tempdir()?, "grid_0.15_52.05".parse::<TileId>()?);
    /// let store = TileStore::new(Location::url("s3://tessera/grid_0.15_52.05.zarr")?, 3)?;
    /// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
    /// write_catalog(folder.path(), [record.store(store)], CatalogOptions::default())?;
    ///
    /// let catalog = CatalogIndex::open_in(Arc::new(Folder::new(folder.path())))?;
    /// assert_eq!(catalog.years().iter().map(|year| year.len()).sum::<usize>(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A store that cannot be read or holds no catalogue with an index, or as [`YearIndex::open_in`].
    pub fn open_in(store: Arc<dyn ByteRanges>) -> Result<Self, IndexError> {
        Self::open_store(&store, false)
    }

    /// Opens them; with `mend`, also those that an update has left in the middle.
    pub(crate) fn open_store(store: &Arc<dyn ByteRanges>, mend: bool) -> Result<Self, IndexError> {
        let opening = Opening { mend, ..Opening::default() };
        let files = CatalogFiles::store(Arc::clone(store));
        let years = YearIndex::open_all(&files, store, &files.years()?, &opening)?;
        Self::with(files, years, opening)
    }

    fn with(files: CatalogFiles, years: Vec<YearIndex>, opening: Opening) -> Result<Self, IndexError> {
        if years.is_empty() {
            return Err(IndexError::NotACatalog { path: files.path().to_owned() });
        }
        Ok(Self { files, years, kept: opening.kept })
    }

    /// Keeps no more than so many bytes of tiles in memory, 256 MiB unless it is said; the tiles of a part of the Earth,
    /// 20,000 at most, are kept in any case.
    #[must_use]
    pub fn keep(self, bytes: usize) -> Self {
        self.kept.set_limit(bytes);
        self
    }

    /// The folder, or what the store is called.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.files.path()
    }

    /// A JSON file of the catalogue, given its path below it, as `2024/collection.json`; `None` where it is not there.
    ///
    /// # Errors
    /// A file that cannot be read, or is not JSON.
    pub fn json(&self, file: &str) -> Result<Option<Value>, IndexError> {
        self.files.json(file)
    }

    /// The years, ascending.
    #[must_use]
    pub fn years(&self) -> &[YearIndex] {
        &self.years
    }

    /// The index of a year, taken out; `None` where there is none.
    pub(crate) fn take(&mut self, year: Year) -> Option<YearIndex> {
        let at = self.years.iter().position(|index| index.year() == year)?;
        Some(self.years.remove(at))
    }

    /// The index of a year; `None` where there is none.
    #[must_use]
    pub fn year(&self, year: Year) -> Option<&YearIndex> {
        self.years.iter().find(|index| index.year() == year)
    }
}
