//! A pyramid of pictures as a Zarr group.

mod attributes;
mod error;
mod metadata;
mod parsed;
mod partial;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tessera_core::{Crs, PyramidChunk, PyramidGrid, PyramidStore, SourceError};

pub use attributes::PyramidAttributes;
pub use error::{RgbChunkError, RgbPyramidError};

use crate::chunk_codec::ChunkCodec;
use crate::scratch::with_scratch;
use crate::staging::Staging;
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
/// While it is written a hidden folder `.partial` in it holds what is not whole yet; it goes when the last one who writes
/// is dropped, and what a killed process left in it goes with it.
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
#[derive(Debug)]
pub struct RgbPyramid {
    path: PathBuf,
    grid: PyramidGrid,
    attributes: PyramidAttributes,
    codec: ChunkCodec,
    sync: bool,
    /// Begun by the first who writes: what is only read stays as it is.
    partial: Mutex<Option<Partial>>,
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
        if grid.crs() != Crs::LonLat {
            return Err(RgbPyramidError::Crs { got: grid.crs() });
        }
        attributes.check()?;
        let mut pyramid = if path.join(DOCUMENT).exists() {
            Self::open(path)?
        } else {
            make(path, &grid, attributes)?;
            Self::with(path, grid, attributes.clone())?
        };
        if pyramid.grid != grid {
            let (got, expected) = (pyramid.grid.levels(), grid.levels());
            return Err(RgbPyramidError::OtherLevels { path: path.to_owned(), got, expected });
        }
        // What a killed process left is removed even where nothing is written.
        pyramid.with_partial(|_| Ok(())).map_err(RgbPyramidError::io(path))?;
        pyramid.set_attributes(attributes)?;
        Ok(pyramid)
    }

    /// Opens a pyramid of this form.
    ///
    /// # Errors
    /// Where it is none: the error says what differs.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RgbPyramidError> {
        let path = path.as_ref();
        let (grid, attributes) = parsed::read(path)?;
        Self::with(path, grid, attributes)
    }

    fn with(path: &Path, grid: PyramidGrid, attributes: PyramidAttributes) -> Result<Self, RgbPyramidError> {
        let codec = ChunkCodec::new(metadata::codec(), 1).map_err(|why| RgbPyramidError::Metadata { why })?;
        let path = path.to_owned();
        Ok(Self { path, grid, attributes, codec, sync: true, partial: Mutex::default() })
    }

    /// Whether a chunk is on disk (`fsync`) before it takes its place, as it is unless told otherwise.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Where the group is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
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
            let place = self.path.join(DOCUMENT);
            let failed = RgbPyramidError::io(&place);
            let text = fs::read(&place).map_err(&failed)?;
            let wrong = |error: serde_json::Error| RgbPyramidError::Metadata { why: error.to_string() };
            let mut document: Map<String, Value> = serde_json::from_slice(&text).map_err(wrong)?;
            if let Some(Value::Object(old)) = document.get_mut("attributes") {
                *old = attributes.in_place_of(old);
            }
            let text = serde_json::to_string_pretty(&document).map_err(wrong)?;
            self.put(&place, text.as_bytes()).map_err(failed)?;
            self.attributes = attributes.clone();
        }
        Ok(())
    }

    /// The file of a chunk, relative to the group.
    fn name_of(&self, chunk: PyramidChunk) -> Result<PathBuf, RgbChunkError> {
        let PyramidChunk { level, row, col } = chunk;
        if self.grid.contains(chunk) {
            Ok(PathBuf::from(format!("{level}/rgb/c/{row}/{col}/0")))
        } else {
            Err(RgbChunkError::NotKept { chunk, levels: self.levels() })
        }
    }

    fn with_partial<T>(&self, work: impl FnOnce(&Partial) -> io::Result<T>) -> io::Result<T> {
        let mut slot = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *slot {
            Some(partial) => work(partial),
            slot => work(slot.insert(Partial::begin(&self.path)?)),
        }
    }

    /// Puts bytes in the place of what is there, whole.
    fn put(&self, place: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.with_partial(Partial::file)?;
        file.write_all(bytes)?;
        partial::put(file, place, self.sync)
    }

    fn read(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, RgbChunkError> {
        out.clear();
        let name = self.name_of(chunk)?;
        let failed = RgbChunkError::io(&name);
        let file = match File::open(self.path.join(&name)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed(error)),
        };
        let decoded = with_scratch(|scratch| {
            scratch.encoded.clear();
            file.take(MOST_FILE_BYTES as u64).read_to_end(&mut scratch.encoded).map_err(failed)?;
            out.resize(BYTES, 0);
            let decoded = self.codec.decode_bytes(&scratch.encoded, out, &mut scratch.contexts);
            decoded.map_err(|why| RgbChunkError::Damaged { name, why })
        });
        if decoded.is_err() {
            out.clear();
        }
        decoded.map(|()| true)
    }

    fn write(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), RgbChunkError> {
        let name = self.name_of(chunk)?;
        if pixels.len() != BYTES {
            return Err(RgbChunkError::Size { chunk, got: pixels.len() });
        }
        if pixels.as_chunks::<4>().0.iter().all(|[.., alpha]| *alpha == 0) {
            return self.remove(chunk);
        }
        with_scratch(|scratch| {
            self.codec
                .encode(pixels, &mut scratch.encoded, &mut scratch.contexts)
                .map_err(|why| RgbChunkError::Encode { chunk, why })?;
            self.put(&self.path.join(&name), &scratch.encoded).map_err(RgbChunkError::io(&name))
        })
    }

    fn remove(&self, chunk: PyramidChunk) -> Result<(), RgbChunkError> {
        let name = self.name_of(chunk)?;
        let place = self.path.join(&name);
        match fs::remove_file(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(RgbChunkError::io(&name)(error)),
            Ok(()) => {
                // Each chunk has a folder of its own, which is of no use without it.
                let _ = place.parent().map(fs::remove_dir);
                Ok(())
            }
        }
    }

    fn told<T>(&self, result: Result<T, RgbChunkError>) -> Result<T, SourceError> {
        result.map_err(|cause| SourceError::new(self.name(), cause))
    }
}

impl PyramidStore for RgbPyramid {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn grid(&self) -> &PyramidGrid {
        &self.grid
    }

    fn levels(&self) -> Range<u8> {
        0..self.grid.levels()
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

/// Makes a pyramid without chunks at a path where nothing is, or an empty folder.
fn make(path: &Path, grid: &PyramidGrid, attributes: &PyramidAttributes) -> Result<(), RgbPyramidError> {
    if let Err(error) = fs::remove_dir(path) {
        match error.kind() {
            ErrorKind::NotFound => {}
            ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => {
                return Err(RgbPyramidError::NotAPyramid { path: path.to_owned() });
            }
            _ => return Err(RgbPyramidError::io(path)(error)),
        }
    }
    let staging = Staging::begin(path, false)?;
    metadata::write(&staging, grid, attributes)?;
    Ok(staging.commit(true)?)
}
