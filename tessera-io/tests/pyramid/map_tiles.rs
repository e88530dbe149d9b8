use std::error::Error;
use std::fs;
use std::path::Path;

use tessera_core::{PyramidChunk, PyramidStore};
use tessera_io::{MapTiles, MapTilesError, MapTilesInfo};

use crate::support::{BYTES, PLACES, chunk, files, info, noise, plain, sample};

fn read(map: &MapTiles, chunk: PyramidChunk) -> Option<Vec<u8>> {
    let mut out = vec![9; 11];
    let there = map.read_chunk(chunk, &mut out).unwrap();
    assert!(there || out.is_empty());
    there.then_some(out)
}

#[test]
fn what_is_written_comes_back_and_nothing_else_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("map");
    drop(sample(&folder));
    let map = MapTiles::open(&folder).unwrap();
    assert_eq!((map.zooms(), map.levels(), map.grid().levels()), (0..=3, 11..15, 15));
    assert_eq!(map.info(), &info());
    for (seed, (z, x, y)) in (0..).zip(PLACES) {
        assert!(read(&map, chunk(z, x, y)) == Some(noise(seed)), "{z}/{x}/{y}");
        assert!(folder.join(format!("{z}/{x}/{y}.png")).is_file());
    }
    assert_eq!(read(&map, chunk(3, 4, 4)), None);
    assert_eq!(files(&folder).len(), PLACES.len() + 1);
}

#[test]
fn a_transparent_map_tile_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let map = sample(&dir.path().join("map"));
    let place = map.path().join("2/3/0.png");
    map.write_chunk(chunk(2, 3, 0), &plain([1, 2, 3, 0])).unwrap();
    assert!(!place.exists() && read(&map, chunk(2, 3, 0)).is_none());
    map.write_chunk(chunk(2, 3, 0), &plain([1, 2, 3, 1])).unwrap();
    assert!(read(&map, chunk(2, 3, 0)).unwrap() == plain([1, 2, 3, 1]));
    map.remove_chunk(chunk(2, 3, 0)).unwrap();
    map.remove_chunk(chunk(2, 3, 0)).unwrap();
    assert!(!place.exists());
}

#[test]
fn zooms_beyond_the_native_one_have_a_grid_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let map = MapTiles::create(dir.path().join("map"), 13..=15, &info()).unwrap();
    assert_eq!((map.levels(), map.grid().levels()), (0..3, 16));
    map.write_chunk(PyramidChunk::new(0, 32_767, 3), &noise(1)).unwrap();
    assert!(map.path().join("15/3/32767.png").is_file());
    assert_eq!(MapTiles::create(dir.path().join("one"), 4..=4, &info()).unwrap().levels(), 10..11);
}

#[test]
#[expect(clippy::reversed_empty_ranges)]
fn other_zooms_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("map");
    for zooms in [3..=2, 0..=17, 17..=17, 255..=255] {
        let error = MapTiles::create(&folder, zooms, &info()).unwrap_err();
        assert!(matches!(error, MapTilesError::Zooms { .. }), "{error}");
        assert!(!folder.exists());
    }
    drop(sample(&folder));
    let error = MapTiles::create(&folder, 0..=4, &info()).unwrap_err();
    assert!(error.to_string().contains("has zooms 0..=3: expected 0..=4"), "{error}");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let error = MapTiles::create(dir.path(), 0..=3, &info()).unwrap_err();
    assert!(matches!(error, MapTilesError::NotMapTiles { .. }), "{error}");
    assert_eq!(files(dir.path()), [Path::new("letter.txt")]);
    assert!(matches!(MapTiles::open(dir.path()), Err(MapTilesError::NotMapTiles { .. })));
    let file = dir.path().join("letter.txt");
    assert!(MapTiles::create(&file, 0..=3, &info()).is_err() && MapTiles::open(&file).is_err());
    let error = MapTiles::create(dir.path().join("no/map"), 0..=3, &info()).unwrap_err();
    assert!(matches!(error, MapTilesError::Io { .. }), "{error}");

    fs::create_dir(dir.path().join("foreign")).unwrap();
    let document = dir.path().join("foreign/tilejson.json");
    for text in ["{", "[]", r#"{"tilejson": "3.0.0", "tiles": ["{z}/{x}/{y}.pbf"]}"#] {
        fs::write(&document, text).unwrap();
        let error = MapTiles::create(dir.path().join("foreign"), 0..=3, &info()).unwrap_err();
        assert!(matches!(error, MapTilesError::TileJson { .. }), "{error}");
        assert_eq!(fs::read_to_string(&document).unwrap(), text);
    }
}

