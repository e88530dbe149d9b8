//! Writing any raster of pixels as a store.

use std::error::Error;
use std::ops::Range;
use std::path::Path;

use tessera_core::{ByteStore, DatasetVersion, MemoryBudget, Quantized, RasterGrid, ScalesView, Year};

use crate::array::ArraySpec;
use crate::attributes::raster;
use crate::encode::{ALL_OBJECTS, ChunkWriter, FillChunk};
use crate::place::Place;
use crate::tile_writer::{is_of, names_of_all};
use crate::{Layout, StagingError, WriteError, WriteReport, metadata, tile_arrays};

/// Writes stores of any raster: the answer to a query, say, in the form of a tile store, on any grid.
///
/// The pixels are asked for from north to south, a row of chunks (or of shards) at a time, so that the memory does not
/// depend on how many rows there are. A store appears whole or not at all.
///
/// ```
/// use tessera_core::{Crs, DatasetVersion, MemoryBudget, RasterGrid, Year};
/// use tessera_zarr::{Layout, RasterInfo, RasterWriter};
///
/// let dir = tempfile::tempdir()?;
/// let grid = RasterGrid::new(Crs::LonLat, (0.0, 52.0), (0.01, 0.01), 300, 40)?;
/// let info = RasterInfo {
///     grid, year: Year::new(2024)?, version: &DatasetVersion::named("v1"), channels: 3, title: "a region",
/// };
/// let mut asked = Vec::new();
/// let report = RasterWriter::new(Layout::default()).write(
///     &dir.path().join("a.zarr"), &info, MemoryBudget::default(), &mut |rows, out| {
///         let (mut data, scales) = out.reset(rows.len(), 40, 3);
///         data.fill(1);
///         scales.fill(0.5);
///         asked.push(rows);
///         Ok(())
///     })?;
/// assert_eq!(asked, [0..256, 256..300]);
/// assert!(RasterWriter::new(Layout::default()).strips(&grid, 3)?.eq(asked));
/// assert_eq!(report.bytes_in, 300 * 40 * (3 + 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RasterWriter {
    layout: Layout,
    overwrite: bool,
    sync: bool,
    created: Option<String>,
}

/// What a raster is.
#[derive(Debug, Clone, Copy)]
pub struct RasterInfo<'a> {
    /// Where its pixels lie.
    pub grid: RasterGrid,
    /// The year that they are of.
    pub year: Year,
    /// The dataset that they belong to.
    pub version: &'a DatasetVersion,
    /// The number of channels.
    pub channels: usize,
    /// What to call it.
    pub title: &'a str,
}

/// Puts the pixels of some rows, all columns and channels, into a buffer, with one scale a pixel.
pub type ReadRows<'a> =
    dyn FnMut(Range<usize>, &mut Quantized) -> Result<(), Box<dyn Error + Send + Sync>> + 'a;

