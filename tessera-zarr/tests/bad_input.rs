//! What is wrong gets an error that names it, and leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tessera_core::synthetic::{Synthetic, SyntheticTile};
use tessera_core::{Channels, Source, Tile, Window, Year};
use tessera_zarr::{
    Layout, OpenError, ReadError, StoreArchive, TileStore, TileWriter, WriteError, ZarrFormat,
};

fn tile() -> SyntheticTile {
    let id = "grid_-99.95_80.05".parse().unwrap();
    Synthetic::new(1).channels(4).shape(20, 30).tile(id, Year::new(2024).unwrap()).unwrap()
}

fn write(format: ZarrFormat, path: &Path) -> Result<PathBuf, WriteError> {
    let tile = tile();
    let layout = Layout::new(format).chunk_edge(16).unwrap();
    TileWriter::new(layout).write(
        path,
        tile.view(),
        tile.grid(),
        tile.id(),
        tile.year().unwrap(),
        tile.version(),
    )?;
    Ok(path.to_owned())
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert!(text != changed, "the edit of {} changed nothing", path.display());
    fs::write(path, changed).unwrap();
}

#[test]
fn an_output_that_exists_is_kept() {
    let dir = TempDir::new().unwrap();
    let path = write(ZarrFormat::V2, &dir.path().join("a.zarr")).unwrap();
    let before = fs::read(path.join(".zmetadata")).unwrap();
    let error = write(ZarrFormat::V3, &path).unwrap_err();
    assert!(
        matches!(error, WriteError::Place(_)) && error.to_string().contains("a.zarr exists already"),
        "{error}"
    );
    assert_eq!(fs::read(path.join(".zmetadata")).unwrap(), before);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_missing_parent_is_named() {
    let dir = TempDir::new().unwrap();
    let error = write(ZarrFormat::V2, &dir.path().join("no/a.zarr")).unwrap_err();
    assert!(error.io_error().is_some() && error.to_string().contains("no"), "{error}");
}

#[test]
fn another_grid_is_refused() {
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    let grid = tile.grid().with_shape(20, 31).unwrap();
    let writer = TileWriter::new(Layout::default());
    let result = writer.write(
        &dir.path().join("a"),
        tile.view(),
        &grid,
        tile.id(),
        tile.year().unwrap(),
        tile.version(),
    );
    assert!(matches!(result, Err(WriteError::Shape { .. })));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn what_is_not_a_store_is_not_opened() {
    let dir = TempDir::new().unwrap();
    assert!(matches!(TileStore::open(dir.path()), Err(OpenError::NotAStore { .. })));
    assert!(matches!(TileStore::open(dir.path().join("nothing")), Err(OpenError::NotAStore { .. })));
    fs::write(dir.path().join("zarr.json"), "{").unwrap();
    assert!(matches!(TileStore::open(dir.path()), Err(OpenError::Metadata { .. })));
    fs::write(dir.path().join("zarr.json"), r#"{"zarr_format": 3, "node_type": "array"}"#).unwrap();
    assert!(matches!(TileStore::open(dir.path()), Err(OpenError::Metadata { .. })));
}

#[test]
fn metadata_that_makes_no_sense_is_named() {
    type Case = (&'static str, &'static str, &'static str);
    let cases: [Case; 8] = [
        (r#""<f4""#, r#""<f8""#, "dtype"),
        (r#""|i1""#, r#""|u1""#, "dtype"),
        (r#""EPSG:32614""#, r#""EPSG:4326""#, "proj:code"),
        (r#""proj:code""#, r#""proj:cod""#, "is missing: expected the code of a UTM zone"),
        (r#""spatial:transform": ["#, r#""spatial:transform": [7.0, "#, "spatial:transform"),
        (r#""grid_-99.95_80.05_2024""#, r#""grid_-99.95_80_2024""#, "attribute id of"),
        (
            "\"chunks\": [\n        16,\n        16,\n        4",
            "\"chunks\": [\n        4294967296,\n        4294967296,\n        4",
            "more elements",
        ),
        (
            "\"chunks\": [\n        16,\n        16,\n        4",
            "\"chunks\": [\n        0,\n        16,\n        4",
            "edge of 0",
        ),
    ];
    for (from, to, says) in cases {
        let dir = TempDir::new().unwrap();
        let path = write(ZarrFormat::V2, &dir.path().join("a")).unwrap();
        edit(&path.join(".zmetadata"), |text| text.replace(from, to));
        let error = TileStore::open(&path).unwrap_err();
        assert!(error.to_string().contains(says), "{to}: {error}");
    }
}

#[test]
fn an_array_that_is_missing_is_named() {
    let dir = TempDir::new().unwrap();
    let path = write(ZarrFormat::V3, &dir.path().join("a")).unwrap();
    edit(&path.join("zarr.json"), |text| text.replace("\"scales\": {", "\"scalez\": {"));
    assert!(
        matches!(TileStore::open(&path), Err(OpenError::MissingArray { array, .. }) if array == "scales")
    );
}

#[test]
fn a_store_without_consolidated_metadata_opens() {
    let dir = TempDir::new().unwrap();
    let path = write(ZarrFormat::V2, &dir.path().join("a")).unwrap();
    fs::remove_file(path.join(".zmetadata")).unwrap();
    assert_eq!(TileStore::open(&path).unwrap().id(), tile().id());
    let path = write(ZarrFormat::V3, &dir.path().join("b")).unwrap();
    edit(&path.join("zarr.json"), |text| text.replace("consolidated_metadata", "forgotten_metadata"));
    assert_eq!(TileStore::open(&path).unwrap().id(), tile().id());
}

#[test]
fn damaged_chunks_are_named_and_others_still_read() {
    for format in [ZarrFormat::V2, ZarrFormat::V3] {
        let dir = TempDir::new().unwrap();
        let path = write(format, &dir.path().join("a")).unwrap();
        let object = if format == ZarrFormat::V2 { "embeddings/0.1.0" } else { "embeddings/c/0/0/0" };
        let bytes = fs::read(path.join(object)).unwrap();
        let store = TileStore::open(&path).unwrap();
        fs::write(path.join(object), &bytes[..bytes.len() / 2]).unwrap();
        let error =
            store.read_into(Window::full(20, 30), &Channels::All, &mut tessera_core::Quantized::empty());
        let error = error.unwrap_err();
        assert!(matches!(error, ReadError::Damaged { .. }) && error.to_string().contains(object), "{error}");
        if format == ZarrFormat::V2 {
            store.read_window(Window::new(0, 0, 20, 16), &Channels::All).unwrap();
        }
        fs::write(path.join(object), []).unwrap();
        assert!(TileStore::open(&path).unwrap().read_window(Window::full(20, 30), &Channels::All).is_err());
    }
}

#[test]
fn windows_and_channels_beyond_the_store_are_refused() {
    let dir = TempDir::new().unwrap();
    let store = TileStore::open(write(ZarrFormat::V2, &dir.path().join("a")).unwrap()).unwrap();
    for window in [
        Window::new(0, 0, 21, 1),
        Window::new(0, 30, 1, 1),
        Window::new(0, 0, 0, 0),
        Window::new(0, 0, usize::MAX, 1),
    ] {
        assert!(store.plan(window, &Channels::All).is_err(), "{window:?}");
    }
    assert!(store.read_window(Window::full(20, 30), &(0..5).into()).is_err());
}

#[test]
fn an_archive_passes_strangers_over() {
    use tessera_core::Archive;
    let (dir, tile) = (TempDir::new().unwrap(), tile());
    let year = tile.year().unwrap();
    for folder in ["2024/notes", "2024/grid_0.10_0.05.zarr", "twenty/grid_0.15_0.05.zarr", ".cache"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    fs::write(dir.path().join("2023"), "a file").unwrap();
    let path = StoreArchive::path_of(dir.path(), tile.id(), year);
    write(ZarrFormat::V2, &path).unwrap();
    let archive = StoreArchive::open(dir.path()).unwrap();
    assert_eq!((archive.years(), archive.tiles(year)), (vec![year], vec![tile.id()]));
    assert_eq!(archive.open(tile.id(), year).unwrap().unwrap().id(), tile.id());
    assert!(archive.open("grid_0.15_0.05".parse().unwrap(), year).unwrap().is_none());
    fs::remove_dir_all(path.join("scales")).unwrap();
    fs::remove_file(path.join(".zmetadata")).unwrap();
    assert!(archive.open(tile.id(), year).is_err());
}
