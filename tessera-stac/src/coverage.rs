//! Which tiles there are, one bit a cell.

use std::fmt;
use std::ops::Range;

use tessera_core::{Region, TileId};

use crate::Block;
use crate::gzip::{gunzip, gzip};
use crate::sheet::Sheet;

/// Cells around the Earth.
const COLUMNS: usize = 3600;
/// Cells from pole to pole.
const ROWS: usize = 1800;
/// Bytes of a row.
const STRIDE: usize = COLUMNS / 8;

/// Which tiles there are: a bitmap of the world's 3600 × 1800 cells, one bit a cell.
///
/// Row 0 is the northernmost, with its centres at 89.95° N; column 0 the westernmost, at 179.95° W. A row is 450 bytes,
/// and the highest bit of a byte is the westernmost of its eight cells, as in a bitmap of PBM. In a file it is the 810,000
/// bytes, compressed by gzip ([`to_gzip`](Self::to_gzip)): 12 to 40 kB for a year.
///
/// ```
/// use tessera_core::{Region, TileId};
/// use tessera_stac::Coverage;
///
/// let mut coverage = Coverage::new();
/// let tile: TileId = "grid_-179.95_89.95".parse()?;
/// assert!(coverage.insert(tile) && !coverage.insert(tile) && coverage.contains(tile));
/// assert_eq!((coverage.len(), coverage.as_bytes()[0]), (1, 0x80));
/// assert_eq!(coverage.count_in(&Region::new(-180.0, 80.0, -170.0, 90.0)?), 1);
/// assert_eq!(Coverage::from_gzip(&coverage.to_gzip())?, coverage);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Coverage {
    bits: Box<[u8]>,
    len: usize,
}

/// Bytes that are no [`Coverage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoverageError {
    /// Not what gzip writes, or damaged.
    #[error("a coverage bitmap that gzip cannot read: {why}")]
    Gzip {
        /// What is wrong.
        why: String,
    },
    /// Too few bytes, or too many.
    #[error("a coverage bitmap of {got} bytes: expected {expected}, 1800 rows of 450", expected = Coverage::BYTES)]
    Length {
        /// The number of bytes, or one more than there may be.
        got: usize,
    },
}

impl Coverage {
    /// Bytes of the bitmap, not compressed.
    pub const BYTES: usize = STRIDE * ROWS;

    /// No tile.
    #[must_use]
    pub fn new() -> Self {
        Self { bits: vec![0; Self::BYTES].into(), len: 0 }
    }

    /// Adds a tile, and says whether it is new.
    pub fn insert(&mut self, tile: TileId) -> bool {
        let (byte, bit) = place(tile);
        let new = self.bits[byte] & bit == 0;
        self.bits[byte] |= bit;
        self.len += usize::from(new);
        new
    }

    /// Whether a tile is there.
    #[must_use]
    pub fn contains(&self, tile: TileId) -> bool {
        let (byte, bit) = place(tile);
        self.bits[byte] & bit != 0
    }

    /// The number of tiles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of tiles that a region touches.
    #[must_use]
    pub fn count_in(&self, region: &Region) -> usize {
        let columns = region.cell_columns();
        let (first, end) = (columns.start as usize, columns.end as usize);
        // One run of columns, or two around the antimeridian.
        let runs = [first..end.min(COLUMNS), 0..end.saturating_sub(COLUMNS)];
        let rows = region.cell_rows();
        let count =
            |row: u32| runs.iter().map(|run| self.count_run(row as usize, run.clone())).sum::<usize>();
        rows.map(count).sum()
    }

