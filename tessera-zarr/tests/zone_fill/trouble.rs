//! Tiles and machines that fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use tessera_core::DatasetVersion;
use tessera_zarr::{FillOptions, ZoneFillError, ZoneWriter};

use crate::support::{Fake, Health, NAMES, create, files, fill, message, year};

#[test]
fn a_tile_that_cannot_be_read_is_named_and_the_others_go_on() {
    let whole = tempfile::tempdir().unwrap();
    let well = Fake::new(&NAMES);
    fill(&create(&whole.path().join("a.zarr")), &well, &FillOptions::default());
    for (health, why) in [
        (Health::Closed, "cannot be opened"),
        (Health::Torn, "ends after row 100"),
        (Health::ManyScales, "different scales"),
        (Health::Channels(5), "5 channels: expected 4"),
        (Health::OffLattice, "off the 10 m lattice"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zarr");
        let (store, archive) = (create(&path), Fake::new(&NAMES));
        archive.set(NAMES[1], 1, health);
        let (report, told) = fill(&store, &archive, &FillOptions::default());
        assert!(report.failed == 0 && report.failed_tiles > 0, "{health:?}");
        let failed: Vec<_> = told.iter().flat_map(|(_, _, failed, _)| failed).collect();
        assert!(failed.iter().all(|text| text.starts_with(NAMES[1]) && text.contains(why)), "{failed:?}");
        // What stands there is the store of the others.
        let without = Fake::new(&NAMES);
        without.remove(NAMES[1]);
        let fresh = tempfile::tempdir().unwrap();
        fill(&create(&fresh.path().join("a.zarr")), &without, &FillOptions::default());
        assert_eq!(files(&path), files(&fresh.path().join("a.zarr")), "{health:?}");
        // Mended, the same call puts it in.
        archive.set(NAMES[1], 1, Health::Well);
        let (report, _) = fill(&store, &archive, &FillOptions::default());
        assert!(report.failed_tiles == 0 && report.written > 0);
        assert_eq!(files(&path), files(&whole.path().join("a.zarr")), "{health:?}");
    }
}

#[test]
fn another_dataset_year_or_zone_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(&dir.path().join("a.zarr"));
    let mut archive = Fake::new(&NAMES);
    assert!(message(store.plan(&archive, year(2020), None)).contains("no year 2020: it has 2023, 2024"));
    assert!(message(store.plan(&archive, year(2024), Some(&[33]))).contains("no zone 33: it has 31, 32"));
    archive.version = DatasetVersion::named("v2");
    assert!(message(store.plan(&archive, year(2024), None)).contains("dataset v2: expected v1"));
    archive.version = DatasetVersion::Unknown;
    assert!(matches!(store.plan(&archive, year(2024), None), Err(ZoneFillError::Version { .. })));
}

#[test]
fn told_to_stop_it_stops_and_goes_on_later() {
    let dir = tempfile::tempdir().unwrap();
    let (path, whole) = (dir.path().join("a.zarr"), dir.path().join("whole.zarr"));
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    fill(&create(&whole), &archive, &FillOptions::default());
    let units = store.plan(&archive, year(2024), None).unwrap();
    for patience in [0, 3, 20, 50] {
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= patience;
        store.fill(&archive, &units, &FillOptions::default(), &|_| {}, &stop).unwrap();
        for (name, bytes) in files(&path) {
            assert_eq!(bytes, files(&whole)[&name], "{name}");
        }
    }
    fill(&store, &archive, &FillOptions::default());
    assert_eq!(files(&path), files(&whole));
    assert_eq!(std::fs::read_dir(dir.path().join("a.zarr.build/partial")).unwrap().count(), 1);
}

#[test]
fn several_fill_one_store_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (path, whole) = (dir.path().join("a.zarr"), dir.path().join("whole.zarr"));
    create(&path);
    let archive = Fake::new(&NAMES);
    fill(&create(&whole), &archive, &FillOptions::default());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| fill(&ZoneWriter::open(&path).unwrap(), &archive, &FillOptions::default()));
        }
    });
    assert_eq!(files(&path), files(&whole));
    // The records are whole too: nothing is left to do.
    let (report, _) = fill(&ZoneWriter::open(&path).unwrap(), &archive, &FillOptions::default());
    assert_eq!(report.written, 0);
}

#[test]
fn too_little_memory_is_said_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    // A tile that is not mapped has to be fetched.
    NAMES.iter().for_each(|name| archive.set(name, 0, Health::Torn));
    let before = files(&path);
    let (report, told) = fill(&store, &archive, &FillOptions::default().memory(1 << 20));
    assert!(report.failed > 0 && report.written == 0);
    let errors: Vec<_> = told.iter().filter_map(|(.., error)| error.as_deref()).collect();
    assert!(errors.iter().all(|error| error.contains("MiB to put together")), "{errors:?}");
    assert_eq!(files(&path), before);
}
