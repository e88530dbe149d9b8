//! A pyramid of pictures as a folder of map tiles.

mod error;
mod info;
mod listing;
mod partial;
mod picture;
mod tilejson;

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore, SourceError};

pub use error::{MapTileError, MapTilesError};
pub use info::MapTilesInfo;

use partial::Partial;
use tilejson::TILEJSON;

/// Pictures for web maps: a folder of map tiles `{z}/{x}/{y}.png` in the scheme XYZ (row 0 in the north), each a PNG of
/// 256 × 256 pixels with alpha, with a `tilejson.json` that says what they are (TileJSON 3.0.0).
///
/// Any web server that serves files serves it. Its grid ends at zoom 14, where a pixel is no larger than one of 10 m, or at
/// the greatest zoom of the folder where that is more; levels of the grid beyond the greatest zoom are not kept. A map tile
/// in which every pixel is transparent is no file.
///
/// While it is written a hidden folder `.partial` in it holds what is not whole yet; it goes when the last one who writes
/// is dropped, and what a killed process left in it goes with it.
///
/// ```
/// use tessera_core::{PyramidChunk, PyramidStore, Region};
/// use tessera_io::{MapTiles, MapTilesInfo};
///
/// let folder = tempfile::tempdir()?;
/// let mut info = MapTilesInfo::new("TESSERA 2024");
/// info.bounds = Region::new(0.1, 52.1, 0.2, 52.2)?;
/// let map = MapTiles::create(folder.path().join("map"), 10..=12, &info)?;
/// assert_eq!((map.grid().levels(), map.levels()), (15, 2..5));
///
/// let chunk = PyramidChunk::new(2, 1350, 2049);
/// map.write_chunk(chunk, &[[200, 100, 50, 255]; 256 * 256].concat())?;
/// assert!(map.path().join("12/2049/1350.png").is_file());
/// let mut pixels = Vec::new();
/// assert!(map.read_chunk(chunk, &mut pixels)? && pixels[..4] == [200, 100, 50, 255]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MapTiles {
    folder: PathBuf,
    grid: PyramidGrid,
    zooms: RangeInclusive<u8>,
    info: MapTilesInfo,
    sync: bool,
    /// Begun by the first who writes: what is only read stays as it is.
    partial: Mutex<Option<Partial>>,
}

