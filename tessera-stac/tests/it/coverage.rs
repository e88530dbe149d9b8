//! A bitmap beside a plain set of tiles.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tessera_core::{Region, TileId};
use tessera_stac::{Block, Coverage, CoverageError};

fn region(west: f64, width: f64, south: f64, height: f64) -> Region {
    let east = if west + width > 180.0 { west + width - 360.0 } else { west + width };
    Region::new(west, south, east, (south + height).min(90.0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn as_a_set(
        cells in prop::collection::btree_set((0..3600_u32, 0..1800_u32), 0..300),
        (west, width) in (-180.0..180.0_f64, 0.0..170.0_f64),
        (south, height) in (-90.0..90.0_f64, 0.0..60.0_f64),
    ) {
        let set: BTreeSet<TileId> = cells.iter().map(|&(column, row)| TileId::from_cell(column, row).unwrap()).collect();
        let coverage: Coverage = set.iter().copied().collect();
        prop_assert_eq!((coverage.len(), coverage.is_empty()), (set.len(), set.is_empty()));
        prop_assert_eq!(coverage.tiles().collect::<BTreeSet<_>>(), set.clone());
        let box_ = region(west, width, south, height);
        let within: BTreeSet<_> = set.iter().copied().filter(|tile| box_.touches(*tile)).collect();
        prop_assert_eq!(coverage.count_in(&box_), within.len());
        let found: Vec<_> = coverage.tiles_in(&box_).collect();
        prop_assert_eq!(found.len(), within.len());
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), within);
        let blocks: BTreeSet<_> = set.iter().map(|tile| Block::of_tile(*tile)).collect();
        prop_assert_eq!(coverage.blocks(), blocks.iter().copied().collect::<Vec<_>>());
        for block in blocks {
            let expected: Vec<_> = set.iter().copied().filter(|tile| Block::of_tile(*tile) == block).collect();
            prop_assert_eq!(coverage.tiles_of_block(block).collect::<Vec<_>>(), expected);
        }
        prop_assert_eq!(Coverage::from_gzip(&coverage.to_gzip()).unwrap(), coverage.clone());
        prop_assert_eq!(Coverage::from_bytes(coverage.as_bytes()).unwrap(), coverage);
    }
}

#[test]
fn the_bits_are_where_they_are_said_to_be() {
    for (name, byte, value) in [
        ("grid_-179.95_89.95", 0, 0x80),
        ("grid_-179.25_89.95", 0, 0x01),
        ("grid_-179.15_89.95", 1, 0x80),
        ("grid_179.95_89.95", 449, 0x01),
        ("grid_-179.95_89.85", 450, 0x80),
        ("grid_0.05_-0.05", 900 * 450 + 225, 0x80),
        ("grid_179.95_-89.95", 809_999, 0x01),
    ] {
        let coverage: Coverage = [name.parse::<TileId>().unwrap()].into_iter().collect();
        let bytes = coverage.as_bytes();
        assert_eq!((bytes.len(), bytes[byte]), (810_000, value), "{name}");
        assert_eq!(bytes.iter().filter(|byte| **byte != 0).count(), 1);
    }
}

#[test]
fn blocks_come_one_after_another() {
    let names = ["grid_0.15_52.05", "grid_9.95_50.05", "grid_0.05_54.95", "grid_0.05_50.05"];
    let coverage: Coverage = names.iter().map(|name| name.parse::<TileId>().unwrap()).collect();
    let found: Vec<_> = coverage.tiles().map(|tile| tile.to_string()).collect();
    assert_eq!(found, ["grid_0.05_50.05", "grid_0.15_52.05", "grid_0.05_54.95", "grid_9.95_50.05"]);
}

#[test]
fn other_lengths_are_refused() {
    assert_eq!(Coverage::from_bytes(&[0; 10]), Err(CoverageError::Length { got: 10 }));
    assert!(matches!(Coverage::from_gzip(b"PNG"), Err(CoverageError::Gzip { .. })));
    let whole = Coverage::new().to_gzip();
    assert!(matches!(Coverage::from_gzip(&whole[..whole.len() / 2]), Err(CoverageError::Gzip { .. })));
}
