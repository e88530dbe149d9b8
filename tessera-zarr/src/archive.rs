//! A folder of tile stores.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tessera_core::{Archive, DatasetVersion, Region, SourceError, Stamp, Tile, TileId, Year};

use crate::TileStore;

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
#[derive(Debug, Clone)]
pub struct StoreArchive {
    root: PathBuf,
    years: BTreeMap<Year, Vec<TileId>>,
}

impl StoreArchive {
    /// Lists the stores below a folder; none is an empty archive.
    ///
    /// # Errors
    /// Where a folder cannot be listed.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let mut years = BTreeMap::new();
        for name in folders(&root)? {
            if let Ok(year) = name.parse::<Year>() {
                let names = folders(&root.join(&name))?;
                let mut tiles: Vec<TileId> =
                    names.iter().filter_map(|name| name.strip_suffix(".zarr")?.parse().ok()).collect();
                tiles.sort_unstable();
                if !tiles.is_empty() {
                    years.insert(year, tiles);
                }
            }
        }
        Ok(Self { root, years })
    }

    /// Where the store of a tile stands in an archive at `root`.
    #[must_use]
    pub fn path_of(root: &Path, id: TileId, year: Year) -> PathBuf {
        root.join(year.to_string()).join(format!("{id}.zarr"))
    }
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
        self.root.display().to_string()
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
        if self.years.get(&year).is_none_or(|tiles| tiles.binary_search(&id).is_err()) {
            return Ok(None);
        }
        let path = Self::path_of(&self.root, id, year);
        match TileStore::open(&path) {
            Ok(store) => Ok(Some(Box::new(store))),
            Err(cause) => Err(SourceError::new(path.display().to_string(), cause)),
        }
    }

    /// That of any of its stores, or unknown where they cannot be opened: the stores of an archive are of one dataset.
    fn version(&self) -> DatasetVersion {
        let first = self.years.iter().find_map(|(year, tiles)| Some((*tiles.first()?, *year)));
        let opened = first.and_then(|(id, year)| TileStore::open(Self::path_of(&self.root, id, year)).ok());
        opened.map(|store| store.version().clone()).unwrap_or_default()
    }

    /// Size and time of the document that a store is opened by: a store appears whole, so another store is another
    /// document.
    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        if self.years.get(&year).is_none_or(|tiles| tiles.binary_search(&id).is_err()) {
            return Ok(None);
        }
        let path = Self::path_of(&self.root, id, year);
        let found =
            ["zarr.json", ".zmetadata", ".zgroup"].iter().find_map(|name| fs::metadata(path.join(name)).ok());
        let Some(metadata) = found else { return Ok(Some(Stamp { bytes: 0, version: "none".into() })) };
        let modified =
            metadata.modified().map_err(|cause| SourceError::new(path.display().to_string(), cause))?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(Some(Stamp { bytes: metadata.len(), version: since.as_nanos().to_string() }))
    }
}
