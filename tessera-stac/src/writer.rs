//! Writes a catalogue.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use stac::Link;
use tempfile::TempDir;
use tessera_core::{ByteRanges, ByteStore, TileId, Year};

use crate::catalog_files::CatalogFiles;
use crate::gathered::Gathered;
use crate::map::{MAP_PATH, map_files};
use crate::own_files::{VENDOR, stranger};
use crate::publish::{Publication, check_store, is_taken};
use crate::stage::{Stage, flush};
use crate::target::Target;
use crate::year_writer::YearWriter;
use crate::{
    CATALOG_PATH, CatalogError, CatalogEvent, CatalogIndex, CatalogOptions, Site, TileRecord, YearContents,
    YearHashes, YearIndex, YearRecords, root_catalog, to_json,
};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatalogSummary {
    /// Collections that were written.
    pub years: usize,
    /// Catalogues of blocks in them.
    pub blocks: usize,
    /// Tiles in them.
    pub items: usize,
    /// Tiles that could not be described, and were left out.
    pub failed: usize,
    /// Bytes of all files of these years, written or found as they should be.
    pub bytes: u64,
    /// Files that were written or deleted: those that changed, where the catalogue was there before; of a store, objects
    /// that were sent or deleted.
    pub changed: u64,
}

/// Writes a catalogue into a folder, or a store of objects: `catalog.json` → `<year>/collection.json` → `<year>/<block>/catalog.json` →
/// `<year>/<block>/<id>.json`, beside each collection its index and coverage bitmap, and the map page.
///
/// A new one ([`create`](Self::create)) is written into a hidden folder beside it, which takes its name at
/// [`finish`](Self::finish); until then, or where the writer is dropped, nothing is there. One that is there is updated
/// ([`update`](Self::update)) file by file, each replaced as a whole and only where its bytes change. The same records, in
/// any order and by either way, the same bytes.
///
/// Years are written one at a time, each in one pass: what is held is a part of 20,000 tiles at most, and a bit a tile.
#[derive(Debug)]
pub struct CatalogWriter {
    path: PathBuf,
    home: Home,
    /// The indexes of a catalogue that is updated.
    old: Option<CatalogIndex>,
    target: Target,
    site: Site,
    options: CatalogOptions,
    years: BTreeMap<Year, YearContents>,
    summary: CatalogSummary,
}

/// Where a catalogue comes to be.
enum Home {
    /// In a folder that will get its name.
    New(Stage),
    /// In the folder where it is.
    InUse,
    /// In a store, from a folder of this machine that is deleted afterwards.
    Store { store: Arc<dyn ByteStore>, folder: TempDir, new: bool, updates: bool },
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New(_) => "New",
            Self::InUse => "InUse",
            Self::Store { .. } => "Store",
        })
    }
}

impl CatalogWriter {
    /// Starts a catalogue that will be the folder `path`.
    ///
    /// # Errors
    /// A path that cannot be one, is taken, or cannot be written beside.
    pub fn create(path: impl AsRef<Path>, options: CatalogOptions) -> Result<Self, CatalogError> {
        let path = path.as_ref();
        let site = site(path, &options)?;
        check_target(path, options.overwrite)?;
        let stage = Stage::new(path).map_err(CatalogError::io(path))?;
        let target = Target::new(stage.path(), path, false);
        Ok(Self::with(path, Home::New(stage), target, site, options))
    }