impl RasterWriter {
    /// A writer of stores in this layout, which refuses to overwrite and brings every file to disk.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self { layout, overwrite: false, sync: true, created: None }
    }

    /// Whether a store that stands in the place is replaced. Anything that is not a Zarr store never is.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Whether every file is on disk (`fsync`) before the store takes its place; yes by default.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// The time of writing that the store tells, RFC 3339; left out by default.
    #[must_use]
    pub fn created(mut self, created: impl Into<String>) -> Self {
        self.created = Some(created.into());
        self
    }

    /// The rows of a raster of so many channels that are asked for at a time, as [`write`](Self::write) asks for them.
    ///
    /// # Errors
    /// A layout that does not fit the raster.
    pub fn strips(
        &self,
        grid: &RasterGrid,
        channels: usize,
    ) -> Result<impl Iterator<Item = Range<usize>> + use<>, WriteError> {
        let (rows, cols) = (grid.rows(), grid.cols());
        let step = rows_of(&tile_arrays::embeddings(&self.layout, (rows, cols, channels), grid.crs())?, grid);
        Ok((0..rows).step_by(step).map(move |first| first..(first + step).min(rows)))
    }

    /// Writes a raster to `path`, whose parent folder must exist.
    ///
    /// # Errors
    /// [`WriteError`]: more memory than the budget for the rows of one row of chunks, pixels that cannot be had or are of
    /// another shape, or a place that cannot be written. Then nothing is left at `path`, or what was there.
    pub fn write(
        &self,
        path: &Path,
        info: &RasterInfo<'_>,
        budget: MemoryBudget,
        read: &mut ReadRows<'_>,
    ) -> Result<WriteReport, WriteError> {
        self.write_at(info, budget, read, |_| Place::folder(path, self.overwrite, self.sync))
    }

    /// Writes a raster at the root of a store of objects, as [`TileWriter::write_in`](crate::TileWriter::write_in) does with
    /// a tile.
    ///
    /// # Errors
    /// As [`write`](Self::write); then there is no store in the place, or the one that was there, unless it was to be
    /// overwritten.
    pub fn write_in(
        &self,
        store: &dyn ByteStore,
        info: &RasterInfo<'_>,
        budget: MemoryBudget,
        read: &mut ReadRows<'_>,
    ) -> Result<WriteReport, WriteError> {
        self.write_at(info, budget, read, |arrays| {
            Place::objects(store, self.overwrite, &|name| is_of(arrays, name))
        })
    }

    fn write_at<'a>(
        &self,
        info: &RasterInfo<'_>,
        budget: MemoryBudget,
        read: &mut ReadRows<'_>,
        begin: impl FnOnce(&[ArraySpec]) -> Result<Place<'a>, StagingError>,
    ) -> Result<WriteReport, WriteError> {
        let (grid, channels, format) = (&info.grid, info.channels, self.layout.format());
        let dim = (grid.rows(), grid.cols(), channels);
        let mut arrays = vec![
            tile_arrays::embeddings(&self.layout, dim, grid.crs())?,
            tile_arrays::scales(&self.layout, &[dim.0, dim.1], grid.crs())?,
        ];
        let coordinates = tile_arrays::coordinates(grid, info.year, channels)?;
        arrays.extend(coordinates.iter().map(|one| one.spec.clone()));
        let (embeddings, scales) = (&arrays[0], &arrays[1]);
        let step = rows_of(embeddings, grid);
        let needed = (step as u64).saturating_mul(grid.cols() as u64).saturating_mul(channels as u64 + 4);
        if needed > budget.bytes() {
            let (rows, cols, budget) = (step, grid.cols(), budget.bytes());
            return Err(WriteError::Memory { rows, cols, needed, budget });
        }
        let documents =
            metadata::documents(format, &arrays, &raster::attributes(info, self.created.as_deref()))
                .map_err(|why| WriteError::Metadata { why })?;

        let place = begin(&arrays)?;
        let bytes_out = place.write(
            &documents,
            || names_of_all(&arrays, format),
            |puts| {
                let write = |spec: &ArraySpec, objects: Range<u64>, fill: &FillChunk<'_>| {
                    ChunkWriter { spec, format, puts, folder: spec.name, rows_read: None, objects }
                        .write(fill)
                };
                let mut bytes_out = 0;
                let mut pixels = Quantized::empty();
                for (band, first) in (0..grid.rows()).step_by(step).enumerate() {
                    let rows = first..(first + step).min(grid.rows());
                    read(rows.clone(), &mut pixels).map_err(|cause| WriteError::Pixels { cause })?;
                    let (view, objects) = (pixels.view(), band as u64..band as u64 + 1);
                    let (got, factors) = (view.dim(), view.scales());
                    if got != (rows.len(), grid.cols(), channels) || !matches!(factors, ScalesView::Pixel(_))
                    {
                        let (rows, cols) = (got.0, got.1);
                        return Err(WriteError::Shape {
                            rows,
                            cols,
                            grid_rows: step,
                            grid_cols: grid.cols(),
                        });
                    }
                    let data = view.data();
                    bytes_out += write(embeddings, objects.clone(), &|index, out| {
                        tile_arrays::fill_embeddings((&data, first), &embeddings.grid, index, out);
                    })?;
                    bytes_out += write(scales, objects, &|index, out| {
                        tile_arrays::fill_scales((&factors, first), &scales.grid, index, out);
                    })?;
                }
                for one in &coordinates {
                    write(&one.spec, ALL_OBJECTS, &|_, out| out.copy_from_slice(&one.bytes))?;
                }
                Ok(bytes_out)
            },
        )?;
        let pixels = (grid.rows() as u64).saturating_mul(grid.cols() as u64);
        Ok(WriteReport {
            chunks: embeddings.grid.count() + scales.grid.count(),
            objects: embeddings.objects()?.count() + scales.objects()?.count(),
            bytes_in: pixels.saturating_mul(channels as u64 + 4),
            bytes_out,
        })
    }
}

/// Rows that are written at a time: those of a chunk, or of a shard.
fn rows_of(embeddings: &ArraySpec, grid: &RasterGrid) -> usize {
    let step = embeddings.shard.as_ref().map_or(embeddings.grid.chunk_shape()[0], |shard| shard[0]);
    usize::try_from(step).unwrap_or(usize::MAX).clamp(1, grid.rows().max(1))
}
