//! An archive in memory whose tiles can change and break.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use ndarray::{Array2, Array3};
use tessera_core::{
    Archive, Channels, DatasetVersion, PixelGrid, Quantized, QuantizedView, Region, Scales, Source,
    SourceError, Stamp, Tile, TileId, Window, Year,
};
use tessera_zarr::{
    FillOptions, FillReport, UnitReport, ZoneFillError, ZoneLayout, ZoneSpec, ZoneUnit, ZoneWriter,
};

pub(crate) const CHANNELS: usize = 4;

pub(crate) fn year(number: u16) -> Year {
    Year::new(number).unwrap()
}

pub(crate) fn v1() -> DatasetVersion {
    DatasetVersion::named("v1")
}

/// What is the matter with a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    /// It cannot be opened.
    Closed,
    /// It opens and cannot be read to its end.
    Torn,
    /// Its channels have different scales.
    ManyScales,
    Channels(usize),
    OffLattice,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) seed: usize,
    pub(crate) health: Health,
}

/// Tiles by year and name; the pixels follow from the seed.
pub(crate) struct Fake {
    pub(crate) version: DatasetVersion,
    pub(crate) tiles: Mutex<BTreeMap<(Year, TileId), Entry>>,
}

impl Fake {
    pub(crate) fn new(names: &[&str]) -> Self {
        let entry = |seed| Entry { seed, health: Health::Well };
        let tiles =
            names.iter().enumerate().map(|(at, name)| ((year(2024), name.parse().unwrap()), entry(at)));
        Self { version: v1(), tiles: Mutex::new(tiles.collect()) }
    }

    pub(crate) fn set(&self, name: &str, seed: usize, health: Health) {
        self.tiles.lock().unwrap().insert((year(2024), name.parse().unwrap()), Entry { seed, health });
    }

    pub(crate) fn remove(&self, name: &str) {
        self.tiles.lock().unwrap().remove(&(year(2024), name.parse().unwrap()));
    }
}

pub(crate) struct FakeTile {
    id: TileId,
    grid: PixelGrid,
    version: DatasetVersion,
    pixels: Quantized,
    torn: bool,
}

impl FakeTile {
    fn new(id: TileId, entry: &Entry, version: DatasetVersion) -> Self {
        let mut grid = PixelGrid::of_tile(id).unwrap();
        if entry.health == Health::OffLattice {
            grid = PixelGrid::new(grid.zone(), grid.west() + 3.0, grid.north(), grid.rows(), grid.cols())
                .unwrap();
        }
        let channels = if let Health::Channels(n) = entry.health { n } else { CHANNELS };
        let (rows, cols, seed) = (grid.rows(), grid.cols(), entry.seed);
        let data = Array3::from_shape_fn((rows, cols, channels), |(r, c, k)| {
            (r * 31 + c * 7 + k * 3 + seed * 13) as i8
        });
        let scale = |r: usize, c: usize| match ((r / 5) * 3 + (c / 4) * 7 + seed * 5) % 11 {
            0 | 1 => f32::NAN,
            2 => f32::INFINITY,
            3 => 0.0,
            4 => -161_685.0,
            _ => 0.01 + (r * 100 + c) as f32 * 1e-7,
        };
        let scales = if entry.health == Health::ManyScales {
            Scales::Channel(Array3::from_shape_fn(data.dim(), |(r, c, k)| scale(r, c) * (1 + k) as f32))
        } else {
            Scales::Pixel(Array2::from_shape_fn((rows, cols), |(r, c)| scale(r, c)))
        };
        let pixels = Quantized::new(data, scales).unwrap();
        Self { id, grid, version, pixels, torn: entry.health == Health::Torn }
    }
}

impl Source for FakeTile {
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
        if self.torn && window.end_row() > 100 {
            return Err(SourceError::new(self.name(), "it ends after row 100"));
        }
        self.pixels
            .view()
            .read_into(window, channels, out)
            .map_err(|cause| SourceError::new(self.name(), cause))
    }
    fn view(&self) -> Option<QuantizedView<'_>> {
        (!self.torn).then(|| self.pixels.view())
    }
    fn block_rows(&self) -> usize {
        64
    }
}

