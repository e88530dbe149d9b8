//! Many tiles read as one raster.

mod blocks;
mod choose;
mod copy;
mod placed;
#[cfg(test)]
mod tests;

use std::ops::Range;

use ndarray::{ArrayView2, ArrayView3};

use crate::cell_runs::CellRuns;
use crate::{
    Channels, Fetches, PixelGrid, Quantized, ScaleCounts, ScaleLimit, SourceError, Tile, TileId, Window,
    WindowError,
};
use copy::Output;
use placed::Placed;

/// Tiles of one UTM zone read as one raster: where they overlap, one rule says which of them a pixel is taken from,
/// whatever their order.
///
/// Valid beats water beats no data. Within a class the owner comes first: the tile whose 0.1° cell contains the centre
/// of the pixel; then the tile whose cell's centre is nearest, in metres of the projection; then the smaller
/// [`TileId`](crate::TileId). A pixel whose cell lies in another zone has no owner among the tiles.
///
/// Pixels that are not valid get values of 0 and a scale of NaN (water) or +inf (no data, and where no tile is).
///
/// It is read from north to south: [`prepare`](Self::prepare) fetches the rows that are wanted next and gives back those
/// further north, [`gather`](Self::gather) copies pixels, from any number of threads.
///
/// ```
/// # #[cfg(feature = "synthetic")] {
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{Channels, Mosaic, PixelGrid, Quantized, ScaleLimit, Tile, Window, Year};
///
/// let make = |name: &str| Synthetic::new(1).channels(4).tile(name.parse().unwrap(), Year::new(2024).unwrap()).unwrap();
/// let (west, east) = (make("grid_0.15_89.05"), make("grid_0.25_89.05"));
/// let zone = PixelGrid::of_zone(31)?;
/// let (row, col) = PixelGrid::of_tile("grid_0.25_89.05".parse()?)?.offset_in(&zone).unwrap();
/// let grid = zone.window(&Window::new(row as usize, col as usize - 10, 100, 20))?;
///
/// let tiles: Vec<Box<dyn Tile>> = vec![Box::new(west), Box::new(east)];
/// let mut mosaic = Mosaic::new(grid, tiles, ScaleLimit::default())?;
/// mosaic.prepare(0..100)?;
/// let mut out = Quantized::empty();
/// let counts = mosaic.gather(Window::new(0, 0, 100, 20), &Channels::All, &mut out)?;
/// assert_eq!(out.view().dim(), (100, 20, 4));
/// assert_eq!(counts.valid, out.view().count(ScaleLimit::default()).valid);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Mosaic<'a> {
    grid: PixelGrid,
    channels: usize,
    limit: ScaleLimit,
    /// In the order of their names.
    tiles: Vec<Placed<'a>>,
    cells: CellRuns,
    prepared: Range<usize>,
}

impl std::fmt::Debug for Mosaic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mosaic")
            .field("grid", &self.grid)
            .field("tiles", &self.tiles.len())
            .finish_non_exhaustive()
    }
}

