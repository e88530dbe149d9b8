//! Writing a tile store.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tessera_core::{ByteStore, Crs, DatasetVersion, PixelGrid, QuantizedView, TileId, Year};

use crate::array::ArraySpec;
use crate::attributes::{self, TileInfo};
use crate::encode::{ALL_OBJECTS, ChunkWriter, FillChunk, RowsRead, names_of};
use crate::place::Place;
use crate::{Layout, StagingError, WriteError, ZarrFormat, metadata, tile_arrays};

/// Writes tile stores: one tile as a Zarr group of `embeddings`, `scales`, `x`, `y`, `band`, `time`, `spatial_ref` and the
/// edges of its cell, `cell_lat` and `cell_lon`.
///
/// A store appears whole or not at all: in a folder it is written beside its place, brought to disk and renamed; among the
/// objects of a store that cannot rename, what makes it one comes last ([`write_in`](Self::write_in)). Chunks are encoded on all threads of rayon's pool.
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
        self.write_at(pixels, grid, (id, year, version), |_| Place::folder(path, self.overwrite, self.sync))
    }

    /// Writes the store of a tile at the root of a store of objects: a prefix of an object store, say. `pixels` and `grid`
    /// have the same rows and columns.
    ///
    /// The documents by which readers open it come last, so that no reader sees a store before its pixels; over nothing
    /// that is there already, as long as nobody asks for that. Overwriting takes them away first. What an interrupted
    /// program left, which is no store, is written over.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tessera_core::synthetic::Synthetic;
    /// use tessera_core::{Folder, Source, Tile, Year};
    /// use tessera_zarr::{Layout, TileStore, TileWriter};
    ///
    /// let dir = tempfile::tempdir()?;
    /// let place = Arc::new(Folder::new(dir.path().join("tile.zarr"))); // whatever implements ByteStore
    /// let tile = Synthetic::new(1).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
    /// let write = |writer: TileWriter| {
    ///     writer.write_in(&*place, tile.view(), tile.grid(), tile.id(), Year::new(2024)?, tile.version())
    ///         .map_err(Box::<dyn std::error::Error>::from)
    /// };
    /// assert_eq!(write(TileWriter::new(Layout::default()))?.chunks, 2);
    /// assert_eq!(TileStore::open_in(place.clone())?.grid(), tile.grid());
    /// let refused = write(TileWriter::new(Layout::default())).unwrap_err();
    /// assert!(refused.to_string().contains("tile.zarr exists already"));
    /// write(TileWriter::new(Layout::default()).overwrite(true))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WriteError`]; then there is no store in the place, or the one that was there, unless it was to be overwritten.
    /// Something that is neither a Zarr store nor what is left of one is not touched. Two programs that write to one place
    /// at once are told so, the one that ends later; if their pixels differ they may be mixed until one of them has written
    /// the store again.
    pub fn write_in(
        &self,
        store: &dyn ByteStore,
        pixels: QuantizedView<'_>,
        grid: &PixelGrid,
        id: TileId,
        year: Year,
        version: &DatasetVersion,
    ) -> Result<WriteReport, WriteError> {
        self.write_at(pixels, grid, (id, year, version), |arrays| {
            Place::objects(store, self.overwrite, &|name| is_of(arrays, name))
        })
    }

    fn write_at<'a>(
        &self,
        pixels: QuantizedView<'_>,
        grid: &PixelGrid,
        (id, year, version): (TileId, Year, &DatasetVersion),
        begin: impl FnOnce(&[ArraySpec]) -> Result<Place<'a>, StagingError>,
    ) -> Result<WriteReport, WriteError> {
        let (rows, cols, channels) = pixels.dim();
        if (rows, cols) != (grid.rows(), grid.cols()) {
            return Err(WriteError::Shape { rows, cols, grid_rows: grid.rows(), grid_cols: grid.cols() });
        }
        let info = TileInfo { id, year, version, grid, channels, created: self.created.as_deref() };
        let (crs, format) = (Crs::Utm(grid.zone()), self.layout.format());
        let mut arrays = vec![
            tile_arrays::embeddings(&self.layout, pixels.dim(), crs)?,
            tile_arrays::scales(&self.layout, pixels.scales().shape(), crs)?,
        ];
        let mut coordinates = tile_arrays::coordinates(&(*grid).into(), year, channels)?;
        coordinates.extend(tile_arrays::cell(id)?);
        arrays.extend(coordinates.iter().map(|coordinate| coordinate.spec.clone()));
        let documents = metadata::documents(format, &arrays, &attributes::group::attributes(&info))
            .map_err(|why| WriteError::Metadata { why })?;

        let mut report = WriteReport { chunks: 0, objects: 0, bytes_in: 0, bytes_out: 0 };
        for spec in &arrays[..2] {
            report.chunks += spec.grid.count();
            report.objects += spec.objects()?.count();
            report.bytes_in += spec.grid.shape().iter().product::<u64>() * spec.data_type.size() as u64;
        }
        let (data, factors) = (pixels.data(), pixels.scales());
        let place = begin(&arrays)?;
        report.bytes_out = place.write(
            &documents,
            || names_of_all(&arrays, format),
            |puts| {
                let write = |spec: &ArraySpec, rows_read, fill: &FillChunk<'_>| {
                    ChunkWriter { spec, format, puts, folder: spec.name, rows_read, objects: ALL_OBJECTS }
                        .write(fill)
                };
                let grid = &arrays[0].grid;
                let bytes = write(&arrays[0], self.rows_read.as_deref(), &|index, out| {
                    tile_arrays::fill_embeddings((&data, 0), grid, index, out);
                })?;
                let grid = &arrays[1].grid;
                let more = write(&arrays[1], None, &|index, out| {
                    tile_arrays::fill_scales((&factors, 0), grid, index, out);
                })?;
                for coordinate in &coordinates {
                    write(&coordinate.spec, None, &|_, out| out.copy_from_slice(&coordinate.bytes))?;
                }
                Ok::<u64, WriteError>(bytes + more)
            },
        )?;
        Ok(report)
    }
}

/// Whether something in a store belongs to one of these arrays, or is the attributes of its group.
pub(crate) fn is_of(arrays: &[ArraySpec], name: &str) -> bool {
    let top = name.split('/').next().unwrap_or_default();
    top == ".zattrs" || arrays.iter().any(|array| array.name == top)
}

/// The names of all objects of the arrays of a store that is one group.
pub(crate) fn names_of_all(arrays: &[ArraySpec], format: ZarrFormat) -> HashSet<String> {
    arrays.iter().flat_map(|array| names_of(array, format, array.name)).collect()
}
