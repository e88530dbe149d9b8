//! The box around cells.

use std::ops::Range;

use tessera_core::{Region, TileId};

/// The columns and rows that cells take up.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    cells: Option<[Range<u32>; 2]>,
}

impl Bounds {
    pub(super) fn add(&mut self, tile: TileId) {
        let grown = |range: &Range<u32>, at: u32| range.start.min(at)..range.end.max(at + 1);
        let (column, row) = (tile.column(), tile.row());
        self.cells = Some(match &self.cells {
            Some([columns, rows]) => [grown(columns, column), grown(rows, row)],
            None => [column..column + 1, row..row + 1],
        });
    }

    /// The box, which never crosses the antimeridian; the world where there are no cells.
    pub(super) fn region(&self) -> Region {
        let Some([columns, rows]) = &self.cells else { return Region::WORLD };
        let (lon, lat) =
            (|column| (f64::from(column) - 1800.0) / 10.0, |row| (900.0 - f64::from(row)) / 10.0);
        let region = Region::new(lon(columns.start), lat(rows.end), lon(columns.end), lat(rows.start));
        region.unwrap_or(Region::WORLD)
    }
}

impl FromIterator<TileId> for Bounds {
    fn from_iter<T: IntoIterator<Item = TileId>>(tiles: T) -> Self {
        let mut bounds = Self::default();
        tiles.into_iter().for_each(|tile| bounds.add(tile));
        bounds
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_box_has_all_cells_and_no_row_or_column_more(
            cells in prop::collection::vec((0..3600_u32, 0..1800_u32), 1..5)
        ) {
            let tiles = cells.iter().map(|(column, row)| TileId::from_cell(*column, *row).unwrap());
            let region = tiles.clone().collect::<Bounds>().region();
            prop_assert!(tiles.clone().all(|tile| region.touches(tile)));
            let span = |values: Vec<u32>| (values.iter().max().unwrap() - values.iter().min().unwrap() + 1) as usize;
            let (columns, rows) = cells.into_iter().unzip();
            prop_assert_eq!(region.tile_count(), span(columns) * span(rows));
        }
    }
}
