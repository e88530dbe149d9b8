//! What is written is valid under the schemas of STAC's core and of the extensions that it declares.
//!
//! The schemas are not part of the crate. Those of the core come with the Python package pystac, which `tests/run`
//! installs; those of the extensions may lie beside the repository. Where they are not there, the tests say what they skip.
//! STAC's own rules that our JSON could break are checked by hand in any case.

mod rules;
mod sample;
mod validators;

use serde_json::Value;
use tessera_stac::{CatalogOptions, ZoneAsset, write_catalog};

use crate::pictured::pictured_collections;
use crate::support;
use validators::Validators;

/// The rules of STAC 1.1.0's core that our JSON could break.
fn check_core(path: &str, object: &Value) {
    assert_eq!(object["stac_version"], "1.1.0", "{path}");
    let links = object["links"].as_array().unwrap();
    let has = |rel: &str| links.iter().any(|link| link["rel"] == rel);
    assert_eq!(has("collection"), object.get("collection").is_some(), "{path}");
    for link in links {
        let href = link["href"].as_str().unwrap();
        assert!(
            !href.is_empty() && (link["rel"] != "self" || href.starts_with("https://")),
            "{path}: {href}"
        );
    }
    match object["type"].as_str().unwrap() {
        "Feature" => {
            let properties = &object["properties"];
            assert!(properties["datetime"].is_null() && properties.get("datetime").is_some(), "{path}");
            for key in ["start_datetime", "end_datetime"] {
                assert!(properties[key].as_str().unwrap().ends_with('Z'), "{path}");
            }
        }
        "Collection" => {
            let boxes = object["extent"]["spatial"]["bbox"].as_array().unwrap();
            assert!(boxes.len() == 1 || boxes.len() >= 3, "{path}");
            assert!(
                object["license"].is_string() && !object["description"].as_str().unwrap().is_empty(),
                "{path}"
            );
            let summaries = object["summaries"].as_object().unwrap();
            assert!(summaries.values().all(|values| !values.as_array().unwrap().is_empty()), "{path}");
        }
        kind => assert_eq!(kind, "Catalog", "{path}"),
    }
}

/// Every JSON file of a catalogue with relative links and of one with absolute ones, by its path; the latter are marked.
fn catalogues() -> Vec<(bool, String, Value)> {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let mut files = Vec::new();
    for absolute in [false, true] {
        let mut options = CatalogOptions::default().storage(support::bucket()).overwrite(true);
        if absolute {
            options = options.base_url("https://example.org/catalogue");
        }
        let mut records = support::every_kind(disk.path().to_str().unwrap());
        let zone = ZoneAsset::new("s3://tessera/v1/zones.zarr/utm32".parse().unwrap());
        records.push(support::tile("grid_10.05_-10.05", 2024, "v1").zone(zone));
        write_catalog(&out, records, options).unwrap();
        files.extend(support::json_files(&out).into_iter().map(|(path, object)| (absolute, path, object)));
    }
    files
}

#[test]
fn core_rules_hold() {
    for (absolute, path, object) in catalogues() {
        check_core(&path, &object);
        let links = object["links"].as_array().unwrap();
        assert_eq!(links.iter().any(|link| link["rel"] == "self"), absolute, "{path}");
    }
}

#[test]
fn every_object_is_valid_under_all_schemas() {
    let mut validators = Validators::open();
    for (_, path, object) in catalogues() {
        assert_eq!(validators.errors(&object), Vec::<String>::new(), "{path}");
    }
    for (path, object) in pictured_collections() {
        check_core(&path, &object);
        assert_eq!(validators.errors(&object), Vec::<String>::new(), "{path}");
    }
    let (core, extensions) = validators.at_hand();
    let mut expected = Vec::new();
    if core {
        expected.extend(["catalog", "collection", "item"]);
    }
    if extensions {
        expected.extend([
            "asset-templates",
            "datacube",
            "file",
            "grid",
            "link-templates",
            "processing",
            "projection",
        ]);
        expected.extend(["scientific", "storage", "version", "web-map-links", "zarr"]);
    }
    let mut used = validators.used();
    used.sort_unstable();
    expected.sort_unstable();
    assert_eq!(used, expected);
}
