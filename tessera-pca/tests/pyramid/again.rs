//! Building again, and going on.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use tessera_core::{ArchiveZones, PyramidChunk, PyramidGrid, Region, Year};
use tessera_pca::{Ledger, PyramidBuilder, PyramidError, PyramidEvent};

use crate::archive::{Tiles, plain, year};
use crate::store::{Kept, build, build_by, fresh};

fn grid() -> PyramidGrid {
    PyramidGrid::lon_lat(6).unwrap()
}

fn tiles() -> Tiles {
    let mut tiles = Tiles::default();
    for (seed, name) in
        ["grid_5.85_80.05", "grid_5.95_80.05", "grid_6.35_80.05", "grid_6.35_79.45"].iter().enumerate()
    {
        tiles.set(name, seed + 1);
    }
    tiles
}

#[test]
fn what_has_not_changed_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, state) = (Kept::new(grid()), folder.path().join("state"));
    let first = build(&tiles(), &store, &state).unwrap();
    assert_eq!((first.blocks_kept, first.chunks_written), (0, store.changes().0.len()));
    assert!(first.pixels > 100_000 && first.bytes == first.pixels * 8);
    let again = build(&tiles(), &store, &state).unwrap();
    assert_eq!((again.blocks, again.blocks_kept, again.chunks_written), (0, first.blocks, 0));
    assert_eq!(store.changes(), (vec![], vec![]));
    // Other colours are other pictures.
    let other = build_by(&tiles(), &store, &state, &plain, "other colours").unwrap();
    assert_eq!((other.blocks, other.chunks_written), (first.blocks, first.chunks_written));
}

#[test]
fn a_tile_that_changes_changes_what_it_touches() {
    let folder = tempfile::tempdir().unwrap();
    let (store, state) = (Kept::new(grid()), folder.path().join("state"));
    let mut tiles = tiles();
    build(&tiles, &store, &state).unwrap();
    store.changes();
    tiles.set("grid_5.85_80.05", 9);
    let report = build(&tiles, &store, &state).unwrap();
    assert!(report.blocks > 0 && report.blocks_kept > 0);
    let (written, _) = store.changes();
    // Generously, what lies near it; and what lies above that.
    let near: Vec<PyramidChunk> =
        grid().touching(2, &Region::new(5.72, 79.95, 5.98, 80.15).unwrap()).collect();
    assert!(
        written
            .iter()
            .all(|chunk| near.iter().any(|near| chunk.ancestor(near.level) == near.ancestor(chunk.level)))
    );
    assert!((0..6).all(|level| written.iter().any(|chunk| chunk.level == level)));
    assert!(written.len() < store.chunks().len());
    assert_eq!(store.chunks(), fresh(&tiles, grid(), &plain).chunks());
}

#[test]
fn a_tile_that_goes_takes_its_chunks_along() {
    let folder = tempfile::tempdir().unwrap();
    let (store, state) = (Kept::new(grid()), folder.path().join("state"));
    let mut tiles = tiles();
    build(&tiles, &store, &state).unwrap();
    let before = store.chunks();
    store.changes();
    tiles.remove("grid_6.35_79.45");
    tiles.set("grid_6.35_80.05", 0);
    let report = build(&tiles, &store, &state).unwrap();
    let (_, removed) = store.changes();
    assert!(report.blocks_removed > 0 && report.chunks_removed == removed.len() && removed.len() > 20);
    let fresh = fresh(&tiles, grid(), &plain).chunks();
    assert_eq!(store.chunks(), fresh);
    assert!(before.len() > fresh.len());
    // And all of them.
    let none = build(&Tiles::default(), &store, &state).unwrap();
    assert_eq!((none.chunks_removed, store.chunks().len()), (fresh.len(), 0));
    assert_eq!(Ledger::read(&state).unwrap().len(), 1);
}

