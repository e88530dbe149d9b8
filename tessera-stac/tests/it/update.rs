//! A catalogue that is updated: what changes, and what does not.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use tessera_core::{DatasetVersion, Year};
use tessera_stac::{
    CatalogError, CatalogOptions, CatalogSummary, CatalogWriter, FileHashes, TileRecord, YearHashes,
    map_files,
};

use crate::listed::Listed;
use crate::support;

fn stored(name: &str, version: &str) -> TileRecord {
    let record = support::tile(name, 2024, version);
    support::with_npy(
        record.store(support::store(&format!("s3://tessera/{name}.zarr"), 2)),
        "/data/2024",
        false,
    )
}

fn tiles(names: &[&str]) -> Listed {
    Listed::new(names.iter().map(|name| stored(name, "v1")).collect())
}

const FIRST: [&str; 4] = ["grid_0.15_52.05", "grid_0.25_52.05", "grid_7.05_47.05", "grid_100.05_-20.05"];

fn create(out: &Path, years: &[&Listed]) {
    let mut writer = CatalogWriter::create(out, CatalogOptions::default()).unwrap();
    for year in years {
        writer.add_year(*year, |_| ControlFlow::Continue(())).unwrap();
    }
    writer.finish().unwrap();
}

fn update(out: &Path, year: &Listed, prune: bool) -> Result<CatalogSummary, CatalogError> {
    let mut writer = CatalogWriter::update(out, CatalogOptions::default().prune(prune))?;
    writer.add_year(year, |_| ControlFlow::Continue(()))?;
    writer.finish()
}

/// The files that differ between two states of a folder.
fn changed(before: &std::collections::BTreeMap<String, Vec<u8>>, root: &Path) -> BTreeSet<String> {
    let after = support::files(root);
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[test]
fn an_added_tile_changes_its_block_collection_index_and_bitmap() {
    let disk = tempfile::tempdir().unwrap();
    let (out, whole) = (disk.path().join("catalogue"), disk.path().join("whole"));
    create(&out, &[&tiles(&FIRST)]);
    let before = support::files(&out);
    let stamps = |path: &str| fs::metadata(out.join(path)).unwrap().modified().unwrap();
    let untouched =
        ["catalog.json", "2024/e005n45/catalog.json", "index.html", "2024/e000n50/grid_0.25_52.05_2024.json"];
    let then = untouched.map(stamps);

    let summary = update(&out, &tiles(&["grid_3.05_54.95"]), false).unwrap();
    let expected = [
        "2024/collection.json",
        "2024/coverage.bits.gz",
        "2024/e000n50/catalog.json",
        "2024/e000n50/grid_3.05_54.95_2024.json",
        "2024/items.parquet",
    ];
    assert_eq!(changed(&before, &out), expected.map(str::to_owned).into());
    assert_eq!((summary.changed, summary.items), (5, 5));
    assert_eq!(untouched.map(stamps), then);

    let mut all = FIRST.to_vec();
    all.push("grid_3.05_54.95");
    create(&whole, &[&tiles(&all)]);
    assert_eq!(support::files(&out), support::files(&whole));
    // Once more changes nothing.
    assert_eq!(update(&out, &tiles(&["grid_3.05_54.95"]), false).unwrap().changed, 0);
}

#[test]
fn the_bytes_of_other_row_groups_stay() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    create(&out, &[&tiles(&FIRST)]);
    let before = fs::read(out.join("2024/items.parquet")).unwrap();
    // The last of the sheets, so that those before it keep their place too.
    update(&out, &tiles(&["grid_100.05_89.95"]), false).unwrap();
    let after = fs::read(out.join("2024/items.parquet")).unwrap();
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let footer = u32::from_le_bytes(before[before.len() - 8..before.len() - 4].try_into().unwrap()) as usize;
    assert!(same >= before.len() - 8 - footer, "{same} of {}", before.len() - 8 - footer);
}

#[test]
fn a_changed_tile_changes_its_item_and_index() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    create(&out, &[&tiles(&FIRST)]);
    let before = support::files(&out);
    let moved = stored(FIRST[0], "v1").store(support::store("s3://tessera/grid_0.15_52.05.zarr", 3));
    update(&out, &Listed::new(vec![moved]), false).unwrap();
    let expected = ["2024/collection.json", "2024/e000n50/grid_0.15_52.05_2024.json", "2024/items.parquet"];
    assert_eq!(changed(&before, &out), expected.map(str::to_owned).into());
}

