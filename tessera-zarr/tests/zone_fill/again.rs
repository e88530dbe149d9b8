//! Filled again: only what is missing or changed.

use tessera_zarr::{FillOptions, ZoneWriter};

use crate::support::{Fake, Health, NAMES, create, files, fill, fill_units, year};

#[test]
fn the_same_tiles_give_the_same_bytes_and_a_second_fill_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.zarr"), dir.path().join("b.zarr"));
    let archive = Fake::new(&NAMES);
    let (store, other) = (create(&a), create(&b));
    let (first, _) = fill(&store, &archive, &FillOptions::default());
    // One shard at a time, on one thread, in another order.
    let mut units = other.plan(&archive, year(2024), None).unwrap();
    units.reverse();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    alone.install(|| fill_units(&other, &archive, &units, &FillOptions::default().memory(100 << 20)));
    assert_eq!(files(&a), files(&b));
    let before = files(&a);
    let (second, told) = fill(&store, &archive, &FillOptions::default());
    assert_eq!((second.written, second.unchanged), (0, first.written));
    assert!(told.iter().all(|(_, written, ..)| !written));
    assert_eq!(files(&a), before);
}

#[test]
fn a_changed_tile_changes_the_shards_that_it_touches() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    fill(&store, &archive, &FillOptions::default());
    let before = files(&path);
    archive.set(NAMES[4], 77, Health::Well);
    let (report, told) = fill(&store, &archive, &FillOptions::default());
    assert!(report.written > 0 && report.unchanged > 0);
    for (unit, written, ..) in &told {
        assert_eq!(*written, unit.starts_with("utm32/"), "{unit}");
    }
    let after = files(&path);
    for (name, bytes) in &before {
        assert_eq!(
            after[name] == *bytes,
            !name.starts_with("utm32/embeddings/c/") && !name.starts_with("utm32/scales/c/"),
            "{name}"
        );
    }
}

#[test]
fn an_object_that_is_gone_or_cut_off_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    fill(&store, &archive, &FillOptions::default());
    let before = files(&path);
    let shards: Vec<_> = before.keys().filter(|name| name.contains("/c/1/")).cloned().collect();
    std::fs::remove_file(path.join(&shards[0])).unwrap();
    std::fs::write(path.join(&shards[shards.len() - 1]), b"short").unwrap();
    let (report, _) = fill(&store, &archive, &FillOptions::default());
    assert_eq!(report.written, 2);
    assert_eq!(files(&path), before);
}

#[test]
fn a_tile_is_added_and_one_that_is_gone_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES[..3]));
    fill(&store, &archive, &FillOptions::default());
    archive.set(NAMES[3], 3, Health::Well);
    let (report, _) = fill(&store, &archive, &FillOptions::default());
    assert!(report.written > 0 && report.failed == 0);

    // An archive of the new tiles alone would take the old ones out of the shards that both touch.
    let alone = Fake::new(&[]);
    alone.set(NAMES[3], 3, Health::Well);
    let before = files(&path);
    let (report, told) = fill(&store, &alone, &FillOptions::default());
    assert!(report.failed > 0 && report.written == 0);
    let errors: Vec<_> = told.iter().filter_map(|(.., error)| error.as_deref()).collect();
    assert!(
        errors
            .iter()
            .any(|error| error.contains("that the archive does not have") && error.contains("prune"))
    );
    assert_eq!(files(&path), before);

    // Told to, it does, and shards without any tile are gone.
    archive.remove(NAMES[0]);
    archive.remove(NAMES[1]);
    archive.remove(NAMES[2]);
    let (report, _) = fill(&store, &archive, &FillOptions::default().prune(true));
    assert_eq!(report.failed, 0);
    let fresh = dir.path().join("b.zarr");
    let other = create(&fresh);
    fill(&other, &archive, &FillOptions::default());
    assert_eq!(files(&path), files(&fresh));
    let (report, _) = fill(&store, &archive, &FillOptions::default());
    assert_eq!((report.written, report.failed), (0, 0));
}

#[test]
fn shards_that_nothing_is_known_of_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    fill(&store, &archive, &FillOptions::default());
    let before = files(&path);
    std::fs::remove_dir_all(dir.path().join("a.zarr.build")).unwrap();
    let (report, told) = fill(&ZoneWriter::open(&path).unwrap(), &archive, &FillOptions::default());
    assert!(report.written < report.failed);
    assert!(
        told.iter().filter_map(|(.., error)| error.as_ref()).all(|error| error.contains("say overwrite"))
    );
    let (report, _) = fill(&store, &archive, &FillOptions::default().overwrite(true));
    assert_eq!(report.failed, 0);
    assert_eq!(files(&path), before);
}
