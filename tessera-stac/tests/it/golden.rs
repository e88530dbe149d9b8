//! What is written, byte for byte.
//!
//! `tests/golden` holds the JSON of the records in `support`, indented so that a person can read it. After a change that
//! is meant, make them anew with `TESSERA_STAC_GOLDEN=write cargo test -p tessera-stac --test it golden`, and read the
//! difference.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tessera_stac::{CatalogOptions, Preview, Site, write_catalog};

use crate::pictured::pictured_collections;
use crate::support;

fn compare(name: &str, files: &[(String, Value)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let golden = |path: &String| -> PathBuf { folder.join(path) };
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("TESSERA_STAC_GOLDEN").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        for (path, value) in files {
            std::fs::create_dir_all(golden(path).parent().unwrap()).unwrap();
            std::fs::write(golden(path), text(value)).unwrap();
        }
    }
    for (path, value) in files {
        let expected = std::fs::read_to_string(golden(path)).unwrap_or_default();
        assert_eq!(text(value), expected, "{name}/{path}");
    }
    let expected: Vec<_> = support::json_files(&folder).into_iter().map(|(path, _)| path).collect();
    let found: Vec<_> = files.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(found, expected, "the files of {name}");
}

#[test]
fn a_catalogue_with_relative_links() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let records = support::every_kind(disk.path().to_str().unwrap());
    write_catalog(&out, records, CatalogOptions::default().storage(support::bucket())).unwrap();
    compare("relative", &support::json_files(&out));
}

#[test]
fn a_catalogue_with_absolute_links() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let records = support::every_kind(disk.path().to_str().unwrap());
    let options = CatalogOptions::default().base_url("https://example.org/tessera/catalogue");
    write_catalog(&out, records, options).unwrap();
    compare("absolute", &support::json_files(&out));
}

#[test]
fn collections_with_pyramids() {
    compare("pyramids", &pictured_collections());
}

#[test]
fn items_of_no_catalogue() {
    let far = support::tile("grid_-99.95_80.05", 2024, "v1")
        .store(support::store("/data/out/grid_-99.95_80.05.zarr", 2))
        .preview(Preview::new("/data/out/preview.png".parse().unwrap()));
    let items = [far, support::every_asset("/data/out")]
        .map(|record| record.item_alone(&Site::folder("/data/out").unwrap()).unwrap());
    let mut files = items.map(|item| (format!("{}.json", item.id), serde_json::to_value(&item).unwrap()));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    compare("alone", &files);
}

#[test]
fn items_of_an_api() {
    let site =
        Site::folder("/data/out/catalogue").unwrap().base_url("http://127.0.0.1:8000/out/catalogue").unwrap();
    let site = site.storage(support::bucket());
    let mut files = [support::example(), support::every_asset("/data/out")].map(|record| {
        let mut json = Vec::new();
        record.write_item_in_api(&site, "http://127.0.0.1:8000/api/", &mut json).unwrap();
        (format!("{}.json", record.id()), serde_json::from_slice(&json).unwrap())
    });
    files.sort_by(|a, b| a.0.cmp(&b.0));
    compare("api", &files);
}