#[test]
fn tiles_are_dropped_where_that_is_wanted() {
    let disk = tempfile::tempdir().unwrap();
    let (out, less) = (disk.path().join("catalogue"), disk.path().join("less"));
    create(&out, &[&tiles(&FIRST)]);
    create(&less, &[&tiles(&FIRST[..2])]);
    let before = support::files(&out);
    assert_eq!(update(&out, &tiles(&FIRST[..2]), false).unwrap().items, 4);
    assert_eq!(changed(&before, &out), BTreeSet::new());
    assert_eq!(update(&out, &tiles(&FIRST[..2]), true).unwrap().items, 2);
    assert_eq!(support::files(&out), support::files(&less));
    assert!(!out.join("2024/e005n45").exists());
}

#[test]
fn years_and_settings_stay() {
    let disk = tempfile::tempdir().unwrap();
    let (out, whole) = (disk.path().join("catalogue"), disk.path().join("whole"));
    let other = Listed::new(vec![
        support::tile(FIRST[0], 2023, "v2").store(support::store("s3://tessera/x.zarr", 3)),
    ]);
    let options = || {
        let options = CatalogOptions::default().items(false).map(false).base_url("https://example.org/c");
        options.storage(support::bucket())
    };
    for (path, together) in [(&out, false), (&whole, true)] {
        let mut writer = CatalogWriter::create(path, options()).unwrap();
        writer.add_year(&tiles(&FIRST), |_| ControlFlow::Continue(())).unwrap();
        if together {
            writer.add_year(&other, |_| ControlFlow::Continue(())).unwrap();
        }
        writer.finish().unwrap();
    }
    // Neither links nor items are asked for again.
    let mut writer = CatalogWriter::update(&out, CatalogOptions::default().map(false)).unwrap();
    writer.add_year(&other, |_| ControlFlow::Continue(())).unwrap();
    writer.finish().unwrap();
    assert_eq!(support::files(&out), support::files(&whole));
}

#[test]
fn hashes_are_kept_in_a_file_of_their_own() {
    let disk = tempfile::tempdir().unwrap();
    let (out, year) = (disk.path().join("catalogue"), Year::new(2024).unwrap());
    let mut first = tiles(&FIRST);
    create(&out, &[&first]);
    assert!(YearHashes::open(&out, year).unwrap().is_none());
    let before = support::files(&out);
    first.hashes = FileHashes { embeddings: Some([7; 32]), scales: None };
    update(&out, &first, false).unwrap();
    assert_eq!(
        changed(&before, &out),
        ["2024/collection.json", "2024/hashes.parquet"].map(str::to_owned).into()
    );

    let mut more = tiles(&["grid_3.05_54.95"]);
    more.hashes = FileHashes { embeddings: Some([8; 32]), scales: Some([9; 32]) };
    update(&out, &more, false).unwrap();
    let hashes = YearHashes::open(&out, year).unwrap().unwrap();
    let all: Vec<_> = hashes.parts().flat_map(Result::unwrap).collect();
    assert_eq!(all.len(), 5);
    for (tile, found) in all {
        let expected = if tile.to_string() == "grid_3.05_54.95" { more.hashes } else { first.hashes };
        assert_eq!(found, expected, "{tile}");
    }
}

#[test]
fn what_cannot_be_updated_stays_as_it_is() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    assert!(matches!(CatalogWriter::update(&out, CatalogOptions::default()), Err(CatalogError::Index(_))));
    create(&out, &[&tiles(&FIRST)]);
    let before = support::files(&out);
    let error = update(&out, &Listed::new(vec![stored(FIRST[0], "v2")]), false).unwrap_err();
    let versions = [DatasetVersion::named("v2"), DatasetVersion::named("v1")];
    assert!(
        matches!(&error, CatalogError::OtherVersion { got, expected, .. } if [got, expected] == [&versions[0], &versions[1]]),
        "{error}"
    );
    assert_eq!(changed(&before, &out), BTreeSet::new());
    assert!(map_files().iter().all(|(path, _)| out.join(path).is_file()));
}
