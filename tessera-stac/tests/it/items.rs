//! What items say of unusual tiles.

use serde_json::{Value, json};
use tessera_core::{PixelGrid, TileId};
use tessera_stac::{ItemError, Preview, Site, TileRecord};

use crate::support;

fn item(record: &TileRecord) -> Value {
    let site = Site::folder("/data/catalogue").unwrap().storage(support::bucket());
    serde_json::to_value(record.item_in(&site).unwrap()).unwrap()
}

fn stored(name: &str, version: &str) -> TileRecord {
    support::tile(name, 2024, version).store(support::store(&format!("/data/stores/{name}.zarr"), 2))
}

#[test]
fn cells_at_the_edges_of_the_world_stay_in_it() {
    for (name, bbox) in [
        ("grid_179.95_-16.55", [179.9, -16.6, 180.0, -16.5]),
        ("grid_-179.95_0.05", [-180.0, 0.0, -179.9, 0.1]),
        ("grid_0.25_89.95", [0.2, 89.9, 0.3, 90.0]),
        ("grid_-0.05_-89.95", [-0.1, -90.0, 0.0, -89.9]),
    ] {
        let [w, s, e, n] = bbox;
        let item = item(&stored(name, "v1"));
        assert_eq!(item["bbox"], json!(bbox), "{name}");
        assert_eq!(
            item["geometry"],
            json!({"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]})
        );
    }
}

#[test]
fn every_number_of_a_geometry_is_a_tenth() {
    for column in (0..3600).step_by(7) {
        let tile = TileId::from_cell(column, column / 2).unwrap();
        let text = item(&stored(&tile.to_string(), "v1"))["bbox"].to_string();
        for number in text.trim_matches(['[', ']']).split(',') {
            assert_eq!(number.split_once('.').map(|(_, decimals)| decimals.len()), Some(1), "{tile}: {text}");
        }
    }
}

#[test]
fn geometries_run_counter_clockwise_and_close() {
    for (column, row) in [(0, 0), (1800, 900), (3599, 1799), (1234, 567)] {
        let tile = TileId::from_cell(column, row).unwrap();
        let item = item(&stored(&tile.to_string(), "v1"));
        let ring: Vec<[f64; 2]> = serde_json::from_value(item["geometry"]["coordinates"][0].clone()).unwrap();
        assert_eq!(ring.first(), ring.last());
        let area: f64 = ring.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum();
        assert!(area > 0.0, "{tile}");
    }
}

#[test]
fn an_unknown_version_claims_nothing() {
    let item = item(&stored("grid_0.15_52.05", ""));
    assert_eq!(item["collection"], "tessera-unknown-2024");
    assert_eq!(item["properties"]["title"], "TESSERA 2024 0.15 52.05");
    assert!(item["properties"].get("version").is_none());
    assert!(!item["stac_extensions"].to_string().contains("/version/"));
}

#[test]
fn a_version_without_a_number_keeps_its_name() {
    let properties = &item(&stored("grid_0.15_52.05", "trial"))["properties"];
    assert_eq!(
        (&properties["version"], &properties["title"]),
        (&json!("trial"), &json!("TESSERA trial 2024 0.15 52.05"))
    );
    assert_eq!(item(&stored("grid_0.15_52.05", "v1.1-cam"))["properties"]["version"], "1.1");
}

#[test]
fn only_extensions_that_are_used_are_declared() {
    let extensions = |record: &TileRecord| {
        let item = item(record);
        let names = item["stac_extensions"].as_array().unwrap().iter();
        names.map(|url| url.as_str().unwrap().split('/').nth(3).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let npy = support::with_npy(support::tile("grid_0.15_52.05", 2024, "v1"), "/data/npy", false);
    assert_eq!(extensions(&npy), ["projection", "datacube", "grid", "version", "file"]);
    assert_eq!(extensions(&stored("grid_0.15_52.05", "")), ["projection", "datacube", "zarr", "grid"]);
    assert_eq!(
        extensions(&support::example()),
        ["projection", "datacube", "zarr", "grid", "storage", "version", "processing"]
    );
}

#[test]
fn the_grid_of_the_file_counts() {
    let tile: TileId = "grid_-99.95_80.05".parse().unwrap();
    let computed = PixelGrid::of_tile(tile).unwrap();
    let grid = PixelGrid::new(computed.zone(), 480_600.0, 8_892_925.0, 1121, 212).unwrap();
    let record = support::tile("grid_-99.95_80.05", 2024, "v1");
    let record = TileRecord::new(tile, record.year(), record.version().clone(), grid)
        .channels(16)
        .store(support::store("/data/x.zarr", 3));
    let item = item(&record);
    assert_eq!(item["properties"]["proj:shape"], json!([1121, 212]));
    assert_eq!(item["properties"]["proj:transform"], json!([10.0, 0.0, 480_600.0, 0.0, -10.0, 8_892_925.0]));
    assert_eq!(item["properties"]["proj:bbox"], json!([480_600.0, 8_881_715.0, 482_720.0, 8_892_925.0]));
    assert_eq!(item["bbox"], json!([-100.0, 80.0, -99.9, 80.1]));
    let dimensions = &item["assets"]["embeddings"]["cube:dimensions"];
    assert_eq!(dimensions["y"]["extent"], json!([8_881_720.0, 8_892_920.0]));
    assert_eq!(dimensions["x"]["extent"], json!([480_605.0, 482_715.0]));
    assert_eq!(dimensions["band"]["extent"], json!([0, 15]));
}

#[test]
fn a_smaller_picture_covers_the_same_ground() {
    let preview = |preview: Preview| {
        let record = stored("grid_-99.95_80.05", "v1").preview(preview);
        item(&record)["assets"]["preview"].clone()
    };
    let at = || "/data/stores/p.png".parse().unwrap();
    let half = preview(Preview::new(at()).shape(373, 211));
    assert_eq!(half["proj:shape"], json!([373, 211]));
    assert_eq!(half["proj:transform"], json!([10.0, 0.0, 480_610.0, 0.0, -30.0, 8_892_920.0]));
    for full in [preview(Preview::new(at())), preview(Preview::new(at()).shape(1119, 211))] {
        assert!(full.get("proj:shape").is_none(), "{full}");
        assert_eq!(full["roles"], json!(["thumbnail", "overview"]));
    }
}

#[test]
fn scales_may_have_channels() {
    let record = support::with_npy(support::tile("grid_0.15_52.05", 2024, "v1"), "/data/npy", false);
    for (each, dimensions) in [(false, json!(["y", "x"])), (true, json!(["y", "x", "band"]))] {
        let scales = &item(&record.clone().channel_scales(each))["assets"]["scales_npy"];
        assert_eq!(
            scales["cube:variables"],
            json!({"scales": {"dimensions": dimensions, "type": "auxiliary", "data_type": "float32"}})
        );
        assert_eq!(scales["cube:dimensions"].get("band").is_some(), each);
    }
}

#[test]
fn an_item_alone_belongs_to_no_collection() {
    let record = stored("grid_0.15_52.05", "v1");
    let alone =
        serde_json::to_value(record.item_alone(&Site::folder("/data/stores").unwrap()).unwrap()).unwrap();
    assert!(alone.get("collection").is_none());
    let link = json!({"href": "./grid_0.15_52.05.zarr", "rel": "store", "type": "application/vnd.zarr; version=2", "title": "Zarr store"});
    assert_eq!(alone["links"], json!([link]));

    let site = Site::folder("/data/stores").unwrap().base_url("https://example.org/stores").unwrap();
    let hosted = record.item_alone(&site).unwrap();
    assert_eq!(hosted.links[0].rel, "self");
    assert_eq!(hosted.links[0].href, "https://example.org/stores/grid_0.15_52.05_2024.json");
    assert_eq!(hosted.assets["embeddings"].href, "https://example.org/stores/grid_0.15_52.05.zarr");
}

#[test]
fn an_item_needs_data() {
    let record =
        support::tile("grid_0.15_52.05", 2024, "v1").preview(Preview::new("/data/p.png".parse().unwrap()));
    let error = record.item_alone(&Site::folder("/data").unwrap()).unwrap_err();
    assert_eq!(error, ItemError::NoData { id: "grid_0.15_52.05_2024".into() });
}
