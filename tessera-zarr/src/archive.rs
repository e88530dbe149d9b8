//! A folder of tile stores.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tessera_core::{
    Archive, ByteRange, ByteRanges, DatasetVersion, Fetching, ObjectRange, Region, SourceError, Stamp,
    TakeRange, Tile, TileId, Year,
};

use crate::group::First;
use crate::{Folder, OpenError, TileStore, ZarrFormat};

/// A folder of tile stores: `{root}/{year}/grid_<lon>_<lat>.zarr`. Listed once, by name, when it is opened; whatever else
/// is in the folders is passed over.
///
/// ```no_run
/// use tessera_core::{Archive, Region};
/// use tessera_zarr::StoreArchive;
///
/// let archive = StoreArchive::open("stores")?;
/// for year in archive.years() {
///     println!("{year}: {} tiles", archive.tiles_in(year, &Region::new(0.0, 50.0, 5.0, 55.0)?).len());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct StoreArchive {
    bytes: Arc<dyn ByteRanges>,
    years: BTreeMap<Year, Vec<TileId>>,
    /// The Zarr format of the store that was opened last: that of the others, most likely. 0, where none was.
    format: Arc<AtomicU8>,
}

impl std::fmt::Debug for StoreArchive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreArchive").field("name", &self.bytes.name()).finish_non_exhaustive()
    }
}

impl StoreArchive {
    /// Lists the stores below a folder; none is an empty archive.
    ///
    /// # Errors
    /// Where a folder cannot be listed.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let years = years(|folder| folders(&root.join(folder)))?;
        Ok(Self::of(Arc::new(Folder::new(root)), years))
    }

    /// Lists the tile stores among the objects of a store, by their names; none is an empty archive.
    ///
    /// # Errors
    /// Where names cannot be listed.
    pub fn open_in(bytes: Arc<dyn ByteRanges>) -> io::Result<Self> {
        let years = years(|folder| bytes.list(folder))?;
        Ok(Self::of(bytes, years))
    }

    fn of(bytes: Arc<dyn ByteRanges>, years: BTreeMap<Year, Vec<TileId>>) -> Self {
        Self { bytes, years, format: Arc::default() }
    }

    /// The objects of the store of a tile.
    fn store(&self, id: TileId, year: Year) -> Arc<dyn ByteRanges> {
        Arc::new(Below { bytes: self.bytes.clone(), prefix: format!("{year}/{id}.zarr") })
    }

    fn open_store(&self, id: TileId, year: Year) -> Result<TileStore, OpenError> {
        let first = match self.format.load(Ordering::Relaxed) {
            2 => First::Of(ZarrFormat::V2),
            3 => First::Of(ZarrFormat::V3),
            _ => First::Any,
        };
        let store = TileStore::open_as(self.store(id, year), first)?;
        let format = match store.format() {
            ZarrFormat::V2 => 2,
            ZarrFormat::V3 => 3,
        };
        self.format.store(format, Ordering::Relaxed);
        Ok(store)
    }

    /// Opens the store of a tile; `None` where the archive does not have it.
    ///
    /// # Errors
    /// As [`TileStore::open`].
    pub fn open_tile(&self, id: TileId, year: Year) -> Result<Option<TileStore>, OpenError> {
        if self.has(id, year) { self.open_store(id, year).map(Some) } else { Ok(None) }
    }

    fn has(&self, id: TileId, year: Year) -> bool {
        self.years.get(&year).is_some_and(|tiles| tiles.binary_search(&id).is_ok())
    }

    /// Where the store of a tile stands in an archive at `root`.
    #[must_use]
    pub fn path_of(root: &Path, id: TileId, year: Year) -> PathBuf {
        root.join(year.to_string()).join(format!("{id}.zarr"))
    }
}

