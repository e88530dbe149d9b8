//! One tile as a Zarr group, opened.

use std::path::Path;
use std::sync::Arc;

use ndarray::Axis;
use serde_json::{Map, Value};
use tessera_core::{
    ByteRanges, Channels, DatasetVersion, Fetches, PixelGrid, Quantized, Source, SourceError, Tile, TileId,
    UtmZone, Window, Year,
};

use crate::array::DataType;
use crate::asked::Asked;
use crate::group::{First, Group};
use crate::stored_array::StoredArray;
use crate::tile_read::{Wanted, plan_both, read_both};
use crate::{ChunkRead, Folder, OpenError, ReadError, ZarrFormat};

/// A tile store, opened: one tile as a Zarr group of either format, ours or another writer's in the same form.
///
/// Opening reads the metadata only. A read fetches the chunks that its window needs and no others, on all threads of
/// rayon's pool.
///
/// ```
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{Channels, Source, Tile, Window, Year};
/// use tessera_zarr::{Layout, TileStore, TileWriter};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("tile.zarr");
/// let tile = Synthetic::new(1).shape(300, 270).channels(8).tile("grid_0.15_52.05".parse()?, Year::new(2024)?)?;
/// TileWriter::new(Layout::default()).write(
///     &path, tile.view(), tile.grid(), tile.id(), Year::new(2024)?, tile.version())?;
///
/// let store = TileStore::open(&path)?;
/// assert_eq!((store.id(), store.year(), store.channels()), (tile.id(), tile.year(), 8));
/// let window = Window::new(250, 100, 20, 20);
/// let part = store.read_window(window, &Channels::All)?;
/// assert_eq!(part.view().data(), tile.view().window(window)?.data());
/// // It lies in two of the four chunks of each array.
/// assert_eq!(store.plan(window, &Channels::All)?.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TileStore {
    bytes: Arc<dyn ByteRanges>,
    format: ZarrFormat,
    consolidated: bool,
    attributes: Map<String, Value>,
    grid: PixelGrid,
    id: TileId,
    year: Option<Year>,
    version: DatasetVersion,
    embeddings: StoredArray,
    scales: StoredArray,
    opening: Fetches,
}

impl std::fmt::Debug for TileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TileStore")
            .field("name", &self.bytes.name())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl TileStore {
    /// Opens the store in a folder.
    ///
    /// # Errors
    /// [`OpenError`]: no store, or not a tile store.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_in(Arc::new(Folder::new(path.as_ref())))
    }

    /// Opens the store whose objects these are.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(bytes: Arc<dyn ByteRanges>) -> Result<Self, OpenError> {
        Self::open_as(bytes, First::Any)
    }

    /// Opens the store, which is most likely of a format.
    pub(crate) fn open_as(bytes: Arc<dyn ByteRanges>, first: First) -> Result<Self, OpenError> {
        let group = Group::open_as(bytes, first)?;
        group.read_ahead(&match group.format {
            ZarrFormat::V2 => ["embeddings/.zarray", "scales/.zarray"],
            ZarrFormat::V3 => ["embeddings/zarr.json", "scales/zarr.json"],
        });
        let indexes = Arc::default();
        let embeddings = StoredArray::open(&group, "embeddings", DataType::Int8, &indexes)?;
        let scales = StoredArray::open(&group, "scales", DataType::Float32, &indexes)?;
        let wrong = |array: &StoredArray, expected: &str| OpenError::Array {
            name: group.bytes.name(),
            array: array.name.to_owned(),
            got: format!("shape {:?}", array.shape),
            expected: expected.to_owned(),
        };
        let &[rows, cols, _] = embeddings.shape.as_slice() else {
            return Err(wrong(&embeddings, "a shape of (y, x, band)"));
        };
        if scales.shape != [rows, cols] && scales.shape != embeddings.shape {
            return Err(wrong(&scales, &format!("[{rows}, {cols}] or {:?}", embeddings.shape)));
        }
        let grid = grid(&group, rows, cols)?;
        let (id, year) = identity(&group)?;
        let version =
            group.attributes.get("product_version").and_then(Value::as_str).map(DatasetVersion::named);
        let consolidated = group.is_consolidated();
        let opening = group.asked();
        let Group { bytes, format, attributes, .. } = group;
        Ok(Self {
            bytes,
            format,
            consolidated,
            attributes,
            grid,
            id,
            year,
            version: version.unwrap_or_default(),
            embeddings,
            scales,
            opening,
        })
    }

    /// The Zarr format.
    #[must_use]
    pub fn format(&self) -> ZarrFormat {
        self.format
    }

    /// Whether the metadata of all arrays stands in one document, as it does in stores of ours.
    #[must_use]
    pub fn is_consolidated(&self) -> bool {
        self.consolidated
    }

    /// Whether each channel of a pixel has a scale of its own.
    #[must_use]
    pub fn has_channel_scales(&self) -> bool {
        self.scales.shape.len() == 3
    }

    /// The attributes of the group.
    #[must_use]
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The chunks that a read of a window and channels fetches: pure arithmetic on what the metadata says. An array in a
    /// layout of another writer that is read in the general way is left out.
    ///
    /// # Errors
    /// A window or a channel that the store does not have.
    pub fn plan(&self, window: Window, channels: &Channels) -> Result<Vec<ChunkRead>, ReadError> {
        let (window, list) = self.check(window, channels)?;
        let mut plan = self.embeddings.plan(window, &list);
        plan.extend(self.scales.plan(window, &list));
        Ok(plan)
    }

    /// Reads a window of some channels into `out`, whose memory is used again.
    ///
    /// # Errors
    /// A window or channel that the store does not have, or an object that cannot be read or decoded.
    pub fn read_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), ReadError> {
        let (window, list) = self.check(window, channels)?;
        let of_scales = self.of_scales(&list);
        let far = self.bytes.fetching().in_flight > 1;
        let embeddings = Wanted { array: &self.embeddings, channels: &list };
        let scales = Wanted { array: &self.scales, channels: of_scales };
        let (mut data, mut planes) = if self.has_channel_scales() {
            let (data, scales) = out.reset_per_channel(window.rows, window.cols, list.len());
            (data, scales.view_mut())
        } else {
            let (data, scales) = out.reset(window.rows, window.cols, list.len());
            (data, scales.view_mut().insert_axis(Axis(2)))
        };
        if far && read_both(window, (embeddings, data.view_mut()), (scales, planes.view_mut()))? {
            return Ok(());
        }
        self.embeddings.read_into(window, &list, data)?;
        self.scales.read_into(window, of_scales, planes)
    }

    /// What [`read_into`](Self::read_into), called in place of this, would ask of the store; `None` where that is not known,
    /// as where an array is read in the general way. See [`Source::fetches`].
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn plan_fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, ReadError> {
        let (window, list) = self.check(window, channels)?;
        let asked = Asked::plan();
        let embeddings = Wanted { array: &self.embeddings, channels: &list };
        let scales = Wanted { array: &self.scales, channels: self.of_scales(&list) };
        plan_both(window, [embeddings, scales], &asked)?;
        Ok(asked.total())
    }

    /// The channels of the scales that belong to channels of the embeddings.
    fn of_scales<'a>(&self, list: &'a [usize]) -> &'a [usize] {
        if self.has_channel_scales() { list } else { &[0] }
    }

    fn check(&self, window: Window, channels: &Channels) -> Result<(Window, Vec<usize>), ReadError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        Ok((window, channels.resolve(self.channels())?))
    }
}

