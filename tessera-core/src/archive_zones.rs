//! An archive of tiles as whole UTM zones.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::area::longitude;
use crate::shared_tile::SharedTile;
use crate::{
    Archive, Area, Channels, DatasetVersion, Fetches, Mosaic, MosaicError, PixelGrid, Quantized, Region,
    ScaleLimit, Source, SourceError, Tile, TileId, UtmProjection, UtmZone, Window, Year, Zones,
};

/// Rows that are gathered at a time.
const BAND: usize = 128;
/// By how many pixels a file may be larger, or lie elsewhere, than its name says and still be found.
const SLACK: i64 = 8;

/// An archive of tiles as whole UTM zones: the tiles of a zone are read as one raster by the rule of [`Mosaic`], opened
/// as they are needed.
///
/// The tiles of one archive are of one dataset, so they are read together also where nothing says which it is.
///
/// ```no_run
/// use tessera_core::{Archive, ArchiveZones, Region, Zones};
/// # fn archive() -> Box<dyn Archive> { unimplemented!() }
///
/// let archive = archive();
/// let zones = ArchiveZones::new(&*archive);
/// let cambridge = Region::new(0.0, 52.1, 0.3, 52.3)?;
/// let zone = zones.zone(31, "2024".parse()?, &cambridge)?.expect("there are tiles");
/// assert_eq!((zone.grid().rows(), zone.grid().cols()), (2_007_040, 69_632));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct ArchiveZones<'a> {
    archive: &'a dyn Archive,
    limit: ScaleLimit,
}

impl std::fmt::Debug for ArchiveZones<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ArchiveZones").field(&self.archive.name()).finish()
    }
}

impl<'a> ArchiveZones<'a> {
    /// The zones of an archive.
    #[must_use]
    pub fn new(archive: &'a dyn Archive) -> Self {
        Self { archive, limit: ScaleLimit::default() }
    }

    /// Another limit of the scales that are believed.
    #[must_use]
    pub fn limit(mut self, limit: ScaleLimit) -> Self {
        self.limit = limit;
        self
    }

    /// The tiles of a year that may have pixels on a grid in a zone, by their names alone, in the order of [`TileId`].
    ///
    /// # Errors
    /// Where the grid cannot be projected.
    pub fn tiles_on(&self, grid: &PixelGrid, year: Year) -> Result<Vec<TileId>, SourceError> {
        let failed = |cause: MosaicError| SourceError::new(self.archive.name(), cause);
        let grid = grid.northern();
        let (south, north) = latitudes(&grid).map_err(|cause| failed(cause.into()))?;
        let mut found = Vec::new();
        // Names of southern tiles are in the southern CRS; each hemisphere has a projection of its own.
        for hemisphere in [crate::Hemisphere::South, crate::Hemisphere::North] {
            let utm =
                UtmProjection::new(grid.zone().in_hemisphere(hemisphere)).map_err(|c| failed(c.into()))?;
            let half = if hemisphere == crate::Hemisphere::North {
                (south.max(0.0), north)
            } else {
                (south, north.min(0.0))
            };
            let Some(strip) = strip(grid.zone().number(), half) else { continue };
            for id in self.archive.tiles_in(year, &strip) {
                let own = UtmZone::of_tile(id) == utm.zone();
                if own
                    && let Ok(tile) = PixelGrid::of_tile_by(&utm, id)
                    && touches(&tile, &grid)
                {
                    found.push(id);
                }
            }
        }
        Ok(found)
    }

    /// A tile that may have pixels in a region, whichever its cell.
    fn reaching(&self, zone: &PixelGrid, year: Year, region: &Region) -> Result<Option<TileId>, SourceError> {
        let failed = |cause: crate::ProjectionError| SourceError::new(self.archive.name(), cause);
        let Some(window) = Area::from(*region).window_in(zone).map_err(failed)? else { return Ok(None) };
        let grid = zone.window(&window).map_err(|cause| SourceError::new(self.archive.name(), cause))?;
        Ok(self.tiles_on(&grid, year)?.first().copied())
    }

    /// Opens the tiles of a year that may have pixels on a grid.
    ///
    /// # Errors
    /// Where a tile cannot be opened: the error names it.
    pub fn open_on(&self, grid: &PixelGrid, year: Year) -> Result<Vec<Box<dyn Tile>>, SourceError> {
        let ids = self.tiles_on(grid, year)?;
        ids.into_iter().filter_map(|id| self.archive.open(id, year).transpose()).collect()
    }
}

