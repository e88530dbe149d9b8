//! Damage that is found, and that does not spread.

use std::fs;
use std::path::Path;

use tessera_core::{Channels, Quantized, Source, Window};
use tessera_zarr::{FillOptions, VerifyOptions, VerifyReport, ZoneStore, ZoneWriter};

use crate::support::{Fake, Health, NAMES, create, files, fill, year};

fn verify(path: &Path, options: &VerifyOptions<'_>) -> VerifyReport {
    ZoneWriter::open(path).unwrap().verify(options, &|_| {}, &|| false).unwrap()
}

/// A filled store, and the names of its shards of embeddings.
fn filled(dir: &Path) -> (std::path::PathBuf, Vec<String>) {
    let path = dir.join("a.zarr");
    fill(&create(&path), &Fake::new(&NAMES), &FillOptions::default());
    let shards = files(&path).into_keys().filter(|name| name.contains("embeddings/c/1/")).collect();
    (path, shards)
}

#[test]
fn a_whole_store_has_no_problem() {
    let dir = tempfile::tempdir().unwrap();
    let (path, shards) = filled(dir.path());
    let archive = Fake::new(&NAMES);
    let report = verify(&path, &VerifyOptions::default().archive(&archive, 200));
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(
        (report.objects, report.hashes, report.unrecorded),
        (2 * shards.len() as u64, 2 * shards.len() as u64, 0)
    );
    assert!(report.chunks > 500 && report.pixels >= 200 * shards.len() as u64);
    // Only a zone.
    let one = verify(&path, &VerifyOptions::default().zones([32]).years([year(2024)]));
    assert!(one.objects > 0 && one.objects < report.objects);
    // Without records it still can be read.
    fs::remove_dir_all(dir.path().join("a.zarr.build")).unwrap();
    let report = verify(&path, &VerifyOptions::default());
    assert_eq!((report.hashes, report.unrecorded, report.problems.len()), (0, report.objects, 0));
}

#[test]
fn damage_is_named_and_other_shards_still_read() {
    type Harm = fn(&mut Vec<u8>);
    let damage: [(&str, Harm); 4] = [
        ("truncated", |bytes| bytes.truncate(bytes.len() - 700)),
        ("index", |bytes| {
            let at = bytes.len() - 20;
            bytes[at] ^= 1;
        }),
        ("chunk", |bytes| bytes[40] ^= 0x55),
        ("emptied", Vec::clear),
    ];
    for (what, harm) in damage {
        let dir = tempfile::tempdir().unwrap();
        let (path, shards) = filled(dir.path());
        let victim = shards.iter().find(|name| name.starts_with("utm31")).unwrap();
        let mut bytes = fs::read(path.join(victim)).unwrap();
        harm(&mut bytes);
        fs::write(path.join(victim), bytes).unwrap();
        let report = verify(&path, &VerifyOptions::default());
        assert!(
            !report.problems.is_empty() && report.problems.iter().all(|p| p.what == *victim),
            "{what}: {report:?}"
        );
        let text = report.problems.iter().map(ToString::to_string).collect::<String>();
        assert!(text.contains("its hash is") || text.contains("bytes: expected"), "{what}: {text}");

        let store = ZoneStore::open(&path).unwrap();
        let other = store.source(32, year(2024)).unwrap();
        let zone = other.grid();
        let tile = tessera_core::PixelGrid::of_tile(NAMES[4].parse().unwrap()).unwrap();
        let (row, col) = tile.offset_in(zone).unwrap();
        let window = Window::new(row as usize, col as usize, 50, 50);
        let mut out = Quantized::empty();
        other.read_window_into(window, &Channels::All, &mut out).unwrap();
        assert!(out.view().count(tessera_core::ScaleLimit::default()).valid > 0);

        // Deleted and filled again, it is whole.
        fs::remove_file(path.join(victim)).unwrap();
        let report = verify(&path, &VerifyOptions::default());
        assert!(
            report.problems.iter().any(|p| p.why.contains("object of embeddings is not there")),
            "{what}"
        );
        fill(&ZoneWriter::open(&path).unwrap(), &Fake::new(&NAMES), &FillOptions::default());
        assert!(verify(&path, &VerifyOptions::default()).problems.is_empty());
    }
}

#[test]
fn other_tiles_and_missing_ones_are_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = filled(dir.path());
    let archive = Fake::new(&NAMES);
    archive.set(NAMES[4], 50, Health::Well);
    let report = verify(&path, &VerifyOptions::default().archive(&archive, 100));
    assert!(report.problems.iter().all(|p| p.what.starts_with("utm32/") && p.why.contains("pixels differ")));
    assert!(!report.problems.is_empty());

    archive.set(NAMES[4], 4, Health::Closed);
    fill(&ZoneWriter::open(&path).unwrap(), &archive, &FillOptions::default());
    let report = verify(&path, &VerifyOptions::default());
    assert!(
        report.problems.iter().any(|p| p.why.contains("it lacks grid_6.05_88.85")),
        "{:?}",
        report.problems
    );
}
