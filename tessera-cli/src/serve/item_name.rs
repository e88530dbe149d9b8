//! The ids of items.

use tessera_core::{TileId, Year};

/// The tile and year that an item is of, by its id: `grid_0.15_52.05_2024`.
pub(super) fn item_name(id: &str) -> Option<(TileId, Year)> {
    let (tile, year) = id.rsplit_once('_')?;
    Some((tile.parse().ok()?, year.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tessera_stac::item_id;

    use super::*;

    proptest! {
        #[test]
        fn ids_are_told_apart(column in 0..3600_u32, row in 0..1800_u32, year in 2000..2100_u16) {
            let (tile, year) = (TileId::from_cell(column, row).unwrap(), Year::new(year).unwrap());
            prop_assert_eq!(item_name(&item_id(tile, year)), Some((tile, year)));
        }

        #[test]
        fn what_is_an_id_is_written_so(id in "grid_-?[0-9]{1,3}\\.[0-9]5_-?[0-9]{1,2}\\.[0-9]5_20[0-9]{2}|\\PC*") {
            if let Some((tile, year)) = item_name(&id) {
                prop_assert_eq!(item_id(tile, year), id);
            }
        }
    }
}