/// The part of a zone between two latitudes; `None` where that is empty.
fn strip(number: u8, (south, north): (f64, f64)) -> Option<Region> {
    let (west, east) = longitude::strip(number);
    if south < north { Region::new(west, south, east, north).ok() } else { None }
}

/// South and north of everything in the zone that lies on a grid or beside it.
fn latitudes(grid: &PixelGrid) -> Result<(f64, f64), crate::ProjectionError> {
    let utm = UtmProjection::new(grid.zone())?;
    let meridian = 500_000.0;
    let (mut south, mut north) = (90.0_f64, -90.0_f64);
    // On a line of equal northing the latitude is farthest from the equator on the central meridian, and differs by
    // less than 0.1° from it 3° away.
    for (_, northing) in [grid.corner(0.0, 0.0), grid.corner(grid.rows() as f64, 0.0)] {
        let (_, lat) = utm.unproject(meridian, northing)?;
        // Beyond a pole it would come back on the other side.
        let beyond = northing.abs() > 9_997_964.0;
        let lat = if beyond { 90.0_f64.copysign(northing) } else { lat };
        (south, north) = (south.min(lat), north.max(lat));
    }
    // A tile is 0.1° high, and its box of pixels reaches beyond its cell by as much as the cell slants.
    Ok(((south - 0.3).max(-90.0), (north + 0.3).min(90.0)))
}

/// Whether a tile may have pixels on a grid of its zone.
fn touches(tile: &PixelGrid, grid: &PixelGrid) -> bool {
    tile.offset_in(grid).is_some_and(|(row, col)| {
        let near = |at: i64, own: usize, all: usize| at - SLACK < all as i64 && at + own as i64 + SLACK > 0;
        near(row, tile.rows(), grid.rows()) && near(col, tile.cols(), grid.cols())
    })
}

impl Zones for ArchiveZones<'_> {
    fn name(&self) -> String {
        self.archive.name()
    }

    fn years(&self) -> Vec<Year> {
        self.archive.years()
    }

    fn version(&self) -> DatasetVersion {
        self.archive.version()
    }

    /// A box around the tiles of each zone.
    fn boxes(&self, year: Year) -> Vec<Region> {
        let mut boxes: BTreeMap<u8, (f64, f64, f64, f64)> = BTreeMap::new();
        for id in self.archive.tiles(year) {
            let cell = id.bounds();
            let (w, s, e, n) = (cell.min().x, cell.min().y, cell.max().x, cell.max().y);
            let all = boxes.entry(UtmZone::of_tile(id).number()).or_insert((w, s, e, n));
            *all = (all.0.min(w), all.1.min(s), all.2.max(e), all.3.max(n));
        }
        boxes.into_values().filter_map(|(w, s, e, n)| Region::new(w, s, e, n).ok()).collect()
    }

    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        let grid = PixelGrid::of_zone(number).map_err(|cause| SourceError::new(self.name(), cause))?;
        let own = |id: &TileId| UtmZone::of_tile(*id).number() == number;
        let id = match self.archive.tiles_in(year, region).into_iter().find(own) {
            Some(id) => Some(id),
            // A tile reaches over the edges of its cell, and so into a region without a cell of it.
            None => self.reaching(&grid, year, region)?,
        };
        let Some(id) = id else { return Ok(None) };
        let Some(tile) = self.archive.open(id, year)? else { return Ok(None) };
        let (channels, block_rows, opening) = (tile.channels(), tile.block_rows(), tile.opening());
        let kept = Mutex::new(BTreeMap::from([(id, SharedTile::from(tile))]));
        Ok(Some(Box::new(ZoneMosaic { zones: *self, grid, year, channels, block_rows, opening, kept })))
    }
}

/// The tiles of one zone and year as a source on the lattice of the zone.
struct ZoneMosaic<'a> {
    zones: ArchiveZones<'a>,
    grid: PixelGrid,
    year: Year,
    channels: usize,
    block_rows: usize,
    opening: Fetches,
    /// The tiles that were read last: the next window is likely to need them again.
    kept: Mutex<BTreeMap<TileId, SharedTile>>,
}

