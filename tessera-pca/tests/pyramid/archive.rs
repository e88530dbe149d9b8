//! Archives in memory.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use ndarray::{Array2, Array3};
use tessera_core::synthetic::Synthetic;
use tessera_core::{
    Archive, Channels, DatasetVersion, PixelGrid, Quantized, QuantizedView, Region, Scales, ScalesView,
    Source, SourceError, Stamp, Tile, TileId, Window, Year,
};
use tessera_pca::{PyramidPart, Rgba};

pub(crate) fn year() -> Year {
    Year::new(2024).unwrap()
}

/// A tile in memory, mapped or to be fetched by rows.
#[derive(Clone)]
pub(crate) struct MemoryTile {
    id: TileId,
    grid: PixelGrid,
    pixels: Arc<Quantized>,
    version: DatasetVersion,
    mapped: bool,
}

/// Tiles in memory, each with a stamp.
#[derive(Clone, Default)]
pub(crate) struct Tiles(BTreeMap<TileId, (MemoryTile, String)>);

impl Tiles {
    /// Tiles that continue each other.
    pub(crate) fn synthetic(names: &[&str]) -> Self {
        let mut tiles = Self::default();
        for name in names {
            let id = name.parse().unwrap();
            let made = Synthetic::new(5).channels(12).tile(id, year()).unwrap();
            tiles.put(id, *made.grid(), made.view().to_owned(), true, "synthetic");
        }
        tiles
    }

    fn put(&mut self, id: TileId, grid: PixelGrid, pixels: Quantized, mapped: bool, stamp: &str) {
        let tile =
            MemoryTile { id, grid, pixels: Arc::new(pixels), version: DatasetVersion::Unknown, mapped };
        self.0.insert(id, (tile, stamp.to_owned()));
    }

    /// A tile whose pixels follow from a seed: valid ones, water and none. All of it is water where the seed is 0.
    pub(crate) fn set(&mut self, name: &str, seed: usize) {
        let id: TileId = name.parse().unwrap();
        let grid = PixelGrid::of_tile(id).unwrap();
        let shape = (grid.rows(), grid.cols());
        let data = Array3::from_shape_fn((shape.0, shape.1, 4), |(r, c, k)| {
            (r / 7 * 31 + c / 5 * 17 + k * 3 + seed * 13) as i8
        });
        let scale = |(r, c): (usize, usize)| match ((r / 50) * 3 + (c / 40) * 7 + seed) % 11 {
            _ if seed == 0 => f32::NAN,
            0 | 1 => f32::NAN,
            2 => f32::INFINITY,
            _ => 0.5,
        };
        let pixels = Quantized::new(data, Scales::Pixel(Array2::from_shape_fn(shape, scale))).unwrap();
        self.put(id, grid, pixels, false, &format!("seed {seed}"));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(&name.parse::<TileId>().unwrap());
    }

    /// Only one of them.
    pub(crate) fn only(&self, id: TileId) -> Self {
        Self(BTreeMap::from([(id, self.0[&id].clone())]))
    }

    pub(crate) fn ids(&self) -> Vec<TileId> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn pixels(&self, id: TileId) -> QuantizedView<'_> {
        self.0[&id].0.pixels.view()
    }

    pub(crate) fn parts(&self) -> Vec<PyramidPart> {
        self.0.iter().map(|(id, (_, stamp))| PyramidPart::new(region_of(*id), stamp.clone())).collect()
    }
}

pub(crate) fn region_of(id: TileId) -> Region {
    let cell = id.bounds();
    Region::new(cell.min().x, cell.min().y, cell.max().x, cell.max().y).unwrap()
}

impl Source for MemoryTile {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }
    fn channels(&self) -> usize {
        self.pixels.view().dim().2
    }
    fn name(&self) -> String {
        self.id.to_string()
    }
    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        let read = self.pixels.view().read_into(window, channels, out);
        read.map_err(|cause| SourceError::new(self.name(), cause))
    }
    fn view(&self) -> Option<QuantizedView<'_>> {
        self.mapped.then(|| self.pixels.view())
    }
    fn block_rows(&self) -> usize {
        if self.mapped { 1 } else { 64 }
    }
}

impl Tile for MemoryTile {
    fn id(&self) -> TileId {
        self.id
    }
    fn year(&self) -> Option<Year> {
        Some(year())
    }
    fn version(&self) -> &DatasetVersion {
        &self.version
    }
}

impl Archive for Tiles {
    fn name(&self) -> String {
        "the archive".into()
    }
    fn years(&self) -> Vec<Year> {
        vec![year()]
    }
    fn tiles(&self, _: Year) -> Vec<TileId> {
        self.ids()
    }
    fn tiles_in(&self, _: Year, region: &Region) -> Vec<TileId> {
        region.among(&self.ids())
    }
    fn open(&self, id: TileId, _: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        Ok(self.0.get(&id).map(|(tile, _)| Box::new(tile.clone()) as Box<dyn Tile>))
    }
    fn version(&self) -> DatasetVersion {
        DatasetVersion::Unknown
    }
    fn stamp(&self, id: TileId, _: Year) -> Result<Option<Stamp>, SourceError> {
        Ok(self.0.get(&id).map(|(_, stamp)| Stamp { bytes: 1, version: stamp.clone() }))
    }
}

/// The first three values as they are; transparent where the scale is not that of a valid pixel.
pub(crate) fn plain(view: &QuantizedView<'_>, _zone: u8) -> Result<Rgba, Box<dyn Error + Send + Sync>> {
    let (rows, cols, _) = view.dim();
    let ScalesView::Pixel(scales) = view.scales() else { return Err("a scale for each channel".into()) };
    let mut pixels = Array3::zeros((rows, cols, 4));
    for ((r, c), &scale) in scales.indexed_iter() {
        if scale > 0.0 && scale < 1.0 {
            (0..3).for_each(|k| pixels[(r, c, k)] = view.data()[(r, c, k)].cast_unsigned());
            pixels[(r, c, 3)] = 255;
        }
    }
    Ok(Rgba::new(pixels)?)
}