/// Tiles that cannot be read as one raster, or a question that it cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MosaicError {
    /// No tile at all.
    #[error("no tile to read as one raster: expected at least one")]
    Empty,
    /// A tile that does not fit the others.
    #[error("{tile} has {what} {got}: expected {expected}, as the others have")]
    Differs {
        /// What the tile is called.
        tile: String,
        /// What differs.
        what: &'static str,
        /// What it has.
        got: String,
        /// What the others have.
        expected: String,
    },
    /// A tile of another zone, or off the lattice.
    #[error(
        "{tile} begins at ({west}, {north}) in {zone}: expected pixels on the 10 m lattice of {expected}"
    )]
    Place {
        /// What the tile is called.
        tile: String,
        /// Easting of its western edge in metres.
        west: f64,
        /// Northing of its northern edge in metres.
        north: f64,
        /// Its CRS.
        zone: crate::UtmZone,
        /// The CRS of the raster.
        expected: crate::UtmZone,
    },
    /// The raster or a tile cannot be projected.
    #[error(transparent)]
    Projection(#[from] crate::ProjectionError),
    /// A window that the raster does not have.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// Channels that the tiles do not have.
    #[error(transparent)]
    Channels(#[from] crate::ChannelsError),
    /// Rows that were not prepared.
    #[error("rows {got:?} were asked for where rows {prepared:?} are prepared")]
    Rows {
        /// The rows.
        got: Range<usize>,
        /// The rows that are ready.
        prepared: Range<usize>,
    },
    /// A tile cannot be read.
    #[error("{cause}")]
    Tile {
        /// The tile.
        id: TileId,
        /// Why.
        cause: SourceError,
    },
    /// The tiles cannot be had.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl<'a> Mosaic<'a> {
    /// Tiles of the zone of `grid`, read as one raster on it; either hemisphere. Tiles that do not touch it are left
    /// out. All tiles must be of one dataset version, which may be unknown, and have the same number of channels.
    ///
    /// # Errors
    /// Where there is no tile, or one that does not fit: the error names it.
    pub fn new(
        grid: PixelGrid,
        tiles: Vec<Box<dyn Tile + 'a>>,
        limit: ScaleLimit,
    ) -> Result<Self, MosaicError> {
        let grid = grid.northern();
        let first = tiles.first().ok_or(MosaicError::Empty)?;
        let (channels, version) = (first.channels(), first.version().clone());
        let differs = |tile: &dyn Tile, what, got: String, expected: String| MosaicError::Differs {
            tile: tile.name(),
            what,
            got,
            expected,
        };
        let utm = crate::UtmProjection::new(grid.zone())?;
        let mut placed = Vec::with_capacity(tiles.len());
        for tile in tiles {
            if tile.channels() != channels {
                return Err(differs(&*tile, "channels", tile.channels().to_string(), channels.to_string()));
            }
            if *tile.version() != version {
                return Err(differs(
                    &*tile,
                    "dataset version",
                    tile.version().to_string(),
                    version.to_string(),
                ));
            }
            placed.extend(Placed::new(tile, &grid, &utm)?);
        }
        placed.sort_by_key(|tile| tile.id);
        Ok(Self { grid, channels, limit, tiles: placed, cells: CellRuns::of(&grid)?, prepared: 0..0 })
    }

    /// Where the pixels lie, in the northern CRS of the zone.
    #[must_use]
    pub fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    /// The number of channels of a pixel.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Fetches what of these rows has to be fetched, and gives back the memory of the rows further north, which must not
    /// be asked for again.
    ///
    /// # Errors
    /// Where a tile cannot be read, or has scales for each channel that are not equal.
    pub fn prepare(&mut self, rows: Range<usize>) -> Result<(), MosaicError> {
        for tile in &mut self.tiles {
            tile.prepare(&rows).map_err(|cause| MosaicError::Tile { id: tile.id, cause })?;
        }
        self.prepared = rows;
        Ok(())
    }

    /// What [`prepare`](Self::prepare) will ask of a store of objects, where that is known. The rows count as fetched then,
    /// so a mosaic is either planned or read.
    pub(crate) fn plan(&mut self, rows: Range<usize>) -> Result<Option<Fetches>, MosaicError> {
        let mut all = Some(Fetches::default());
        for tile in &mut self.tiles {
            let own = tile.plan(&rows).map_err(|cause| MosaicError::Tile { id: tile.id, cause })?;
            all = Fetches::both(all, own);
        }
        Ok(all)
    }

    /// The most bytes that [`prepare`](Self::prepare) may hold at a time for so many rows: what is mapped does not count.
    #[must_use]
    pub fn prepared_bytes(&self, rows: usize) -> u64 {
        self.tiles.iter().map(|tile| tile.block_bytes(rows)).fold(0, u64::saturating_add)
    }

    /// Copies the pixels of a window of prepared rows into `out`, as (rows, cols, channels) with one scale a pixel, and
    /// counts those that a tile covers by their status in it.
    ///
    /// # Errors
    /// A window that was not prepared, or a channel that the tiles do not have.
    pub fn gather(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<ScaleCounts, MosaicError> {
        let list = channels.resolve(self.channels)?;
        let (mut data, scales) = out.reset(window.rows, window.cols, list.len());
        let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) else {
            // Arrays that were just reset lie in one piece.
            return Ok(ScaleCounts::default());
        };
        self.gather_into(window, channels, data, scales)
    }

    /// As [`gather`](Self::gather), into memory of the caller: rows × cols × channels values, channels fastest, and
    /// rows × cols scales.
    ///
    /// # Errors
    /// As [`gather`](Self::gather).
    ///
    /// # Panics
    /// Where a slice is shorter than that.
    pub fn gather_into(
        &self,
        window: Window,
        channels: &Channels,
        data: &mut [i8],
        scales: &mut [f32],
    ) -> Result<ScaleCounts, MosaicError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        if window.row < self.prepared.start || window.end_row() > self.prepared.end {
            return Err(MosaicError::Rows { got: window.row_range(), prepared: self.prepared.clone() });
        }
        let list = channels.resolve(self.channels)?;
        let depth = list.len();
        let tiles: Vec<_> = self.tiles.iter().filter_map(|tile| tile.look(&window)).collect();
        let mut counts = ScaleCounts::default();
        let rows = data
            .chunks_exact_mut((window.cols * depth).max(1))
            .zip(scales.chunks_exact_mut(window.cols.max(1)));
        for (row, (data, scales)) in window.row_range().zip(rows) {
            let mut out = Output { first_col: window.col, list: &list, data, scales };
            choose::row(self, &tiles, row, &window, &mut out, &mut counts);
        }
        Ok(counts)
    }
}

/// A tile's pixels for the rows at hand, and their place in the raster.
struct Look<'a> {
    placed: &'a Placed<'a>,
    data: ArrayView3<'a, i8>,
    scales: ArrayView2<'a, f32>,
    /// Row and column of the raster where they begin; may lie outside.
    row: i64,
    col: i64,
}

impl Look<'_> {
    /// The place of a pixel of the raster among the tile's, where it covers it.
    fn at(&self, row: usize, col: usize) -> Option<(usize, usize)> {
        let (row, col) = (usize::try_from(row as i64 - self.row), usize::try_from(col as i64 - self.col));
        let (rows, cols) = self.scales.dim();
        match (row, col) {
            (Ok(row), Ok(col)) if row < rows && col < cols => Some((row, col)),
            _ => None,
        }
    }

    /// The columns of a row of the raster that the tile covers.
    fn cols(&self, row: usize) -> Range<usize> {
        let (rows, cols) = self.scales.dim();
        let inside = (0..rows as i64).contains(&(row as i64 - self.row));
        let end = if inside { (self.col + cols as i64).max(0) as usize } else { 0 };
        (self.col.max(0) as usize).min(end)..end
    }
}
