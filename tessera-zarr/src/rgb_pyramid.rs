//! A pyramid of pictures as a Zarr group.

mod attributes;
mod chunk;
mod error;
mod metadata;
mod parsed;
mod partial;

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tessera_core::{ByteRange, ByteStore, Crs, Folder, PyramidGrid};

pub use attributes::PyramidAttributes;
pub use error::{RgbChunkError, RgbPyramidError};

use crate::StagingError;
use crate::chunk_codec::ChunkCodec;
use crate::place::Place;
use crate::puts::place;
use partial::Partial;

/// Rows and columns of a chunk.
const EDGE: u64 = 512;
/// Red, green, blue and alpha.
const BANDS: u64 = 4;
/// Bytes of a chunk once decoded.
const BYTES: usize = (EDGE * EDGE * BANDS) as usize;
/// More bytes than a chunk has that did not shrink.
const MOST_FILE_BYTES: usize = BYTES + BYTES / 8 + (1 << 16);
/// The document of a group or an array.
const DOCUMENT: &str = "zarr.json";

/// A pyramid of pictures as a Zarr V3 group, in the form of `global_rgb` that geotessera publishes: for each level `n` an
/// array `n/rgb` uint8 (lat, lon, band) of the whole Earth in EPSG:4326, in chunks of 512 × 512 pixels with red, green,
/// blue and alpha. Attributes follow the Zarr conventions `multiscales`, `spatial` and `proj`, and metadata are
/// consolidated.
///
/// A chunk in which every pixel is transparent is not stored and reads as zeros. Where a level has an odd number of rows
/// the next one has half of them rounded up, so that none is lost; geotessera rounds down, which differs from level 7 on
/// and is read all the same.
/// The group may lie in a zone store, whose own consolidated metadata do not tell of it.
///
/// While a folder is written a hidden one `.partial` in it holds what is not whole yet; it goes when the last one who
/// writes is dropped, and what a killed process left in it goes with it. Among the objects of another store
/// ([`create_in`](Self::create_in)) each chunk is put whole.
///
/// ```
/// use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore, Year};
/// use tessera_zarr::{PyramidAttributes, RgbPyramid};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("global_rgb");
/// let attributes = PyramidAttributes { year: Some(Year::new(2024)?), ..PyramidAttributes::new("Previews") };
/// let pyramid = RgbPyramid::create(&path, PyramidGrid::lon_lat(8)?, &attributes)?;
///
/// let chunk = PyramidChunk::new(0, 738, 3517);
/// pyramid.write_chunk(chunk, &[[200, 100, 50, 255]; 512 * 512].concat())?;
/// assert!(path.join("0/rgb/c/738/3517/0").is_file());
/// let mut pixels = Vec::new();
/// assert!(pyramid.read_chunk(chunk, &mut pixels)? && pixels[..4] == [200, 100, 50, 255]);
/// assert!(!pyramid.read_chunk(chunk.parent(), &mut pixels)?);
/// assert_eq!(RgbPyramid::open(&path)?.attributes(), &attributes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RgbPyramid {
    store: Arc<dyn ByteStore>,
    /// Where the group is, if that is a folder of this machine.
    folder: Option<PathBuf>,
    grid: PyramidGrid,
    attributes: PyramidAttributes,
    codec: ChunkCodec,
    sync: bool,
    /// Begun by the first who writes: what is only read stays as it is.
    partial: Mutex<Option<Partial>>,
}

impl std::fmt::Debug for RgbPyramid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RgbPyramid")
            .field("name", &self.store.name())
            .field("grid", &self.grid)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

impl RgbPyramid {
    /// Makes the group with all its metadata, whole or not at all, or opens the one that is there to go on with it; then
    /// its attributes are written anew where they differ. The folder above must exist.
    ///
    /// # Errors
    /// A grid other than [`PyramidGrid::lon_lat`], attributes that are called as one of the group's own, something else
    /// at the path, a pyramid of other levels, or where the system refuses.
    pub fn create(
        path: impl AsRef<Path>,
        grid: PyramidGrid,
        attributes: &PyramidAttributes,
    ) -> Result<Self, RgbPyramidError> {
        let path = path.as_ref();
        check(&grid, attributes)?;
        if !path.join(DOCUMENT).exists() {
            make(path, &grid, attributes)?;
        }
        let mut pyramid = Self::open(path)?;
        pyramid.go_on(grid, attributes)?;
        // What a killed process left is removed even where nothing is written.
        pyramid.with_partial(|_| Ok(())).map_err(RgbPyramidError::io(pyramid.store.name()))?;
        Ok(pyramid)
    }