#[test]
fn it_goes_on_where_it_was_and_is_described_anew() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("map");
    drop(sample(&folder));
    // As a process leaves it that is killed.
    fs::create_dir(folder.join(".partial")).unwrap();
    fs::write(folder.join(".partial/.tmp1"), "half").unwrap();
    let document = fs::read(folder.join("tilejson.json")).unwrap();
    let mut map = MapTiles::create(&folder, 0..=3, &info()).unwrap();
    assert!(!folder.join(".partial/.tmp1").exists());
    assert_eq!(fs::read(folder.join("tilejson.json")).unwrap(), document);
    assert!(read(&map, chunk(0, 0, 0)).is_some());
    let mut other = MapTilesInfo::new("Another");
    other.tessera.insert("explained_variance_ratio".to_owned(), vec![0.5, 0.25].into());
    map.set_info(&other).unwrap();
    drop(map);
    assert_eq!(files(&folder).len(), PLACES.len() + 1);
    let opened = MapTiles::open(&folder).unwrap();
    assert_eq!((opened.info().name.as_str(), &opened.info().tessera), ("Another", &other.tessera));
}

#[test]
fn what_is_not_kept_or_has_another_size_is_an_error_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let map = sample(&dir.path().join("map"));
    let mut out = vec![1];
    for wrong in [chunk(4, 0, 0), PyramidChunk::new(15, 0, 0), chunk(3, 8, 0), chunk(0, 0, 1)] {
        let told = map.read_chunk(wrong, &mut out).unwrap_err().to_string();
        assert!(told.contains(&wrong.to_string()) && told.contains("11..=14") && out.is_empty(), "{told}");
        assert!(map.write_chunk(wrong, &noise(0)).is_err() && map.remove_chunk(wrong).is_err());
    }
    for got in [0, BYTES - 1, BYTES + 1] {
        let told = map.write_chunk(chunk(0, 0, 0), &vec![255; got]).unwrap_err().to_string();
        assert!(told.contains(&format!("got {got} bytes, expected {BYTES}")), "{told}");
    }
    assert!(read(&map, chunk(0, 0, 0)).unwrap() == noise(1));
}

#[test]
fn a_damaged_map_tile_is_an_error_that_names_it() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let map = sample(&dir.path().join("map"));
    let (place, name) = (map.path().join("3/7/7.png"), Path::new("3/7/7.png").display().to_string());
    let good = fs::read(&place)?;
    let mut changed = good.clone();
    changed[good.len() / 2] ^= 1;
    for bad in [&[][..], b"GIF89a", &good[..good.len() - 1], &changed] {
        fs::write(&place, bad)?;
        let mut out = vec![1; 5];
        let told = map.read_chunk(chunk(3, 7, 7), &mut out).unwrap_err().to_string();
        assert!(told.contains(&name) && told.contains("damaged") && out.is_empty(), "{told}");
    }
    // A folder in its place.
    fs::remove_file(&place)?;
    fs::create_dir(&place)?;
    assert!(map.read_chunk(chunk(3, 7, 7), &mut Vec::new()).unwrap_err().to_string().contains(&name));
    assert!(map.write_chunk(chunk(3, 7, 7), &noise(0)).unwrap_err().to_string().contains(&name));
    let path = map.path().to_owned();
    drop(map);
    assert_eq!(files(&path).len(), PLACES.len());
    Ok(())
}