    /// The tiles that a region touches, in the order of the index: from one [`Block`] of 5° to the next, eight of which
    /// are stored together.
    pub fn tiles_in(&self, region: &Region) -> impl Iterator<Item = TileId> + use<'_> {
        let region = *region;
        self.sheets_in(&region).flat_map(move |sheet| self.tiles_of(sheet, region))
    }

    /// All tiles, in the order of the index.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> + Clone + use<'_> {
        Sheet::all().collect::<Vec<_>>().into_iter().flat_map(|sheet| self.tiles_of(sheet, Region::WORLD))
    }

    /// The tiles of a block, ascending.
    pub fn tiles_of_block(&self, block: Block) -> impl Iterator<Item = TileId> + use<'_> {
        self.tiles_of_block_in(block, Region::WORLD)
    }

    /// The blocks that hold a tile, ascending.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<_> = Sheet::all().flat_map(Sheet::blocks).collect();
        blocks.retain(|block| self.count_of_block(*block) > 0);
        blocks.sort_unstable();
        blocks
    }

    /// The sheets that a region touches, ascending; they may be empty.
    pub(crate) fn sheets_in(&self, region: &Region) -> impl Iterator<Item = Sheet> + use<> {
        let region = *region;
        Sheet::all().filter(move |sheet| sheet.blocks().any(|block| overlap(block, &region).next().is_some()))
    }

    /// The tiles of a sheet that a region touches, in the order of the index.
    pub(crate) fn tiles_of(
        &self,
        sheet: Sheet,
        region: Region,
    ) -> impl Iterator<Item = TileId> + Clone + use<'_> {
        let blocks: Vec<_> = sheet.blocks().collect();
        blocks.into_iter().flat_map(move |block| self.tiles_of_block_in(block, region))
    }

    fn tiles_of_block_in(
        &self,
        block: Block,
        region: Region,
    ) -> impl Iterator<Item = TileId> + Clone + use<'_> {
        let parts: Vec<_> = overlap(block, &region).collect();
        let rows = parts.first().map_or(0..0, |(rows, _)| rows.clone());
        // Most rows of most blocks are empty.
        let some = move |run: &Range<u32>, row: u32| {
            self.count_run(row as usize, run.start as usize..run.end as usize) > 0
        };
        let cells = rows.rev().flat_map(move |row| {
            let runs = parts.clone().into_iter().map(|(_, columns)| columns);
            let columns = runs.filter(move |run| some(run, row)).flatten();
            columns.filter_map(move |column| TileId::from_cell(column, row))
        });
        cells.filter(|tile| self.contains(*tile))
    }

    /// The number of tiles of a sheet.
    pub(crate) fn count_of(&self, sheet: Sheet) -> usize {
        sheet.blocks().map(|block| self.count_of_block(block)).sum()
    }

    fn count_of_block(&self, block: Block) -> usize {
        let count = |(rows, columns): Cells| {
            rows.map(|row| self.count_run(row as usize, columns.start as usize..columns.end as usize))
                .sum::<usize>()
        };
        overlap(block, &Region::WORLD).map(count).sum()
    }

    fn count_run(&self, row: usize, run: Range<usize>) -> usize {
        if run.is_empty() {
            return 0;
        }
        let bits = &self.bits[row * STRIDE..(row + 1) * STRIDE];
        let (first, last) = (run.start / 8, (run.end - 1) / 8);
        let (head, tail) = (0xff_u8 >> (run.start % 8), 0xff_u8 << (7 - (run.end - 1) % 8));
        let ones = |byte: u8| byte.count_ones() as usize;
        if first == last {
            return ones(bits[first] & head & tail);
        }
        let inner = bits[first + 1..last].iter().map(|byte| ones(*byte)).sum::<usize>();
        ones(bits[first] & head) + inner + ones(bits[last] & tail)
    }

    /// The bitmap, not compressed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bits
    }

    /// The bitmap from its bytes, not compressed.
    ///
    /// # Errors
    /// [`CoverageError::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CoverageError> {
        if bytes.len() != Self::BYTES {
            return Err(CoverageError::Length { got: bytes.len() });
        }
        let len = bytes.iter().map(|byte| byte.count_ones() as usize).sum();
        Ok(Self { bits: bytes.into(), len })
    }

    /// The bytes of a file: the bitmap, compressed by gzip. The same tiles, the same bytes.
    #[must_use]
    pub fn to_gzip(&self) -> Vec<u8> {
        gzip(&self.bits)
    }

    /// The bitmap from the bytes of a file. Never more is unpacked than a bitmap has.
    ///
    /// # Errors
    /// Bytes that gzip cannot read, or of another length when unpacked.
    pub fn from_gzip(bytes: &[u8]) -> Result<Self, CoverageError> {
        let bits =
            gunzip(bytes, Self::BYTES).map_err(|cause| CoverageError::Gzip { why: cause.to_string() })?;
        Self::from_bytes(&bits)
    }
}

impl Default for Coverage {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coverage").field("len", &self.len).finish_non_exhaustive()
    }
}

impl FromIterator<TileId> for Coverage {
    fn from_iter<T: IntoIterator<Item = TileId>>(tiles: T) -> Self {
        let mut coverage = Self::new();
        coverage.extend(tiles);
        coverage
    }
}

impl Extend<TileId> for Coverage {
    fn extend<T: IntoIterator<Item = TileId>>(&mut self, tiles: T) {
        for tile in tiles {
            self.insert(tile);
        }
    }
}

/// The byte of a cell, and its bit.
fn place(tile: TileId) -> (usize, u8) {
    let (row, column) = (tile.row() as usize, tile.column() as usize);
    (row * STRIDE + column / 8, 0x80 >> (column % 8))
}

type Cells = (Range<u32>, Range<u32>);

/// The rows and columns of cells that a block and a region have in common, from west to east: two runs of columns where
/// the region goes around the Earth and comes back.
fn overlap(block: Block, region: &Region) -> impl Iterator<Item = Cells> + use<> {
    let (west, south) = block.corner();
    let (first, north) = (((west + 180) * 10) as u32, ((90 - south) * 10 - 50) as u32);
    let (rows, columns) = (region.cell_rows(), region.cell_columns());
    let rows = rows.start.max(north)..rows.end.min(north + 50);
    // Columns past 3599 are those from 0 on.
    let runs = [
        columns.start.saturating_sub(3600)..columns.end.saturating_sub(3600),
        columns.start..columns.end.min(3600),
    ];
    let runs = runs.into_iter().map(move |run| run.start.max(first)..run.end.min(first + 50));
    runs.filter(move |run| !run.is_empty())
        .filter_map(move |run| (!rows.is_empty()).then(|| (rows.clone(), run)))
}
