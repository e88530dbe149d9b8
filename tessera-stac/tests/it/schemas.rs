//! What is written is valid under the schemas of the STAC extensions that it declares.
//!
//! The schemas are not part of the crate: where they are not beside it, the tests say that they skip. They refer to
//! three schemas of others, which are not there either: those of PROJJSON, GeoJSON geometry and STAC's common metadata.
//! Each is replaced by one that accepts any object, and so is not checked here. STAC's own rules that our JSON could break
//! are checked by hand.

use std::collections::BTreeMap;
use std::path::Path;

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};
use tessera_stac::{CatalogOptions, write_catalog};

use crate::support;

/// What the schemas refer to and we do not have.
const ABSENT: [&str; 3] = [
    "https://proj.org/schemas/v0.7/projjson.schema.json",
    "https://geojson.org/schema/Geometry.json",
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/common.json",
];

/// The schemas of a folder, each under its own address.
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn read(folder: &Path) -> Self {
        let schemas = support::json_files(folder)
            .into_iter()
            .map(|(_, schema)| (schema["$id"].as_str().unwrap().trim_end_matches('#').to_owned(), schema));
        Self(schemas.collect())
    }

    fn validator(&self, address: &str) -> Validator {
        let schema = self.0.get(address).unwrap_or_else(|| panic!("no schema {address}"));
        jsonschema::options()
            .with_retriever(Self(self.0.clone()))
            .should_validate_formats(true)
            .build(schema)
            .unwrap()
    }
}

impl Retrieve for Schemas {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let address = uri.as_str().trim_end_matches('#');
        if ABSENT.contains(&address) {
            return Ok(json!({"type": "object"}));
        }
        self.0.get(address).cloned().ok_or_else(|| format!("{address} is not there").into())
    }
}

/// Validates objects against all that they declare.
struct Extensions {
    schemas: Schemas,
    validators: BTreeMap<String, Validator>,
}

impl Extensions {
    fn open() -> Option<Self> {
        Some(Self { schemas: Schemas::read(&support::shared("stac-schemas")?), validators: BTreeMap::new() })
    }

    fn errors(&mut self, object: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        for address in object["stac_extensions"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let validator =
                self.validators.entry(address.to_owned()).or_insert_with(|| self.schemas.validator(address));
            errors.extend(validator.iter_errors(object).map(|error| format!("{address}: {error}")));
        }
        errors
    }
}

/// The rules of STAC 1.1.0's core that our JSON could break.
fn check_core(path: &str, object: &Value, absolute: bool) {
    assert_eq!(object["stac_version"], "1.1.0", "{path}");
    let links = object["links"].as_array().unwrap();
    let has = |rel: &str| links.iter().any(|link| link["rel"] == rel);
    assert_eq!(has("collection"), object.get("collection").is_some(), "{path}");
    assert_eq!(has("self"), absolute, "{path}");
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

fn catalogues() -> Vec<(bool, String, Value)> {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let mut files = Vec::new();
    for absolute in [false, true] {
        let mut options = CatalogOptions::default().storage(support::bucket()).overwrite(true);
        if absolute {
            options = options.base_url("https://example.org/catalogue");
        }
        write_catalog(&out, support::every_kind(disk.path().to_str().unwrap()), options).unwrap();
        files.extend(support::json_files(&out).into_iter().map(|(path, object)| (absolute, path, object)));
    }
    files
}

#[test]
fn core_rules_hold() {
    for (absolute, path, object) in catalogues() {
        check_core(&path, &object, absolute);
    }
}

#[test]
fn every_object_is_valid_under_the_extensions_it_declares() {
    let Some(mut extensions) = Extensions::open() else { return };
    for (_, path, object) in catalogues() {
        assert_eq!(extensions.errors(&object), Vec::<String>::new(), "{path}");
    }
    let used: Vec<_> = extensions.validators.keys().filter_map(|address| address.split('/').nth(3)).collect();
    let expected = [
        "asset-templates",
        "datacube",
        "file",
        "grid",
        "link-templates",
        "processing",
        "projection",
        "scientific",
        "storage",
        "version",
        "zarr",
    ];
    assert_eq!(used, expected);
}

#[test]
fn the_schemas_find_what_is_wrong() {
    let Some(mut extensions) = Extensions::open() else { return };
    let objects = catalogues();
    let object = |name: &str| objects.iter().find(|(_, path, _)| path == name).unwrap().2.clone();
    let example = object("2024/e000n50/grid_0.15_52.05_2024.json");
    let npy = object("2023/e175s20/grid_179.95_-16.55_2023.json");
    let collection = object("2023/collection.json");
    let breaks = [
        (&example, "/properties/grid:code", json!("tessera 0.15")),
        (&example, "/properties/proj:shape", json!([1139])),
        (&example, "/properties/proj:transform", json!([10.0, 0.0])),
        (&example, "/properties/version", json!(1.0)),
        (&example, "/properties/processing:software", json!({"tessera-zarr": 1})),
        (&example, "/properties/storage:schemes/s3/platform", json!("s3.example.org")),
        (&example, "/assets/embeddings/zarr:zarr_format", json!(4)),
        (&example, "/assets/embeddings/cube:dimensions/x/extent", json!([1.0])),
        (&npy, "/assets/embeddings_npy/file:size", json!(-1)),
        (&collection, "/sci:publications/0/doi", json!("arXiv")),
        (&collection, "/linkTemplates/0/uriTemplate", json!(1)),
        (&collection, "/assetTemplates/embeddings/uriTemplate", json!(1)),
    ];
    for (object, place, value) in breaks {
        assert_eq!(extensions.errors(object), Vec::<String>::new());
        let mut object = object.clone();
        *object.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value;
        assert!(!extensions.errors(&object).is_empty(), "{place}");
    }
}
