//! Cells of level 0.

use std::collections::BTreeSet;

use tessera_core::{Answer, ArchiveZones, MemoryBudget, PyramidChunk, PyramidGrid, Query, Region};

use crate::archive::{Tiles, plain, year};
use crate::store::{Kept, fresh};

/// Compares some of the chunks of level 0 that tiles touch with the pixels that a query finds; how many cells there are,
/// how many of them are opaque, and how many differ.
fn compare(tiles: &Tiles, store: &Kept, grid: PyramidGrid) -> (usize, usize, usize) {
    let zones = ArchiveZones::new(tiles);
    let mut chunks = BTreeSet::new();
    for part in tiles.parts() {
        chunks.extend(grid.touching(0, &part.region));
    }
    let (all_rows, all_cols) = grid.shape(0);
    let (mut cells, mut opaque, mut apart) = (0, 0, 0);
    let every = chunks.len().div_ceil(6);
    for chunk in chunks.into_iter().step_by(every) {
        let edge = grid.edge();
        let query = Query::new(Region::WORLD, year());
        let found = query.nearest(&zones, grid.raster(chunk).unwrap()).unwrap();
        let expected = plain(&found.read(MemoryBudget::default()).unwrap().view(), 0).unwrap();
        let got = store.chunk(chunk);
        for (at, (got, expected)) in
            got.as_chunks::<4>().0.iter().zip(expected.bytes().as_chunks::<4>().0).enumerate()
        {
            let row = u64::from(chunk.row) * edge as u64 + (at / edge) as u64;
            let col = u64::from(chunk.col) * edge as u64 + (at % edge) as u64;
            if row >= all_rows || col >= all_cols {
                assert_eq!(*got, [0; 4], "a cell beyond the world");
                continue;
            }
            cells += 1;
            opaque += usize::from(got[3] == 255);
            let shown = if expected[3] == 0 { [0; 4] } else { *expected };
            apart += usize::from(*got != shown);
        }
    }
    (cells, opaque, apart)
}

fn check(tiles: &Tiles, grid: PyramidGrid) -> Kept {
    let store = fresh(tiles, grid, &plain);
    let (cells, opaque, apart) = compare(tiles, &store, grid);
    assert!(opaque > cells / 20, "{opaque} of {cells} are opaque");
    // Those whose centres lie on the edge of a pixel, to the centimetre.
    assert!(apart * 1000 < cells, "{apart} of {cells} differ");
    store
}

#[test]
fn cells_show_what_a_query_finds_on_both_sides_of_a_zone_border() {
    let mut tiles = Tiles::default();
    for (seed, name) in
        ["grid_5.85_80.05", "grid_5.95_80.05", "grid_6.05_80.05", "grid_6.05_80.15", "grid_6.35_80.15"]
            .iter()
            .enumerate()
    {
        tiles.set(name, seed + 1);
    }
    check(&tiles, PyramidGrid::lon_lat(1).unwrap());
    check(&tiles, PyramidGrid::web_mercator(14).unwrap());
}

#[test]
fn cells_show_what_a_query_finds_on_both_sides_of_the_antimeridian() {
    let mut tiles = Tiles::default();
    for (seed, name) in
        ["grid_179.85_-77.45", "grid_179.95_-77.45", "grid_-179.95_-77.45", "grid_-179.95_-77.55"]
            .iter()
            .enumerate()
    {
        tiles.set(name, seed + 1);
    }
    let grid = PyramidGrid::lon_lat(1).unwrap();
    let store = check(&tiles, grid);
    let cols: BTreeSet<u32> = store.chunks().keys().map(|chunk| chunk.col).collect();
    assert!(cols.contains(&0) && cols.contains(&(grid.chunks(0).1 - 1)), "{cols:?}");
    check(&tiles, PyramidGrid::web_mercator(13).unwrap());
}

#[test]
fn the_equator_and_the_south_have_the_zones_of_the_north() {
    let mut tiles = Tiles::default();
    tiles.set("grid_0.05_0.05", 1);
    tiles.set("grid_0.05_-0.05", 2);
    check(&tiles, PyramidGrid::lon_lat(1).unwrap());
}

#[test]
fn water_makes_no_chunk() {
    let mut tiles = Tiles::default();
    tiles.set("grid_5.85_80.05", 0);
    let folder = tempfile::tempdir().unwrap();
    let store = Kept::new(PyramidGrid::lon_lat(6).unwrap());
    let state = folder.path().join("state");
    let report = crate::store::build(&tiles, &store, &state).unwrap();
    assert!(report.blocks > 0 && report.pixels > 0);
    assert_eq!((report.chunks_written, report.chunks_removed), (0, 0));
    assert!(store.chunks().is_empty());
    let again = crate::store::build(&tiles, &store, &state).unwrap();
    assert_eq!((again.blocks, again.blocks_kept, again.pixels), (0, report.blocks, 0));
    let nothing = crate::store::build(&Tiles::default(), &store, &folder.path().join("other")).unwrap();
    assert_eq!((nothing.blocks, nothing.chunks_written), (0, 0));
    assert_eq!(store.chunk(PyramidChunk::new(0, 0, 0)).len(), 4 * 512 * 512);
}