impl ZoneMosaic<'_> {
    /// The tiles that may have pixels in a window, opened, and what opening those asked that were not open yet.
    fn tiles(&self, window: Window) -> Result<(Option<Mosaic<'static>>, Fetches), MosaicError> {
        let grid = self.grid.window(&window).map_err(|cause| SourceError::new(self.name(), cause))?;
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = std::mem::take(&mut *lock());
        let (mut open, mut asked) = (BTreeMap::new(), Fetches::default());
        for id in self.zones.tiles_on(&grid, self.year)? {
            let tile = match kept.remove(&id) {
                Some(tile) => tile,
                None => {
                    let Some(tile) = self.zones.archive.open(id, self.year)? else { continue };
                    asked += tile.opening();
                    SharedTile::from(tile)
                }
            };
            open.insert(id, tile);
        }
        let tiles: Vec<Box<dyn Tile>> =
            open.values().map(|tile| Box::new(tile.clone()) as Box<dyn Tile>).collect();
        *lock() = open;
        if tiles.is_empty() {
            return Ok((None, asked));
        }
        Ok((Some(Mosaic::new(grid, tiles, self.zones.limit)?), asked))
    }

    fn read(&self, window: Window, channels: &Channels, out: &mut Quantized) -> Result<(), MosaicError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        let depth = channels.resolve(self.channels)?.len();
        let (mosaic, _) = self.tiles(window)?;
        let (mut data, scales) = out.reset(window.rows, window.cols, depth);
        let Some(mut mosaic) = mosaic else {
            data.fill(0);
            scales.fill(f32::INFINITY);
            return Ok(());
        };
        let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) else { return Ok(()) };
        let bands = data.chunks_mut(BAND * window.cols * depth).zip(scales.chunks_mut(BAND * window.cols));
        for (band, (data, scales)) in bands_of(window).zip(bands) {
            mosaic.prepare(band.row_range())?;
            gather_rows(&mosaic, band, channels, depth, data, scales)?;
        }
        Ok(())
    }

    /// What [`read`](Self::read) will ask of a store.
    fn plan(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, MosaicError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        channels.resolve(self.channels)?;
        let (mosaic, opening) = self.tiles(window)?;
        let mut all = Some(opening);
        if let Some(mut mosaic) = mosaic {
            for band in bands_of(window) {
                all = Fetches::both(all, mosaic.plan(band.row_range())?);
            }
        }
        Ok(all)
    }

    fn failed(&self, cause: MosaicError) -> SourceError {
        match cause {
            MosaicError::Source(cause) | MosaicError::Tile { cause, .. } => cause,
            other => SourceError::new(self.name(), other),
        }
    }
}

/// The bands in which a window is gathered, as windows of it.
fn bands_of(window: Window) -> impl Iterator<Item = Window> {
    (0..window.rows)
        .step_by(BAND)
        .map(move |row| Window::new(row, 0, BAND.min(window.rows - row), window.cols))
}

/// Gathers a band, a few rows a task.
fn gather_rows(
    mosaic: &Mosaic<'_>,
    band: Window,
    channels: &Channels,
    depth: usize,
    data: &mut [i8],
    scales: &mut [f32],
) -> Result<(), MosaicError> {
    const ROWS: usize = 8;
    let part = |at: usize, data: &mut [i8], scales: &mut [f32]| {
        let window = Window::new(band.row + at * ROWS, band.col, scales.len() / band.cols, band.cols);
        mosaic.gather_into(window, channels, data, scales).map(|_| ())
    };
    #[cfg(feature = "rayon")]
    {
        use rayon::iter::{IndexedParallelIterator, ParallelIterator};
        use rayon::slice::ParallelSliceMut;
        let data = data.par_chunks_mut(ROWS * band.cols * depth);
        let parts = data.zip(scales.par_chunks_mut(ROWS * band.cols)).enumerate();
        parts.try_for_each(|(at, (data, scales))| part(at, data, scales))
    }
    #[cfg(not(feature = "rayon"))]
    {
        let data = data.chunks_mut(ROWS * band.cols * depth);
        let mut parts = data.zip(scales.chunks_mut(ROWS * band.cols)).enumerate();
        parts.try_for_each(|(at, (data, scales))| part(at, data, scales))
    }
}

impl Source for ZoneMosaic<'_> {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn name(&self) -> String {
        self.zones.archive.name()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.read(window, channels, out).map_err(|cause| self.failed(cause))
    }

    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        self.plan(window, channels).map_err(|cause| self.failed(cause))
    }

    fn opening(&self) -> Fetches {
        self.opening
    }

    fn block_rows(&self) -> usize {
        self.block_rows
    }
}
