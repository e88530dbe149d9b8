//! A rectangle of blocks whose tiles are stored together.

use tessera_core::{TileId, Year};

use crate::{BLOCK_DEGREES, Block};

/// Blocks from west to east, and from south to north, of a sheet.
const BLOCKS: (i32, i32) = (4, 2);
/// Sheets around the Earth, and from pole to pole.
const SHEETS: (u16, u16) = (18, 18);

/// A rectangle of 20° × 10°, eight [`Block`]s: the tiles of a sheet, 20,000 at most, are one row group of an index.
///
/// Where a tile is stored follows from its name alone, so that a tile more changes one row group and leaves the bytes of
/// all others as they are. Ordered from south to north, then from west to east, as blocks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sheet {
    number: u16,
}

impl Sheet {
    /// The sheet of a tile.
    pub(crate) fn of_tile(tile: TileId) -> Self {
        let (west, south) = Block::of_tile(tile).corner();
        let column = (west + 180) / (BLOCKS.0 * BLOCK_DEGREES);
        let row = (south + 90) / (BLOCKS.1 * BLOCK_DEGREES);
        Self { number: row as u16 * SHEETS.0 + column as u16 }
    }

    /// All sheets of the Earth, ascending.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..SHEETS.0 * SHEETS.1).map(|number| Self { number })
    }

    /// Its blocks, ascending.
    pub(crate) fn blocks(self) -> impl Iterator<Item = Block> {
        let (column, row) = (i32::from(self.number % SHEETS.0), i32::from(self.number / SHEETS.0));
        let west = column * BLOCKS.0 * BLOCK_DEGREES - 180;
        let south = row * BLOCKS.1 * BLOCK_DEGREES - 90;
        let corner = move |(up, right)| (west + right * BLOCK_DEGREES, south + up * BLOCK_DEGREES);
        let steps = (0..BLOCKS.1).flat_map(|up| (0..BLOCKS.0).map(move |right| (up, right)));
        steps.map(corner).filter_map(|(west, south)| Block::new(west, south).ok())
    }
}

/// Where a tile stands in an index: ordered by sheet, then block, then tile.
pub(crate) fn index_order(tile: TileId) -> (Sheet, Block, TileId) {
    (Sheet::of_tile(tile), Block::of_tile(tile), tile)
}

/// What a sheet of a year is called in a message.
pub(crate) fn sheet_title(sheet: Sheet, year: Year) -> String {
    let corner = sheet.blocks().next().map(|block| block.to_string()).unwrap_or_default();
    format!("the 20° × 10° from {corner} of {year}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sheets_hold_every_block_once() {
        let mut blocks: Vec<_> = Sheet::all().flat_map(Sheet::blocks).collect();
        assert_eq!((Sheet::all().count(), blocks.len()), (324, 72 * 36));
        blocks.sort();
        blocks.dedup();
        assert_eq!(blocks.len(), 72 * 36);
        assert!(Sheet::all().all(|sheet| sheet.blocks().is_sorted()));
    }

    proptest! {
        #[test]
        fn a_tile_is_in_a_block_of_its_sheet(column in 0..3600_u32, row in 0..1800_u32) {
            let tile = TileId::from_cell(column, row).unwrap();
            prop_assert!(Sheet::of_tile(tile).blocks().any(|block| block == Block::of_tile(tile)));
        }
    }
}