    /// Makes the group at the root of a store of objects, the document by which readers open it last, or opens the one that
    /// is there to go on with it. What an interrupted program left of one without chunks is written over.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_in(
        store: Arc<dyn ByteStore>,
        grid: PyramidGrid,
        attributes: &PyramidAttributes,
    ) -> Result<Self, RgbPyramidError> {
        check(&grid, attributes)?;
        let there = |store: &dyn ByteStore| {
            store.forget(DOCUMENT);
            let size = store.size(DOCUMENT).map_err(RgbPyramidError::io(place(store, DOCUMENT)))?;
            Ok::<bool, RgbPyramidError>(size.is_some())
        };
        if !there(&*store)? {
            let made = Place::objects(&*store, false, &metadata::is_part)
                .map_err(RgbPyramidError::from)
                .and_then(|place| metadata::write(place, &grid, attributes));
            match made {
                Ok(()) => {}
                Err(RgbPyramidError::Place(StagingError::Exists { name })) => {
                    // Made by another one at the same time, or something else.
                    if !there(&*store)? {
                        return Err(RgbPyramidError::NotAPyramid { name });
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let mut pyramid = Self::open_in(store)?;
        pyramid.go_on(grid, attributes)?;
        Ok(pyramid)
    }

    /// Opens a pyramid of this form.
    ///
    /// # Errors
    /// Where it is none: the error says what differs.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RgbPyramidError> {
        let path = path.as_ref();
        Self::with(Arc::new(Folder::new(path)), Some(path.to_owned()))
    }

    /// Opens the pyramid at the root of a store of objects.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(store: Arc<dyn ByteStore>) -> Result<Self, RgbPyramidError> {
        Self::with(store, None)
    }

    fn with(store: Arc<dyn ByteStore>, folder: Option<PathBuf>) -> Result<Self, RgbPyramidError> {
        let (grid, attributes) = parsed::read(Arc::clone(&store) as _)?;
        let codec = ChunkCodec::new(metadata::codec(), 1).map_err(|why| RgbPyramidError::Metadata { why })?;
        Ok(Self { store, folder, grid, attributes, codec, sync: true, partial: Mutex::default() })
    }

    /// Goes on with a pyramid that must be of this grid.
    fn go_on(&mut self, grid: PyramidGrid, attributes: &PyramidAttributes) -> Result<(), RgbPyramidError> {
        if self.grid != grid {
            let (got, expected) = (self.grid.levels(), grid.levels());
            return Err(RgbPyramidError::OtherLevels { name: self.store.name(), got, expected });
        }
        self.set_attributes(attributes)
    }

    /// Whether a chunk is on disk (`fsync`) before it takes its place, as it is unless told otherwise.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// What the pictures are.
    #[must_use]
    pub fn attributes(&self) -> &PyramidAttributes {
        &self.attributes
    }

    /// Says anew what the pictures are; all other metadata stay as they are.
    ///
    /// # Errors
    /// Attributes that are called as one of the group's own, or where the system refuses.
    pub fn set_attributes(&mut self, attributes: &PyramidAttributes) -> Result<(), RgbPyramidError> {
        attributes.check()?;
        if self.attributes != *attributes {
            let failed = RgbPyramidError::io(place(&*self.store, DOCUMENT));
            let mut text = Vec::new();
            self.store.forget(DOCUMENT);
            if !self.store.read_into(DOCUMENT, ByteRange::All, &mut text).map_err(&failed)? {
                return Err(failed(ErrorKind::NotFound.into()));
            }
            let wrong = |error: serde_json::Error| RgbPyramidError::Metadata { why: error.to_string() };
            let mut document: Map<String, Value> = serde_json::from_slice(&text).map_err(wrong)?;
            if let Some(Value::Object(old)) = document.get_mut("attributes") {
                *old = attributes.in_place_of(old);
            }
            let text = serde_json::to_string_pretty(&document).map_err(wrong)?;
            self.put(DOCUMENT, text.as_bytes()).map_err(failed)?;
            self.attributes = attributes.clone();
        }
        Ok(())
    }

    /// Does something with the folder of what is not whole yet; `None` where there is none, in a store of objects.
    fn with_partial<T>(&self, work: impl FnOnce(&Partial) -> io::Result<T>) -> io::Result<Option<T>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let mut slot = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *slot {
            Some(partial) => work(partial).map(Some),
            slot => work(slot.insert(Partial::begin(folder)?)).map(Some),
        }
    }

    /// Puts bytes in the place of what is there, whole.
    fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.with_partial(Partial::file)?;
        let (Some(mut file), Some(folder)) = (file, &self.folder) else {
            return self.store.put(object, bytes);
        };
        file.write_all(bytes)?;
        partial::put(file, &folder.join(object), self.sync)
    }
}

/// Refuses what no pyramid can be made of.
fn check(grid: &PyramidGrid, attributes: &PyramidAttributes) -> Result<(), RgbPyramidError> {
    if grid.crs() != Crs::LonLat {
        return Err(RgbPyramidError::Crs { got: grid.crs() });
    }
    attributes.check()
}

/// Makes a pyramid without chunks at a path where nothing is, or an empty folder.
fn make(path: &Path, grid: &PyramidGrid, attributes: &PyramidAttributes) -> Result<(), RgbPyramidError> {
    if let Err(error) = fs::remove_dir(path) {
        match error.kind() {
            ErrorKind::NotFound => {}
            ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => {
                return Err(RgbPyramidError::NotAPyramid { name: path.display().to_string() });
            }
            _ => return Err(RgbPyramidError::io(path.display().to_string())(error)),
        }
    }
    metadata::write(Place::folder(path, false, true)?, grid, attributes)
}
