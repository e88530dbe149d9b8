//! Pyramids of pictures in a catalogue: written, kept, checked.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use tessera_core::Year;
use tessera_stac::{
    CatalogIndex, CatalogOptions, CatalogValidator, CatalogWriter, PmtilesAsset, ProblemKind, PyramidAssets,
    Site, TileRecord, ValidationEvent, YearRecords, write_catalog,
};

use crate::listed::Listed;
use crate::pictured::{Pictured, every_pyramid, picture};
use crate::support;

fn stored(name: &str) -> TileRecord {
    support::tile(name, 2024, "v1").store(support::store(&format!("s3://tessera/{name}.zarr"), 2))
}

/// A catalogue of two tiles with every pyramid beside it, the files of which are there.
fn catalogue(disk: &Path) -> std::path::PathBuf {
    let out = disk.join("catalogue");
    write_catalog(&out, [stored("grid_0.15_52.05"), stored("grid_0.25_52.05")], CatalogOptions::default())
        .unwrap();
    for path in ["pictures/2024/tilejson.json", "zones.zarr/global_rgb/zarr.json"] {
        fs::create_dir_all(disk.join(path).parent().unwrap()).unwrap();
        fs::write(disk.join(path), "{}").unwrap();
    }
    for path in ["pictures/2024.pmtiles", "pictures/2024.basis.json"] {
        fs::write(disk.join(path), "abc").unwrap();
    }
    picture(&out, every_pyramid(disk.to_str().unwrap()), false);
    out
}

fn known(out: &Path) -> PyramidAssets {
    let catalog = CatalogIndex::open(out).unwrap();
    let year = catalog.year(Year::new(2024).unwrap()).unwrap();
    year.pyramids(&year.site().unwrap()).unwrap()
}

fn problems(out: &Path) -> Vec<(ProblemKind, String)> {
    let found = Mutex::new(Vec::new());
    let validator = CatalogValidator::open(out).unwrap().files(true);
    let watch = |event: ValidationEvent<'_>| {
        if let ValidationEvent::Problem(problem) = event {
            found.lock().unwrap().push((problem.kind, problem.to_string()));
        }
        ControlFlow::Continue(())
    };
    validator.run(&watch).unwrap();
    found.into_inner().unwrap()
}