impl Tile for FakeTile {
    fn id(&self) -> TileId {
        self.id
    }
    fn year(&self) -> Option<Year> {
        Some(year(2024))
    }
    fn version(&self) -> &DatasetVersion {
        &self.version
    }
}

impl Archive for Fake {
    fn name(&self) -> String {
        "the archive".into()
    }
    fn years(&self) -> Vec<Year> {
        let mut years: Vec<_> = self.tiles.lock().unwrap().keys().map(|(year, _)| *year).collect();
        years.dedup();
        years
    }
    fn tiles(&self, year: Year) -> Vec<TileId> {
        self.tiles.lock().unwrap().keys().filter(|(of, _)| *of == year).map(|(_, id)| *id).collect()
    }
    fn tiles_in(&self, year: Year, region: &Region) -> Vec<TileId> {
        region.among(&self.tiles(year))
    }
    fn open(&self, id: TileId, year: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        match self.tiles.lock().unwrap().get(&(year, id)) {
            None => Ok(None),
            Some(Entry { health: Health::Closed, .. }) => {
                Err(SourceError::new(id.to_string(), "it cannot be opened"))
            }
            Some(entry) => Ok(Some(Box::new(FakeTile::new(id, entry, self.version.clone())))),
        }
    }
    fn version(&self) -> DatasetVersion {
        self.version.clone()
    }
    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError> {
        let tiles = self.tiles.lock().unwrap();
        Ok(tiles.get(&(year, id)).map(|entry| Stamp { bytes: 7, version: format!("{entry:?}") }))
    }
}

/// Near the pole, where tiles are narrow and lie on one another; the last is in the next zone.
pub(crate) const NAMES: [&str; 5] =
    ["grid_0.05_88.85", "grid_0.15_88.85", "grid_0.05_88.95", "grid_0.15_88.95", "grid_6.05_88.85"];

pub(crate) fn layout() -> ZoneLayout {
    ZoneLayout::new(16, 256).unwrap()
}

pub(crate) fn spec() -> ZoneSpec {
    ZoneSpec::new(v1()).channels(CHANNELS).layout(layout()).zones([31, 32]).years([year(2023), year(2024)])
}

pub(crate) fn create(path: &Path) -> ZoneWriter {
    ZoneWriter::create(path, &spec()).unwrap()
}

/// Fills all shards of 2024; what was told of each.
pub(crate) fn fill(store: &ZoneWriter, archive: &Fake, options: &FillOptions) -> (FillReport, Vec<UnitTold>) {
    let units = store.plan(archive, year(2024), None).unwrap();
    fill_units(store, archive, &units, options)
}

/// A shard's name, whether it was written, the tiles that failed, and the error.
pub(crate) type UnitTold = (String, bool, Vec<String>, Option<String>);

pub(crate) fn fill_units(
    store: &ZoneWriter,
    archive: &Fake,
    units: &[ZoneUnit],
    options: &FillOptions,
) -> (FillReport, Vec<UnitTold>) {
    let told = Mutex::new(Vec::new());
    let tell = |event: tessera_zarr::FillEvent<'_>| {
        if let tessera_zarr::FillEvent::Unit(unit) = event {
            told.lock().unwrap().push(tell_unit(unit));
        }
    };
    let report = store.fill(archive, units, &options.clone().sync(false), &tell, &|| false).unwrap();
    let mut told = told.into_inner().unwrap();
    told.sort();
    (report, told)
}

fn tell_unit(unit: &UnitReport) -> UnitTold {
    use tessera_zarr::FillState;
    let failed = unit.failed.iter().map(|(id, why)| format!("{id}: {why}")).collect();
    let error = if let FillState::Failed(error) = &unit.state { Some(error.to_string()) } else { None };
    (unit.unit.to_string(), matches!(unit.state, FillState::Written), failed, error)
}

/// Every file below a folder with its bytes.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Whether an error is of a kind.
pub(crate) fn message<T: std::fmt::Debug>(result: Result<T, ZoneFillError>) -> String {
    result.unwrap_err().to_string()
}