impl MapTiles {
    /// Makes a folder of map tiles of a range of zooms, or opens the one that is there to go on with it; then its
    /// `tilejson.json` is written anew where it differs. The folder above must exist.
    ///
    /// # Errors
    /// Zooms that no grid has, a folder that holds something else, one of other zooms, or where the system refuses.
    pub fn create(
        folder: impl AsRef<Path>,
        zooms: RangeInclusive<u8>,
        info: &MapTilesInfo,
    ) -> Result<Self, MapTilesError> {
        let folder = folder.as_ref();
        grid_of(&zooms)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(MapTilesError::io(folder)(error));
            }
            _ => {}
        }
        let mut map = if folder.join(TILEJSON).exists() {
            Self::open(folder)?
        } else if is_empty(folder)? {
            Self::with(folder, zooms.clone(), info.clone())?
        } else {
            return Err(MapTilesError::NotMapTiles { folder: folder.to_owned() });
        };
        if map.zooms != zooms {
            let (folder, got) = (folder.to_owned(), map.zooms);
            return Err(MapTilesError::OtherZooms { folder, got, expected: zooms });
        }
        // What a killed process left is removed even where nothing is written.
        map.with_partial(|_| Ok(())).map_err(MapTilesError::io(folder))?;
        map.set_info(info)?;
        Ok(map)
    }

    /// Opens a folder of map tiles.
    ///
    /// # Errors
    /// Where it has no `tilejson.json`, or one that does not describe such map tiles: the error says what differs.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, MapTilesError> {
        let folder = folder.as_ref();
        let (zooms, info) = tilejson::read(folder)?;
        Self::with(folder, zooms, info)
    }

    fn with(folder: &Path, zooms: RangeInclusive<u8>, info: MapTilesInfo) -> Result<Self, MapTilesError> {
        let grid = grid_of(&zooms)?;
        Ok(Self { folder: folder.to_owned(), grid, zooms, info, sync: true, partial: Mutex::default() })
    }

    /// Whether a map tile is on disk (`fsync`) before it takes its place, as it is unless told otherwise.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The least and the greatest zoom.
    #[must_use]
    pub fn zooms(&self) -> RangeInclusive<u8> {
        self.zooms.clone()
    }

    /// What the map is, as its `tilejson.json` says.
    #[must_use]
    pub fn info(&self) -> &MapTilesInfo {
        &self.info
    }

    /// Says anew what the map is.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn set_info(&mut self, info: &MapTilesInfo) -> Result<(), MapTilesError> {
        let place = self.folder.join(TILEJSON);
        let failed = MapTilesError::io(&place);
        let text = tilejson::text(&tilejson::document(&self.zooms, info));
        if fs::read(&place).is_ok_and(|there| there == text.as_bytes()) {
            self.info = info.clone();
            return Ok(());
        }
        self.put(&place, text.as_bytes()).map_err(failed)?;
        self.info = info.clone();
        Ok(())
    }

    /// The members of `tilejson.json` that an archive of the map tiles tells too.
    pub(crate) fn metadata(&self) -> serde_json::Map<String, Value> {
        let mut document = tilejson::document(&self.zooms, &self.info);
        document.shift_remove("tiles");
        document
    }

    /// The file of a map tile, relative to the folder.
    pub(crate) fn file_of(z: u8, x: u32, y: u32) -> PathBuf {
        PathBuf::from(format!("{z}/{x}/{y}.png"))
    }

    /// The bytes of a file of a map tile, if it is there.
    pub(crate) fn read_file(&self, name: &Path) -> Result<Option<Vec<u8>>, MapTileError> {
        picture::read(&self.folder, name)
    }

    fn name_of(&self, chunk: PyramidChunk) -> Result<PathBuf, MapTileError> {
        match self.grid.zoom(chunk) {
            Some(zoom) if self.levels().contains(&chunk.level) && self.grid.contains(chunk) => {
                Ok(Self::file_of(zoom, chunk.col, chunk.row))
            }
            _ => Err(MapTileError::NotKept { chunk, levels: self.levels() }),
        }
    }

    fn with_partial<T>(&self, work: impl FnOnce(&Partial) -> io::Result<T>) -> io::Result<T> {
        let mut slot = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *slot {
            Some(partial) => work(partial),
            slot => work(slot.insert(Partial::begin(&self.folder)?)),
        }
    }

    /// Puts bytes in the place of what is there, whole.
    fn put(&self, place: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.with_partial(Partial::file)?;
        file.write_all(bytes)?;
        partial::put(file, place, self.sync)
    }

    fn read(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, MapTileError> {
        out.clear();
        let name = self.name_of(chunk)?;
        let Some(file) = self.read_file(&name)? else { return Ok(false) };
        let decoded = picture::decode(&file, out);
        if decoded.is_err() {
            out.clear();
        }
        decoded.map(|()| true).map_err(|why| MapTileError::Damaged { name, why })
    }

    fn write(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), MapTileError> {
        let name = self.name_of(chunk)?;
        if pixels.len() != picture::BYTES {
            return Err(MapTileError::Size { chunk, got: pixels.len() });
        }
        if pixels.as_chunks::<4>().0.iter().all(|[.., alpha]| *alpha == 0) {
            return self.remove(chunk);
        }
        let mut file = Vec::new();
        picture::encode(pixels, &mut file).map_err(|why| MapTileError::Encode { chunk, why })?;
        self.put(&self.folder.join(&name), &file).map_err(MapTileError::io(&name))
    }

    fn remove(&self, chunk: PyramidChunk) -> Result<(), MapTileError> {
        let name = self.name_of(chunk)?;
        match fs::remove_file(self.folder.join(&name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(MapTileError::io(&name)(error)),
            _ => Ok(()),
        }
    }

    fn told<T>(&self, result: Result<T, MapTileError>) -> Result<T, SourceError> {
        result.map_err(|cause| SourceError::new(self.name(), cause))
    }
}

impl PyramidStore for MapTiles {
    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    fn grid(&self) -> &PyramidGrid {
        &self.grid
    }

    fn levels(&self) -> Range<u8> {
        let base = self.grid.levels() - 1;
        base - self.zooms.end()..base - self.zooms.start() + 1
    }

    fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError> {
        self.told(self.read(chunk, out))
    }

    fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError> {
        self.told(self.write(chunk, pixels))
    }

    fn remove_chunk(&self, chunk: PyramidChunk) -> Result<(), SourceError> {
        self.told(self.remove(chunk))
    }
}

/// The grid that a range of zooms is part of.
fn grid_of(zooms: &RangeInclusive<u8>) -> Result<PyramidGrid, MapTilesError> {
    let wrong = || MapTilesError::Zooms { got: zooms.clone() };
    if zooms.is_empty() {
        return Err(wrong());
    }
    PyramidGrid::web_mercator(PyramidGrid::NATIVE_ZOOM.max(*zooms.end())).map_err(|_| wrong())
}

/// Whether a folder holds nothing but what a killed process left when it began.
fn is_empty(folder: &Path) -> Result<bool, MapTilesError> {
    let failed = MapTilesError::io(folder);
    for entry in fs::read_dir(folder).map_err(&failed)? {
        if entry.map_err(&failed)?.file_name() != partial::FOLDER {
            return Ok(false);
        }
    }
    Ok(true)
}