    /// Starts a catalogue that will be all of a store of objects.
    ///
    /// It is made in a temporary folder of this machine ([`std::env::temp_dir`]), which takes the room of the whole
    /// catalogue: some 3 kB for each item with a file, 15 B without. [`finish`](Self::finish) sends it, so many objects at
    /// once as the store says ([`Fetching::in_flight`](tessera_core::Fetching)): items before the catalogues of their
    /// blocks, then index and bitmap, then the collection, `catalog.json` last of all. Objects whose ETag says that they
    /// are there already are not sent again. One that is replaced is replaced object by object, and what it has no more
    /// is deleted last.
    ///
    /// What an interrupted writer has left has no `catalog.json`: nothing finds it, and the next goes on with it.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tessera_core::{ByteRanges, Folder};
    /// use tessera_stac::{CatalogOptions, CatalogWriter};
    ///
    /// // Any other store is written in the same way.
    /// let folder = tempfile::tempdir()?;
    /// let store = Arc::new(Folder::new(folder.path()));
    /// let writer = CatalogWriter::create_in(store, CatalogOptions::default())?;
    /// assert_eq!(writer.site().href("catalog.json", "2024/collection.json"), "./2024/collection.json");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A store that cannot be listed, that holds anything but a catalogue, or a catalogue unless
    /// [`CatalogOptions::overwrite`]; or no room for a temporary folder.
    pub fn create_in(store: Arc<dyn ByteStore>, options: CatalogOptions) -> Result<Self, CatalogError> {
        let path = CatalogFiles::store(Arc::clone(&store) as Arc<dyn ByteRanges>).path().to_owned();
        let site = site(&path, &options)?;
        check_store(&*store, options.overwrite)?;
        let new = !is_taken(&*store)?;
        let folder = temporary()?;
        let target = Target::new(folder.path(), &path, false);
        Ok(Self::with(&path, Home::Store { store, folder, new, updates: false }, target, site, options))
    }

    /// Goes on with the catalogue in the folder `path`: years that are added are new, or take the place of what they were.
    ///
    /// Whether links are absolute, and whether items are files, is as it was; object stores that it knows are known on.
    ///
    /// # Errors
    /// A folder that holds no catalogue with an index, or one that cannot be read.
    pub fn update(path: impl AsRef<Path>, options: CatalogOptions) -> Result<Self, CatalogError> {
        let path = path.as_ref();
        let target = Target::new(path, path, true);
        Self::go_on(path, CatalogIndex::open_folder(path, true)?, Home::InUse, target, options)
    }

    /// Goes on with the catalogue in a store of objects, as [`update`](Self::update) does in a folder. Of what is there
    /// only the indexes are read; what changes is made in a temporary folder and sent as by
    /// [`create_in`](Self::create_in).
    ///
    /// # Errors
    /// A store that holds no catalogue with an index, or one that cannot be read; or no room for a temporary folder.
    pub fn update_in(store: Arc<dyn ByteStore>, options: CatalogOptions) -> Result<Self, CatalogError> {
        let index = CatalogIndex::open_store(&(Arc::clone(&store) as Arc<dyn ByteRanges>), true)?;
        let (path, folder) = (index.path().to_owned(), temporary()?);
        let target = Target::of_changes(folder.path(), &path);
        Self::go_on(&path, index, Home::Store { store, folder, new: false, updates: true }, target, options)
    }

    /// Goes on with a catalogue that is there.
    fn go_on(
        path: &Path,
        index: CatalogIndex,
        home: Home,
        target: Target,
        mut options: CatalogOptions,
    ) -> Result<Self, CatalogError> {
        if let Some(year) = index.years().first() {
            (options.base_url, options.items) = (year.base_url().map(str::to_owned), year.has_item_files());
        }
        for year in index.years() {
            for scheme in year.site()?.schemes() {
                if options.storage.iter().all(|given| given.name() != scheme.name()) {
                    options.storage.push(scheme.clone());
                }
            }
        }
        let site = site(path, &options)?;
        let mut writer = Self::with(path, home, target, site, options);
        let known = |year: &YearIndex| (year.year(), YearContents::new(year.year(), year.version().clone()));
        writer.years.extend(index.years().iter().map(known));
        writer.old = Some(index);
        Ok(writer)
    }

    fn with(path: &Path, home: Home, target: Target, site: Site, options: CatalogOptions) -> Self {
        let (years, summary) = (BTreeMap::new(), CatalogSummary::default());
        Self { path: path.to_owned(), home, old: None, target, site, options, years, summary }
    }

