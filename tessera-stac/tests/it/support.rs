//! Records that the tests share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;
use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
use tessera_stac::{BasisAsset, Location, NpyTile, Preview, StorageScheme, TileRecord, TileStore, ZoneAsset};

/// A tile of a year and dataset, of which no file is known.
pub(crate) fn tile(name: &str, year: u16, version: &str) -> TileRecord {
    let tile: TileId = name.parse().unwrap();
    let grid = PixelGrid::of_tile(tile).unwrap();
    TileRecord::new(tile, Year::new(year).unwrap(), DatasetVersion::named(version), grid)
}

/// A tile store at a path or address.
pub(crate) fn store(at: &str, format: u8) -> TileStore {
    TileStore::new(at.parse().unwrap(), format).unwrap().consolidated(true)
}

/// A tile with the two files of an NPY tile in a folder, their sizes those of a header of 128 bytes and the pixels.
pub(crate) fn with_npy(record: TileRecord, folder: &str, channel_scales: bool) -> TileRecord {
    let name = record.tile();
    let file = |suffix: &str| format!("{folder}/{name}/{name}{suffix}").parse::<Location>().unwrap();
    let pixels = (record.grid().rows() * record.grid().cols()) as u64;
    let scales = pixels * if channel_scales { 4 * 128 } else { 4 };
    let npy = NpyTile::new(file(".npy"), file("_scales.npy")).sizes(pixels * 128 + 128, scales + 128);
    record.npy(npy).channel_scales(channel_scales)
}

/// The bucket of the examples.
pub(crate) fn bucket() -> StorageScheme {
    StorageScheme::s3("s3", "https://s3.example.org", "tessera").unwrap()
}

/// The tile of the example item, in all its detail.
pub(crate) fn example() -> TileRecord {
    tile("grid_0.15_52.05", 2024, "v1")
        .store(store("https://s3.example.org/tessera/v1/2024/grid_0.15_52.05.zarr", 3))
        .software("tessera-zarr", "0.1.0")
        .created(UNIX_EPOCH + Duration::from_secs(1_795_305_600))
        .unwrap()
}

/// A tile south of the equator with every asset that there is, on disk below a folder.
pub(crate) fn every_asset(disk: &str) -> TileRecord {
    let name = "grid_179.95_-16.55";
    let at = |path: &str| format!("{disk}/{path}").parse::<Location>().unwrap();
    let record = tile(name, 2024, "v1")
        .store(store(&format!("{disk}/stores/{name}.zarr"), 3))
        .preview(Preview::new(at(&format!("stores/{name}.png"))).shape(562, 542).size(412_345))
        .basis(BasisAsset::new(at(&format!("stores/{name}.basis.json"))).size(15_311))
        .zone(ZoneAsset::new(at("zones.zarr/utm60")).consolidated(true));
    with_npy(record, &format!("{disk}/npy/2024"), false)
}

/// Tiles of every kind: three years, of which one of an unknown version; stores and NPY tiles, near, far and on S3; one
/// scale a pixel and one a channel; both sides of the antimeridian and both poles. Files on disk lie below `disk`.
pub(crate) fn every_kind(disk: &str) -> Vec<TileRecord> {
    let at = |year: u16, name: &str| format!("s3://tessera/v1/{year}/{name}.zarr");
    let mut records = vec![example()];
    for name in ["grid_-99.95_80.05", "grid_179.95_-16.55", "grid_-179.95_-16.45"] {
        records.push(tile(name, 2024, "v1").store(store(&at(2024, name), 3)));
    }
    for name in ["grid_179.95_-16.55", "grid_-179.95_-16.45"] {
        let preview = format!("{disk}/previews/{name}.png").parse().unwrap();
        let record = tile(name, 2023, "v1.1-cam")
            .store(store(&format!("{disk}/stores/{name}.zarr"), 2))
            .preview(Preview::new(preview).shape(562, 542).size(412_345));
        records.push(with_npy(record, &format!("{disk}/npy/2023"), false));
    }
    for name in ["grid_-179.95_-89.95", "grid_179.95_89.95", "grid_3.05_47.05"] {
        records.push(with_npy(tile(name, 2022, ""), "/elsewhere/2022", true));
    }
    records
}

/// Every JSON file below a folder, by its path, in order; but for those of the map page.
pub(crate) fn json_files(root: &Path) -> Vec<(String, Value)> {
    let json = |(path, bytes): (String, Vec<u8>)| {
        let wanted = path.ends_with(".json") && !path.starts_with("map/");
        wanted.then(|| (path, serde_json::from_slice(&bytes).unwrap()))
    };
    files(root).into_iter().filter_map(json).collect()
}

/// Every file below a folder with its bytes, by its path, in order.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// A folder of data that is not part of the crate; `None`, with a line that says so, where it is not there.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}
