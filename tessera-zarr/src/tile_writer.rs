//! Writing a tile store.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::{Crs, DatasetVersion, PixelGrid, QuantizedView, TileId, Year};

use crate::array::ArraySpec;
use crate::attributes::{self, TileInfo};
use crate::encode::{ALL_OBJECTS, ChunkWriter, FillChunk, RowsRead};
use crate::metadata;
use crate::staging::{Staging, StagingError};
use crate::tile_arrays;
use crate::{ChunkGridError, Layout, ZarrFormat};

/// Writes tile stores: one tile as a Zarr group of `embeddings`, `scales`, `x`, `y`, `band`, `time`, `spatial_ref` and the
/// edges of its cell, `cell_lat` and `cell_lon`.
///
/// A store appears whole or not at all: it is written into a temporary folder beside its place, brought to disk and
/// renamed. Chunks are encoded on all threads of rayon's pool.
///
/// ```
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{Source, Tile, Year};
/// use tessera_zarr::{Layout, TileStore, TileWriter};
///
/// let dir = tempfile::tempdir()?;
/// let tile = Synthetic::new(1).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
/// let path = dir.path().join("tile.zarr");
/// let report = TileWriter::new(Layout::default()).write(
///     &path, tile.view(), tile.grid(), tile.id(), Year::new(2024)?, tile.version())?;
/// assert_eq!((report.chunks, report.bytes_in), (2, 60 * 40 * 132));
/// assert_eq!(TileStore::open(&path)?.grid(), tile.grid());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TileWriter {
    layout: Layout,
    overwrite: bool,
    sync: bool,
    created: Option<String>,
    rows_read: Option<Arc<RowsRead>>,
}

impl std::fmt::Debug for TileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TileWriter").field("layout", &self.layout).finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteReport {
    /// Chunks of embeddings and scales.
    pub chunks: u64,
    /// Objects that they are in: as many, or the number of shards.
    pub objects: u64,
    /// Bytes of embeddings and scales before encoding, padding left out.
    pub bytes_in: u64,
    /// Bytes of embeddings and scales as stored.
    pub bytes_out: u64,
}

/// Why a store was not written. Nothing is left where it should stand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Something else stands in its place.
    #[error(transparent)]
    Place(#[from] StagingError),
    /// The file system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The codec refused a chunk.
    #[error("cannot encode array {array}: {why}")]
    Encode {
        /// The array.
        array: &'static str,
        /// What the codec said.
        why: String,
    },
    /// The array cannot be cut up.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
    /// The metadata cannot be represented.
    #[error("cannot make the metadata of the store: {why}")]
    Metadata {
        /// Why.
        why: String,
    },
    /// More memory than allowed.
    #[error(
        "{rows} rows of {cols} columns are written at a time, which takes {needed} bytes: expected at most {budget}; allow \
         more memory, or take smaller chunks or shards"
    )]
    Memory {
        /// Rows of a chunk, or of a shard.
        rows: usize,
        /// Columns of the raster.
        cols: usize,
        /// Bytes that they take.
        needed: u64,
        /// Bytes that are allowed.
        budget: u64,
    },
    /// The pixels could not be had.
    #[error("{cause}")]
    Pixels {
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Pixels and grid have different shapes.
    #[error("pixels of {rows} rows × {cols} columns do not fit a grid of {grid_rows} × {grid_cols}")]
    Shape {
        /// Rows of the pixels.
        rows: usize,
        /// Columns of the pixels.
        cols: usize,
        /// Rows of the grid.
        grid_rows: usize,
        /// Columns of the grid.
        grid_cols: usize,
    },
}

impl WriteError {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Io { path: path.clone(), cause }
    }

    /// The file system's error, where that is the cause: a full disk, say.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Io { cause, .. } | Self::Place(StagingError::Io { cause, .. }) => Some(cause),
            _ => None,
        }
    }
}

