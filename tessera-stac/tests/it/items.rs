//! What items say of unusual tiles.

use serde_json::{Value, json};
use tessera_core::{PixelGrid, TileId};
use tessera_stac::{BasisAsset, ItemError, Preview, Site, StorageScheme, TileRecord, ZoneAsset};

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
fn an_item_needs_data() {
    let site = Site::folder("/data").unwrap();
    let record = support::tile("grid_0.15_52.05", 2024, "v1")
        .preview(Preview::new("/data/p.png".parse().unwrap()))
        .basis(BasisAsset::new("/data/p.basis.json".parse().unwrap()));
    let error = ItemError::NoData { id: "grid_0.15_52.05_2024".into() };
    assert_eq!(record.item_alone(&site).unwrap_err(), error);
    let mut lines = b"first line\n".to_vec();
    assert_eq!(record.write_item_in(&site, &mut lines), Err(error.clone()));
    assert_eq!(record.write_item_in_api(&site, "https://example.org", &mut lines), Err(error));
    assert_eq!(lines, b"first line\n");
}

#[test]
fn a_zone_store_counts_from_the_equator() {
    let zone = |name: &str, number: u8| {
        let group = format!("/data/zones.zarr/utm{number:02}").parse().unwrap();
        item(&support::tile(name, 2024, "v1").zone(ZoneAsset::new(group)))
    };
    let south = zone("grid_179.95_-16.55", 60);
    assert_eq!(south["properties"]["proj:code"], "EPSG:32760");
    let asset = &south["assets"]["zone"];
    assert_eq!(
        (&asset["href"], &asset["proj:code"]),
        (&json!("../../../zones.zarr/utm60"), &json!("EPSG:32660"))
    );
    assert_eq!(asset["proj:transform"], json!([10.0, 0.0, 809_440.0, 0.0, -10.0, -1_826_470.0]));
    assert_eq!(asset["proj:bbox"], json!([809_440.0, -1_837_700.0, 820_280.0, -1_826_470.0]));
    let dimensions = asset["cube:dimensions"].as_object().unwrap();
    assert_eq!(dimensions.keys().collect::<Vec<_>>(), ["time", "band", "y", "x"]);
    assert_eq!(dimensions["time"]["extent"], json!(["2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"]));
    assert_eq!(dimensions["y"]["extent"], json!([-1_837_695.0, -1_826_475.0]));
    assert_eq!(dimensions["y"]["reference_system"], 32660);
    assert_eq!(asset["cube:variables"]["embeddings"]["dimensions"], json!(["time", "band", "y", "x"]));
    assert_eq!(asset["cube:variables"]["scales"]["dimensions"], json!(["time", "y", "x"]));
    assert!(asset.get("zarr:consolidated").is_none());

    let north = zone("grid_0.15_52.05", 31);
    let asset = &north["assets"]["zone"];
    assert!(asset.get("proj:code").is_none() && asset.get("proj:transform").is_none());
    assert_eq!(asset["cube:dimensions"]["y"]["extent"], json!([5_764_745.0, 5_776_125.0]));
    let link = &north["links"].as_array().unwrap()[3];
    assert_eq!((&link["rel"], &link["href"]), (&json!("store"), &json!("../../../zones.zarr")));
}

#[test]
fn each_asset_names_the_bucket_that_it_lies_in() {
    let amazon = StorageScheme::aws("aws", "amazon", "eu-west-2").unwrap();
    let site = Site::folder("/data/catalogue").unwrap().storage(support::bucket()).storage(amazon);
    let record = support::with_npy(support::example(), "/data/npy", false)
        .preview(Preview::new("s3://amazon/p.png".parse().unwrap()))
        .zone(ZoneAsset::new("https://amazon.s3.eu-west-2.amazonaws.com/zones.zarr/utm31".parse().unwrap()));
    let item = serde_json::to_value(record.item_in(&site).unwrap()).unwrap();
    let refs = item["assets"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, asset)| (key.as_str(), asset.get("storage:refs")));
    let expected = [
        ("embeddings", Some(&json!(["s3"]))),
        ("embeddings_npy", None),
        ("scales_npy", None),
        ("preview", Some(&json!(["aws"]))),
        ("zone", Some(&json!(["aws"]))),
    ];
    assert_eq!(refs.collect::<Vec<_>>(), expected);
    let schemes = &item["properties"]["storage:schemes"];
    assert_eq!(
        schemes,
        &json!({
            "s3": {"type": "custom-s3", "platform": "https://s3.example.org", "bucket": "tessera"},
            "aws": {"type": "aws-s3", "platform": "https://{bucket}.s3.{region}.amazonaws.com", "bucket": "amazon",
                    "region": "eu-west-2"},
        })
    );
}

#[test]
fn each_store_is_linked_once() {
    let item = item(&support::every_asset("/data"));
    let links = item["links"].as_array().unwrap().iter().filter(|link| link["rel"] == "store");
    let hrefs: Vec<_> = links.map(|link| link["href"].as_str().unwrap()).collect();
    assert_eq!(hrefs, ["../../../stores/grid_179.95_-16.55.zarr", "../../../zones.zarr"]);
}