#[test]
fn they_are_kept_until_others_are_said() {
    let disk = tempfile::tempdir().unwrap();
    let out = catalogue(disk.path());
    let all = every_pyramid(disk.path().to_str().unwrap());
    assert_eq!(known(&out), all);

    // Tiles that come and go leave them as they are.
    let more = Listed::new(vec![stored("grid_0.35_52.05")]);
    for prune in [false, true] {
        let mut writer = CatalogWriter::update(&out, CatalogOptions::default().prune(prune)).unwrap();
        writer.add_year(&more, |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(writer.finish().unwrap().items, if prune { 1 } else { 3 });
        assert_eq!(known(&out), all);
        assert_eq!(problems(&out), []);
    }

    // And they leave the tiles as they are, whatever is dropped.
    let other = PyramidAssets::default().pmtiles(PmtilesAsset::new("/elsewhere/x.pmtiles".parse().unwrap()));
    let merged = other.clone().or(all.clone());
    assert_eq!(merged, all.pmtiles(PmtilesAsset::new("/elsewhere/x.pmtiles".parse().unwrap())));
    for pyramids in [merged, other, PyramidAssets::default()] {
        assert_eq!(picture(&out, pyramids.clone(), true).items, 1);
        assert_eq!(known(&out), pyramids);
    }
    assert!(known(&out).is_empty());
}

#[test]
fn an_update_writes_collection_and_index_alone() {
    let disk = tempfile::tempdir().unwrap();
    let (out, whole) = (catalogue(disk.path()), disk.path().join("whole"));
    let before = support::files(&out);
    assert_eq!(picture(&out, PyramidAssets::default(), false).changed, 2);
    let without = support::files(&out);
    let changed: Vec<_> = before.keys().filter(|path| before[*path] != without[*path]).collect();
    assert_eq!(changed, ["2024/collection.json", "2024/items.parquet"]);

    // Bytes are those of a catalogue that has never had one, or had it from the beginning.
    struct Both(Listed, Pictured);
    impl YearRecords for Both {
        fn year(&self) -> Year {
            self.0.year()
        }
        fn version(&self) -> &tessera_core::DatasetVersion {
            self.0.version()
        }
        fn tiles(&self) -> Vec<tessera_core::TileId> {
            self.0.tiles()
        }
        fn record(
            &self,
            tile: tessera_core::TileId,
        ) -> Result<TileRecord, Box<dyn std::error::Error + Send + Sync>> {
            self.0.record(tile)
        }
        fn pyramids(&self, known: PyramidAssets) -> PyramidAssets {
            assert!(known.is_empty());
            self.1.pyramids(known)
        }
    }
    let tiles = Listed::new(vec![stored("grid_0.15_52.05"), stored("grid_0.25_52.05")]);
    for (pyramids, expected) in
        [(PyramidAssets::default(), &without), (every_pyramid(disk.path().to_str().unwrap()), &before)]
    {
        let mut writer = CatalogWriter::create(&whole, CatalogOptions::default().overwrite(true)).unwrap();
        let year = Both(tiles.clone(), Pictured(pyramids));
        writer.add_year(&year, |_| ControlFlow::Continue(())).unwrap();
        writer.finish().unwrap();
        assert_eq!(&support::files(&whole), expected);
    }
}

#[test]
fn what_is_wrong_with_them_is_found() {
    let disk = tempfile::tempdir().unwrap();
    let out = catalogue(disk.path());
    assert_eq!(problems(&out), []);
    let path = out.join("2024/collection.json");
    let good = fs::read_to_string(&path).unwrap();

    let edits: [(&str, &str, ProblemKind, &str); 6] = [
        (
            r#""rel":"pmtiles""#,
            r#""rel":"about""#,
            ProblemKind::Link,
            "has no link rel=pmtiles to ../../pictures/2024.pmtiles",
        ),
        ("{z}/{x}/{y}", "{z}/{y}/{x}", ProblemKind::Link, "{z}/{y}/{x}.png: the index has no such pyramid"),
        ("/2024/tilejson.json", "/tilejson.json", ProblemKind::Link, "has no link rel=tilejson"),
        (r#""file:size":3"#, r#""file:size":4"#, ProblemKind::Collection, "file:size is 4: expected 3"),
        (r#""global_rgb":"#, r#""rgb":"#, ProblemKind::Collection, "assets.global_rgb"),
        ("../../zones.zarr", "../../../zones.zarr", ProblemKind::Escape, "out of"),
    ];
    for (from, to, kind, words) in edits {
        assert!(good.contains(from), "{from}");
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let found = problems(&out);
        assert!(found.iter().any(|(k, text)| *k == kind && text.contains(words)), "{words}: {found:?}");
    }
    fs::write(&path, &good).unwrap();

    fs::write(disk.path().join("pictures/2024.pmtiles"), "longer").unwrap();
    fs::remove_dir_all(disk.path().join("pictures/2024")).unwrap();
    fs::remove_dir_all(disk.path().join("zones.zarr")).unwrap();
    let found = problems(&out);
    let expected = [
        (ProblemKind::Size, "pictures/2024.pmtiles has 6 bytes: expected 3"),
        (ProblemKind::File, "pictures/2024 is not there"),
        (ProblemKind::File, "global_rgb is not there"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (kind, words) in expected {
        assert!(found.iter().any(|(k, text)| *k == kind && text.contains(words)), "{words}: {found:?}");
    }
}

#[test]
fn an_index_with_a_bad_link_is_refused() {
    let disk = tempfile::tempdir().unwrap();
    let out = catalogue(disk.path());
    let path = out.join("2024/items.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let (good, bad) = (br#"{"href":"../../pictures/2024""#, br#"{"href":"javascript:alert(1)""#);
    let places: Vec<_> = (0..bytes.len() - good.len()).filter(|&at| bytes[at..].starts_with(good)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bytes[at..at + good.len()].copy_from_slice(bad));
    fs::write(&path, bytes).unwrap();
    let catalog = CatalogIndex::open(&out).unwrap();
    let error = catalog.years()[0].pyramids(&Site::folder(&out).unwrap()).unwrap_err().to_string();
    assert!(error.contains("items.parquet") && error.contains("javascript"), "{error}");
    assert!(
        problems(&out).iter().any(|(kind, text)| *kind == ProblemKind::Index && text.contains("pyramid"))
    );
}