    /// Where the catalogue will be found.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Writes a year: its items, blocks, index, bitmap and collection. Records that make no item are said to `watch` and
    /// left out; it also says whether to go on.
    ///
    /// In an update, tiles of the year that the records do not have stay as they are, unless [`CatalogOptions::prune`].
    ///
    /// # Errors
    /// A year that comes twice, or is of another dataset version than the catalogue has; [`CatalogError::Stopped`]; or
    /// whatever reading and writing meet. What an update has written by then is whole, and is found again by the next.
    pub fn add_year(
        &mut self,
        records: &dyn YearRecords,
        mut watch: impl FnMut(CatalogEvent<'_>) -> ControlFlow<()>,
    ) -> Result<(), CatalogError> {
        let year = records.year();
        let known = self.years.get(&year);
        if known.is_some_and(|known| !known.is_empty()) {
            return Err(CatalogError::YearTwice { year });
        }
        let mut old = None;
        if let Some(known) = known {
            if known.version() != records.version() {
                let (got, expected) = (records.version().clone(), known.version().clone());
                return Err(CatalogError::OtherVersion { path: self.path.clone(), year, got, expected });
            }
            let hashes = match &self.home {
                Home::Store { store, .. } => {
                    YearHashes::open_in(&(Arc::clone(store) as Arc<dyn ByteRanges>), year)?
                }
                Home::New(_) | Home::InUse => YearHashes::open(&self.path, year)?,
            };
            old = self.old.as_mut().and_then(|old| old.take(year)).map(|index| (index, hashes));
        }
        let writer = YearWriter { target: &self.target, site: &self.site, options: &self.options, old };
        let (contents, failed) = writer.write(records, &mut watch)?;
        self.summary.failed += failed;
        if !contents.is_empty() {
            self.summary.years += 1;
            self.summary.blocks += contents.blocks().len();
            self.summary.items += contents.len();
            self.years.insert(year, contents);
        }
        Ok(())
    }

    /// Writes the catalogue above the collections and the map page, and gives a new catalogue its name.
    ///
    /// # Errors
    /// No tile at all, a folder that was taken in the meantime, or whatever writing meets.
    pub fn finish(self) -> Result<CatalogSummary, CatalogError> {
        self.finish_watched(|_| ControlFlow::Continue(()))
    }

    /// As [`finish`](Self::finish); where files are sent to a store, that is said to `watch`, which says whether to go on.
    ///
    /// # Errors
    /// As [`finish`](Self::finish), and [`CatalogError::Stopped`].
    pub fn finish_watched(
        mut self,
        mut watch: impl FnMut(CatalogEvent<'_>) -> ControlFlow<()>,
    ) -> Result<CatalogSummary, CatalogError> {
        if self.years.is_empty() {
            return Err(CatalogError::Empty { path: self.path });
        }
        let mut root = root_catalog(self.years.values(), &self.site);
        if self.options.map {
            for (path, bytes) in map_files() {
                path.rsplit_once('/').map_or(Ok(()), |(folder, _)| self.target.folder(folder))?;
                self.target.put(path, bytes)?;
            }
            let map = Link::new(self.site.href(CATALOG_PATH, MAP_PATH), "alternate");
            root.links.push(map.r#type("text/html".to_owned()).title("Map".to_owned()));
        }
        self.target.put(CATALOG_PATH, &to_json(&root)?)?;
        self.summary.bytes = self.target.bytes.load(Ordering::Relaxed);
        self.summary.changed = self.target.changed.load(Ordering::Relaxed);
        match self.home {
            Home::InUse => flush(&self.path).map_err(CatalogError::io(&self.path))?,
            Home::New(stage) => {
                check_target(&self.path, self.options.overwrite)?;
                let old = stage.commit().map_err(CatalogError::io(&self.path))?;
                if let Some(old) = &old {
                    keep_vendor(&old.path().join(Stage::OLD), &self.path)
                        .map_err(CatalogError::io(&self.path))?;
                }
                let deleted = old.map_or(Ok(()), tempfile::TempDir::close);
                deleted.map_err(|source| CatalogError::NotDeleted { path: self.path, source })?;
            }
            Home::Store { store, folder, new, updates } => {
                if watch(CatalogEvent::Sending { files: self.summary.changed }).is_break() {
                    return Err(CatalogError::Stopped { path: self.path });
                }
                let (years, options) = (&self.years, &self.options);
                let files = if updates {
                    let gone = self.target.gone();
                    Publication::changes(&*store, folder.path(), years, options, gone, &mut watch)
                } else {
                    Publication::whole(&*store, folder.path(), &mut watch)
                };
                self.summary.changed = files.run(new)?;
            }
        }
        Ok(self.summary)
    }
}

/// Writes a catalogue of all records into a folder: a [`CatalogWriter`] from beginning to end, with all records in memory.
///
/// ```
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{CatalogOptions, Location, TileRecord, TileStore, write_catalog};
///
/// let tile: TileId = "grid_0.15_52.05".parse()?;
/// let store = TileStore::new(Location::url("s3://tessera/v1/2024/grid_0.15_52.05.zarr")?, 2)?;
/// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
///
/// let folder = tempfile::tempdir()?;
/// let out = folder.path().join("catalogue");
/// let summary = write_catalog(&out, [record.store(store)], CatalogOptions::default())?;
/// assert_eq!((summary.years, summary.blocks, summary.items), (1, 1, 1));
/// for file in ["items.parquet", "coverage.bits.gz", "e000n50/grid_0.15_52.05_2024.json"] {
///     assert!(out.join("2024").join(file).is_file());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`CatalogWriter`]'s methods, two records of one tile and year, two versions in a year, and a record that makes no
/// item; the first ends it, and nothing is left.
pub fn write_catalog(
    path: impl AsRef<Path>,
    records: impl IntoIterator<Item = TileRecord>,
    options: CatalogOptions,
) -> Result<CatalogSummary, CatalogError> {
    let mut writer = CatalogWriter::create(path, options)?;
    for year in Gathered::by_year(records)?.values() {
        let mut failed: Option<(TileId, String)> = None;
        writer.add_year(year, |event| match event {
            CatalogEvent::Failed { tile, cause, .. } => {
                failed.get_or_insert((tile, cause.to_string()));
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        })?;
        if let Some((tile, why)) = failed {
            return Err(CatalogError::Record { tile, why });
        }
    }
    writer.finish()
}

fn site(path: &Path, options: &CatalogOptions) -> Result<Site, CatalogError> {
    let mut site = Site::at(path)?;
    if let Some(base) = &options.base_url {
        site = site.base_url(base)?;
    }
    Ok(options.storage.iter().cloned().fold(site, Site::storage))
}

/// A folder of this machine for files that are sent elsewhere.
fn temporary() -> Result<TempDir, CatalogError> {
    tempfile::tempdir().map_err(CatalogError::io(&std::env::temp_dir()))
}

/// The packages of the map page, where there are any, go on from one catalogue to the next.
fn keep_vendor(old: &Path, new: &Path) -> io::Result<()> {
    match fs::rename(old.join(VENDOR), new.join(VENDOR)) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// Refuses a target that must not be replaced.
fn check_target(path: &Path, overwrite: bool) -> Result<(), CatalogError> {
    let kind = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(CatalogError::io(path)(cause)),
    };
    if !kind.is_dir() {
        let found = if kind.is_symlink() { "a symbolic link" } else { "a file" };
        return Err(CatalogError::NotAFolder { path: path.to_owned(), found });
    }
    if fs::read_dir(path).map_err(CatalogError::io(path))?.next().is_none() {
        return Ok(());
    }
    if !overwrite {
        return Err(CatalogError::Exists { path: path.to_owned() });
    }
    match stranger(path).map_err(CatalogError::io(path))? {
        Some(found) => Err(CatalogError::Stranger { path: path.to_owned(), found }),
        None => Ok(()),
    }
}
