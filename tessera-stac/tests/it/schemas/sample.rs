//! Items of 20,000 tiles all over the world, with everything that an item can say.

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;
use tessera_core::{DatasetVersion, PixelGrid, TileId, UtmZone, Year};
use tessera_stac::{
    BasisAsset, Location, NpyTile, Preview, Site, StorageScheme, TileRecord, TileStore, ZoneAsset, to_json,
};

use super::validators::Validators;
use crate::support;

const TILES: usize = 20_000;

/// Takes one number apart into choices, each combination of which some number stands for.
struct Choices(usize);

impl Choices {
    fn of(&mut self, number: usize) -> usize {
        let choice = self.0 % number;
        self.0 /= number;
        choice
    }

    fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[self.of(N)]
    }

    fn yes(&mut self) -> bool {
        self.of(2) == 1
    }
}

/// A tile for each number; the numbers run around the world from the north to the south.
fn tile(number: usize) -> TileId {
    let (column, row) = (number * 1_117 % 3_600, number * 1_800 / TILES);
    TileId::from_cell(column as u32, row as u32).unwrap()
}

/// One of the combinations of assets and of what is said of them. There are at most 15,552, so each comes at least once.
fn record(number: usize) -> TileRecord {
    let mut choices = Choices(number);
    let tile = tile(number);
    let root = choices.one(["/data/out", "/data/out/catalogue", "s3://tessera/v1"]);
    let at = |path: String| format!("{root}/{path}").parse::<Location>().unwrap();
    let grid = PixelGrid::of_tile(tile).unwrap();
    let (year, version) = choices.one([(2021, ""), (2022, "v1"), (2023, "v1.1-cam"), (2024, "trial")]);
    let mut record = TileRecord::new(tile, Year::new(year).unwrap(), DatasetVersion::named(version), grid);
    let store = choices.of(3);
    if store > 0 {
        let store = TileStore::new(at(format!("stores/{year}/{tile}.zarr")), store as u8 + 1).unwrap();
        record = record.store(if choices.yes() { store.consolidated(true) } else { store });
    }
    let npy = choices.of(3);
    if npy > 0 {
        let file = |suffix: &str| at(format!("npy/{year}/{tile}/{tile}{suffix}.npy"));
        let files = NpyTile::new(file(""), file("_scales"));
        record = record.npy(if npy == 2 { files.sizes(106_282_496, 3_321_452) } else { files });
        record = record.channel_scales(choices.yes());
    }
    match choices.of(3) {
        0 => {}
        1 => record = record.preview(Preview::new(at(format!("stores/{tile}.png")))),
        _ => record = record.preview(Preview::new(at(format!("stores/{tile}.png"))).shape(100, 70).size(7)),
    }
    let basis = choices.of(3);
    if basis > 0 {
        let file = BasisAsset::new(at(format!("stores/{tile}.basis.json")));
        record = record.basis(if basis == 2 { file.size(15_311) } else { file });
    }
    if choices.yes() || (store == 0 && npy == 0) {
        let zone = ZoneAsset::new(at(format!("zones.zarr/utm{:02}", grid.zone().number())));
        record = record.zone(if number.is_multiple_of(5) { zone.consolidated(false) } else { zone });
    }
    if choices.yes() {
        record = record
            .software("tessera-zarr", "0.1.0")
            .created(UNIX_EPOCH + Duration::from_secs(1 << 30))
            .unwrap();
    }
    record
}

/// Where the items are read: links relative and absolute, with and without a known bucket.
fn sites() -> Vec<Site> {
    let aws = StorageScheme::aws("aws", "tessera", "eu-west-2").unwrap().requester_pays(true);
    let folder = Site::folder("/data/out/catalogue").unwrap();
    let hosted = folder.clone().base_url("https://example.org/out/catalogue").unwrap();
    vec![
        folder.clone().storage(support::bucket()),
        hosted.clone().storage(aws),
        folder,
        Site::url("https://example.org/c").unwrap(),
        hosted,
    ]
}

#[test]
fn items_of_twenty_thousand_tiles_are_valid() {
    let mut validators = Validators::open();
    let sites = sites();
    let mut json = Vec::new();
    for number in 0..TILES {
        let (record, site) = (record(number), &sites[number % sites.len()]);
        json.clear();
        match number % 7 {
            0 => record.write_item_in_api(site, "https://example.org/api", &mut json).unwrap(),
            1 => json = to_json(&record.item_alone(site).unwrap()).unwrap(),
            _ => record.write_item_in(site, &mut json).unwrap(),
        }
        let item: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(validators.errors(&item), Vec::<String>::new(), "{number}: {item:#}");
        if number % 97 == 0 {
            super::check_core(&record.id(), &item);
        }
    }
    let (core, extensions) = validators.at_hand();
    let expected = ["datacube", "file", "grid", "processing", "projection", "storage", "version", "zarr"];
    let used = validators.used();
    assert_eq!(used.contains(&"item"), core);
    assert!(!extensions || expected.iter().all(|name| used.contains(name)), "{used:?}");
}

#[test]
fn the_sample_is_of_the_whole_world() {
    let tiles: BTreeSet<_> = (0..TILES).map(tile).collect();
    assert_eq!(tiles.len(), TILES);
    let zones: BTreeSet<_> = tiles.iter().map(|&tile| UtmZone::of_tile(tile)).collect();
    assert_eq!(zones.len(), 120);
}