#[test]
fn killed_anywhere_it_is_made_good() {
    let mut before = Tiles::default();
    before.set("grid_5.95_85.05", 1);
    before.set("grid_9.95_85.05", 2);
    let mut after = Tiles::default();
    after.set("grid_5.95_85.05", 3);
    after.set("grid_6.05_85.15", 4);
    let grid = PyramidGrid::lon_lat(5).unwrap();
    let (old, new) = (fresh(&before, grid, &plain).chunks(), fresh(&after, grid, &plain).chunks());
    let (mut changes, mut finished) = (0, false);
    while !finished {
        let folder = tempfile::tempdir().unwrap();
        let (store, state) = (Kept::new(grid), folder.path().join("state"));
        build(&before, &store, &state).unwrap();
        assert_eq!(store.chunks(), old);
        store.fail_after(Some(changes));
        match build(&after, &store, &state) {
            Ok(_) => finished = true,
            Err(error) => assert!(error.to_string().contains("the disk is gone"), "{error}"),
        }
        store.fail_after(None);
        // As it was before it was killed, or as it was to be.
        let (tiles, expected) = if changes % 2 == 0 { (&before, &old) } else { (&after, &new) };
        build(tiles, &store, &state).unwrap();
        assert!(store.chunks() == *expected, "after {changes} changes");
        changes += if changes < 8 { 1 } else { 15 };
    }
    assert!(changes > 30, "{changes}");
}

#[test]
fn stopped_and_gone_on_with_it_is_the_same() {
    let tiles = tiles();
    let zones = ArchiveZones::new(&tiles);
    let folder = tempfile::tempdir().unwrap();
    let store = Kept::new(grid());
    let state = Ledger::open(folder.path().join("state")).unwrap();
    let builder = PyramidBuilder::new(&zones, year(), &plain, &store);
    let mut blocks = 0;
    loop {
        let seen = AtomicUsize::new(0);
        let planned = AtomicUsize::new(0);
        let told = |event| {
            match event {
                PyramidEvent::Planned { blocks, kept, .. } => planned.store(blocks + kept, Ordering::Relaxed),
                PyramidEvent::Block { .. } => {
                    seen.fetch_add(1, Ordering::Relaxed);
                    return ControlFlow::Break(());
                }
                _ => {}
            }
            ControlFlow::Continue(())
        };
        let report = builder.build(&tiles.parts(), &state, &told).unwrap();
        assert_eq!((report.blocks, report.blocks_kept), (seen.into_inner(), blocks));
        blocks += report.blocks;
        assert_eq!(report.interrupted, report.blocks > 0);
        if !report.interrupted {
            assert_eq!(blocks, planned.into_inner());
            break;
        }
        assert!(store.chunks().keys().all(|chunk| chunk.level <= 2));
    }
    assert!(blocks > 3);
    assert_eq!(store.chunks(), fresh(&tiles, grid(), &plain).chunks());
}

#[test]
fn errors_name_the_block_and_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let store = Kept::new(grid());
    let tiles = tiles();
    let error =
        build_by(&tiles, &store, &folder.path().join("a"), &|_, _| Err("no colour".into()), "").unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("level 2, row 4") && text.contains("the archive") && text.ends_with("no colour"),
        "{text}"
    );
    let small = |_: &tessera_core::QuantizedView<'_>, _: u8| {
        Ok(tessera_pca::Rgba::new(ndarray::Array3::zeros((1, 1, 4)))?)
    };
    let error = build_by(&tiles, &store, &folder.path().join("b"), &small, "").unwrap_err();
    assert!(error.to_string().contains("1 × 1 colours: expected"), "{error}");
    let zones = ArchiveZones::new(&tiles);
    let state = Ledger::open(folder.path().join("c")).unwrap();
    let other = PyramidBuilder::new(&zones, Year::new(2019).unwrap(), &plain, &store);
    let error = other.build(&tiles.parts(), &state, &|_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, PyramidError::Year { .. }) && error.to_string().contains("2024"), "{error}");
    assert!(store.chunks().is_empty());
}
