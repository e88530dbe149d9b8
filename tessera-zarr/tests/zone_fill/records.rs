//! Which tiles a store is said to hold.

use std::fs;
use std::path::{Path, PathBuf};

use tessera_core::TileId;
use tessera_zarr::{FillOptions, ZoneRecords, ZoneRecordsError, ZoneWriter};

use crate::support::{Fake, Health, NAMES, create, files, fill, fill_units, v1, year};

/// The tiles of zone 31 among those that are filled.
const WEST: [&str; 4] = [NAMES[0], NAMES[1], NAMES[2], NAMES[3]];

fn ids(names: &[&str]) -> Vec<TileId> {
    let mut ids: Vec<TileId> = names.iter().map(|name| name.parse().unwrap()).collect();
    ids.sort();
    ids
}

fn held(path: &Path) -> Vec<TileId> {
    ZoneRecords::open(path).unwrap().unwrap().tiles(31, year(2024)).unwrap()
}

/// A store that is filled from all tiles, and the archive.
fn filled(dir: &Path) -> (ZoneWriter, Fake, PathBuf) {
    let path = dir.join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    fill(&store, &archive, &FillOptions::default());
    (store, archive, path)
}

/// The records of zone 31, and which of the tiles each names.
fn records(path: &Path) -> Vec<(PathBuf, Vec<&'static str>)> {
    let folder = path.with_file_name("a.zarr.build").join("utm31/2024");
    let named = |text: &str| WEST.into_iter().filter(|name| text.contains(&format!("\"{name}\""))).collect();
    files(&folder)
        .into_iter()
        .map(|(name, bytes)| (folder.join(name), named(&String::from_utf8(bytes).unwrap())))
        .collect()
}

/// A record that names some of the tiles and not all.
fn some(path: &Path) -> (PathBuf, Vec<&'static str>) {
    records(path).into_iter().find(|(_, named)| (1..WEST.len()).contains(&named.len())).unwrap()
}

fn without(names: &[&str]) -> Vec<TileId> {
    ids(&WEST.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>())
}

#[test]
fn all_tiles_of_a_zone_and_year_that_were_filled() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, path) = filled(dir.path());
    let records = ZoneRecords::open(&path).unwrap().unwrap();
    assert_eq!(
        (records.zones(), records.years(), records.version()),
        (&[31, 32][..], &[year(2023), year(2024)][..], &v1())
    );
    assert_eq!(records.tiles(31, year(2024)).unwrap(), ids(&WEST));
    assert_eq!(records.tiles(32, year(2024)).unwrap(), ids(&NAMES[4..]));
    for (zone, number) in [(31, 2023), (33, 2024), (0, 2024), (61, 2024), (31, 2020)] {
        assert_eq!(records.tiles(zone, year(number)).unwrap(), [], "{zone} {number}");
    }
}

#[test]
fn a_tile_of_which_a_shard_is_missing_is_not_held() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, path) = filled(dir.path());
    let (record, named) = some(&path);
    fs::remove_file(record).unwrap();
    assert_eq!(held(&path), without(&named));
}

#[test]
fn shards_that_were_never_filled_are_missing_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    let units = store.plan(&archive, year(2024), Some(&[31])).unwrap();
    assert!(units.len() > 1);
    let (last, others) = units.split_last().unwrap();
    fill_units(&store, &archive, others, &FillOptions::default());
    let lacking: Vec<String> = last.tiles.iter().map(ToString::to_string).collect();
    assert_eq!(held(&path), without(&lacking.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn a_record_that_is_not_complete_or_says_nothing_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, path) = filled(dir.path());
    let (record, named) = some(&path);
    let text = fs::read_to_string(&record).unwrap();
    let incomplete = text.replace("\"complete\": true", "\"complete\": false");
    assert_ne!(incomplete, text);
    for spoilt in [incomplete.as_str(), "", "{", "[]", &text[..text.len() / 2]] {
        fs::write(&record, spoilt).unwrap();
        assert_eq!(held(&path), without(&named), "{spoilt}");
    }
    // Too large to be a record.
    fs::write(&record, format!("{text}{}", " ".repeat(65 << 20))).unwrap();
    assert_eq!(held(&path), without(&named));
    fs::write(&record, text).unwrap();
    assert_eq!(held(&path), ids(&WEST));
}

#[test]
fn a_tile_that_failed_is_not_held_until_it_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let (store, archive) = (create(&path), Fake::new(&NAMES));
    archive.set(NAMES[1], 1, Health::Torn);
    fill(&store, &archive, &FillOptions::default());
    assert_eq!(held(&path), without(&NAMES[1..2]));
    archive.set(NAMES[1], 1, Health::Well);
    fill(&store, &archive, &FillOptions::default());
    assert_eq!(held(&path), ids(&WEST));
}

#[test]
fn records_that_were_not_written_here_add_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, path) = filled(dir.path());
    let (record, named) = some(&path);
    let folder = record.parent().unwrap();
    let text = fs::read_to_string(&record).unwrap();
    let (missing, named_there) = records(&path).into_iter().find(|(other, _)| *other != record).unwrap();
    fs::remove_file(&missing).unwrap();
    // The same place again, a place that its tiles are far from, one beyond the lattice, and no record at all.
    let again = record.file_name().unwrap().to_str().unwrap();
    for name in [format!("+{again}"), format!("0{again}"), "0.0.json".into(), format!("{}.0.json", u64::MAX)]
    {
        fs::write(folder.join(name), &text).unwrap();
    }
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    assert!(!named.is_empty());
    assert_eq!(held(&path), without(&named_there));
    // A tile of another zone, and a name that is none.
    let strange = text.replace(named[0], NAMES[4]);
    fs::write(&record, strange.replacen(NAMES[4], "grid_1_2", 1)).unwrap();
    assert!(!held(&path).contains(&ids(&named[..1])[0]));
}

#[test]
fn nothing_is_recorded_of_a_store_without_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, path) = filled(dir.path());
    let build = dir.path().join("a.zarr.build");
    fs::remove_dir_all(&build).unwrap();
    assert!(ZoneRecords::open(&path).unwrap().is_none());
    fs::create_dir(&build).unwrap();
    assert_eq!(held(&path), []);
    fs::create_dir_all(build.join("utm31/2024")).unwrap();
    assert_eq!(held(&path), []);
    // A folder of records without the store is an error, and so is a file in place of a folder.
    fs::rename(&path, dir.path().join("b.zarr")).unwrap();
    assert!(matches!(ZoneRecords::open(&path), Err(ZoneRecordsError::Store(_))));
    fs::rename(dir.path().join("b.zarr"), &path).unwrap();
    fs::remove_dir(build.join("utm31/2024")).unwrap();
    fs::write(build.join("utm31/2024"), "").unwrap();
    let error = ZoneRecords::open(&path).unwrap().unwrap().tiles(31, year(2024)).unwrap_err();
    assert!(error.to_string().contains("a.zarr.build/utm31/2024"), "{error}");
}