/// The grid that the attributes describe, of this shape.
fn grid(group: &Group, rows: u64, cols: u64) -> Result<PixelGrid, OpenError> {
    const CODE: &str = "the code of a UTM zone, as in EPSG:32631";
    const TRANSFORM: &str = "six numbers, pixels of 10 m, north up";
    let code = group.text("proj:code", CODE)?;
    let zone = code.strip_prefix("EPSG:").and_then(|code| UtmZone::from_epsg(code.parse().ok()?).ok());
    let zone = zone.ok_or_else(|| group.bad_attribute("proj:code", CODE))?;
    let transform = group.attributes.get("spatial:transform").and_then(Value::as_array);
    let transform: Option<Vec<f64>> = transform.and_then(|list| list.iter().map(Value::as_f64).collect());
    let bad = || group.bad_attribute("spatial:transform", TRANSFORM);
    let Some(&[a, b, west, d, e, north]) = transform.as_deref() else { return Err(bad()) };
    if [a, b, d, e] != [10.0, 0.0, 0.0, -10.0] {
        return Err(bad());
    }
    // A number of rows beyond any machine's becomes one beyond any grid's, which is an error.
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    PixelGrid::new(zone, west, north, count(rows), count(cols)).map_err(|_| bad())
}

/// The tile and year in the ACDD `id`, as `grid_0.15_52.05_2024`.
fn identity(group: &Group) -> Result<(TileId, Option<Year>), OpenError> {
    const ID: &str = "the name of a tile and a year, as in grid_0.15_52.05_2024";
    let id = group.text("id", ID)?;
    let parsed = match id.rsplit_once('_').and_then(|(tile, year)| Some((tile, year.parse::<Year>().ok()?))) {
        Some((tile, year)) => tile.parse().map(|tile| (tile, Some(year))),
        None => id.parse().map(|tile| (tile, None)),
    };
    parsed.map_err(|_| group.bad_attribute("id", ID))
}

impl Source for TileStore {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        // The third dimension was seen when the store was opened.
        self.embeddings.shape[2] as usize
    }

    fn name(&self) -> String {
        self.bytes.name()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.read_into(window, channels, out).map_err(|cause| cause.of_source(self.name()))
    }

    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        self.plan_fetches(window, channels).map_err(|cause| cause.of_source(self.name()))
    }

    fn opening(&self) -> Fetches {
        self.opening
    }

    fn block_rows(&self) -> usize {
        self.embeddings.chunk_rows()
    }
}

impl Tile for TileStore {
    fn id(&self) -> TileId {
        self.id
    }

    fn year(&self) -> Option<Year> {
        self.year
    }

    fn version(&self) -> &DatasetVersion {
        &self.version
    }
}