/// The tiles of each year, as the names in the root and in the folders of years tell.
fn years(names_in: impl Fn(&str) -> io::Result<Vec<String>>) -> io::Result<BTreeMap<Year, Vec<TileId>>> {
    let mut years = BTreeMap::new();
    for name in names_in("")? {
        if let Ok(year) = name.parse::<Year>() {
            let names = names_in(&name)?;
            let mut tiles: Vec<TileId> =
                names.iter().filter_map(|name| name.strip_suffix(".zarr")?.parse().ok()).collect();
            tiles.sort_unstable();
            if !tiles.is_empty() {
                years.insert(year, tiles);
            }
        }
    }
    Ok(years)
}

/// The names of the folders in a folder, without a look into them.
fn folders(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if (kind.is_dir() || kind.is_symlink())
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    Ok(names)
}

impl Archive for StoreArchive {
    fn name(&self) -> String {
        self.bytes.name()
    }

    fn years(&self) -> Vec<Year> {
        self.years.keys().copied().collect()
    }

    fn tiles(&self, year: Year) -> Vec<TileId> {
        self.years.get(&year).cloned().unwrap_or_default()
    }

    fn tiles_in(&self, year: Year, region: &Region) -> Vec<TileId> {
        self.years.get(&year).map_or_else(Vec::new, |tiles| region.among(tiles))
    }

    fn open(&self, id: TileId, year: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        match self.open_tile(id, year) {
            Ok(store) => Ok(store.map(|store| Box::new(store) as Box<dyn Tile>)),
            Err(cause) => Err(SourceError::new(self.store(id, year).name(), cause)),
        }
    }

    /// That of any of its stores, or unknown where they cannot be opened: the stores of an archive are of one dataset.
    fn version(&self) -> DatasetVersion {
        let first = self.years.iter().find_map(|(year, tiles)| Some((*tiles.first()?, *year)));
        let opened = first.and_then(|(id, year)| self.open_store(id, year).ok());
        opened.map(|store| store.version().clone()).unwrap_or_default()
    }

    /// Size and version of the document that a store is opened by: a store appears whole, so another store is another
    /// document.
    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        if !self.has(id, year) {
            return Ok(None);
        }
        let store = self.store(id, year);
        for document in ["zarr.json", ".zmetadata", ".zgroup"] {
            match store.stamp(document) {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(cause) => return Err(SourceError::new(store.name(), cause)),
            }
        }
        Ok(Some(Stamp { bytes: 0, version: "none".into() }))
    }
}

/// The objects below a name.
struct Below {
    bytes: Arc<dyn ByteRanges>,
    prefix: String,
}

impl Below {
    fn full(&self, object: &str) -> io::Result<String> {
        // What leads out of the whole is refused there; this is what leads out of this part of it.
        if object.split('/').any(|part| part == "..") {
            let why = format!("object name {object:?} leads out of {}", self.name());
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        Ok(if object.is_empty() { self.prefix.clone() } else { format!("{}/{object}", self.prefix) })
    }
}

impl ByteRanges for Below {
    fn name(&self) -> String {
        format!("{}/{}", self.bytes.name().trim_end_matches('/'), self.prefix)
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.bytes.read_into(&self.full(object)?, range, out)
    }

    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn io::Read + '_>>> {
        self.bytes.reader(&self.full(object)?, range)
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        let mut names = Vec::with_capacity(ranges.len());
        for (at, wanted) in ranges.iter().enumerate() {
            match self.full(wanted.object) {
                Ok(name) => names.push(name),
                Err(error) => {
                    let _ = take(at, Err(error));
                    return;
                }
            }
        }
        let whole = names.iter().zip(ranges);
        let whole: Vec<_> = whole.map(|(object, own)| ObjectRange { object, range: own.range }).collect();
        self.bytes.read_many(&whole, take);
    }

    fn fetching(&self) -> Fetching {
        self.bytes.fetching()
    }

    fn forget(&self, object: &str) {
        if let Ok(name) = self.full(object) {
            self.bytes.forget(&name);
        }
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.bytes.size(&self.full(object)?)
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        self.bytes.stamp(&self.full(object)?)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.bytes.list(&self.full(folder)?)
    }
}