impl TileWriter {
    /// A writer of stores in this layout, which refuses to overwrite and brings every file to disk.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self { layout, overwrite: false, sync: true, created: None, rows_read: None }
    }

    /// Whether a store that stands in the place is replaced. Anything that is not a Zarr store never is.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Whether every file is on disk (`fsync`) before the store takes its place; yes by default. Without it a crash of
    /// the machine, not of the program, can leave a store with empty files.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// The time of writing that the store's `date_created`, `date_modified` and `history` tell, RFC 3339; left out by default, so that
    /// the same input gives the same bytes.
    #[must_use]
    pub fn created(mut self, created: impl Into<String>) -> Self {
        self.created = Some(created.into());
        self
    }

    /// Tells ranges of rows of pixels that have been read for the last time: the embeddings of a mapped tile can then be
    /// given back, so that the tile never is in memory as a whole. Called from any thread, in any order.
    #[must_use]
    pub fn on_rows_read(mut self, told: impl Fn(Range<usize>) + Send + Sync + 'static) -> Self {
        self.rows_read = Some(Arc::new(told));
        self
    }

    /// Writes the store of a tile to `path`, whose parent folder must exist. `pixels` and `grid` have the same rows and
    /// columns.
    ///
    /// # Errors
    /// [`WriteError`]; then nothing is left at `path`, or what was there.
    pub fn write(
        &self,
        path: &Path,
        pixels: QuantizedView<'_>,
        grid: &PixelGrid,
        id: TileId,
        year: Year,
        version: &DatasetVersion,
    ) -> Result<WriteReport, WriteError> {
        let (rows, cols, channels) = pixels.dim();
        if (rows, cols) != (grid.rows(), grid.cols()) {
            return Err(WriteError::Shape { rows, cols, grid_rows: grid.rows(), grid_cols: grid.cols() });
        }
        let info = TileInfo { id, year, version, grid, channels, created: self.created.as_deref() };
        let crs = Crs::Utm(grid.zone());
        let embeddings = tile_arrays::embeddings(&self.layout, pixels.dim(), crs)?;
        let scales = tile_arrays::scales(&self.layout, pixels.scales().shape(), crs)?;
        let mut coordinates = tile_arrays::coordinates(&(*grid).into(), year, channels)?;
        coordinates.extend(tile_arrays::cell(id)?);

        let staging = Staging::begin(path, self.overwrite)?;
        let mut report = WriteReport { chunks: 0, objects: 0, bytes_in: 0, bytes_out: 0 };
        let (data, factors) = (pixels.data(), pixels.scales());
        let mut write = |spec: &ArraySpec, fill: &FillChunk<'_>| {
            report.chunks += spec.grid.count();
            report.objects += spec.objects()?.count();
            report.bytes_in += spec.grid.shape().iter().product::<u64>() * spec.data_type.size() as u64;
            let told = if spec.name == "embeddings" { self.rows_read.as_deref() } else { None };
            report.bytes_out += self.array(staging.path(), spec)?.write(fill, told)?;
            Ok::<(), WriteError>(())
        };
        write(&embeddings, &|index, out| {
            tile_arrays::fill_embeddings((&data, 0), &embeddings.grid, index, out);
        })?;
        write(&scales, &|index, out| tile_arrays::fill_scales((&factors, 0), &scales.grid, index, out))?;
        for coordinate in &coordinates {
            self.array(staging.path(), &coordinate.spec)?
                .write(&|_, out| out.copy_from_slice(&coordinate.bytes), None)?;
        }

        let mut arrays = vec![embeddings, scales];
        arrays.extend(coordinates.into_iter().map(|coordinate| coordinate.spec));
        let documents =
            metadata::documents(self.layout.format(), &arrays, &attributes::group::attributes(&info))
                .map_err(|why| WriteError::Metadata { why })?;
        staging.write(&documents, self.sync)?;
        staging.commit(self.sync)?;
        Ok(report)
    }

    fn array<'a>(&self, store: &Path, spec: &'a ArraySpec) -> Result<ArrayFolder<'a>, WriteError> {
        let folder = store.join(spec.name);
        std::fs::create_dir(&folder).map_err(WriteError::io(&folder))?;
        Ok(ArrayFolder { spec, folder, format: self.layout.format(), sync: self.sync })
    }
}

/// An array whose folder exists.
struct ArrayFolder<'a> {
    spec: &'a ArraySpec,
    folder: PathBuf,
    format: ZarrFormat,
    sync: bool,
}

impl ArrayFolder<'_> {
    fn write(&self, fill: &FillChunk<'_>, rows_read: Option<&RowsRead>) -> Result<u64, WriteError> {
        let Self { spec, ref folder, format, sync } = *self;
        ChunkWriter { spec, format, folder, sync, rows_read, objects: ALL_OBJECTS }.write(fill)
    }
}
