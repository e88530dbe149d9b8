//! Where items are read: in a catalogue, alone, and from an API.

use serde_json::{Value, json};
use tessera_stac::{Site, to_json};

use crate::support;

#[test]
fn lines_of_json_are_those_of_the_items() {
    let disk = "/data/out";
    let mut records = support::every_kind(disk);
    records.push(support::every_asset(disk));
    let folder = Site::folder("/data/out/catalogue").unwrap().storage(support::bucket());
    let hosted = folder.clone().base_url("https://example.org/out/catalogue").unwrap();
    for site in [folder, hosted, Site::url("https://example.org/c").unwrap()] {
        let (mut lines, mut expected) = (Vec::new(), Vec::new());
        for record in &records {
            record.write_item_in(&site, &mut lines).unwrap();
            expected.extend(to_json(&record.item_in(&site).unwrap()).unwrap());
        }
        assert_eq!(String::from_utf8(lines).unwrap(), String::from_utf8(expected).unwrap());
    }
}

#[test]
fn an_item_alone_belongs_to_no_collection() {
    let record = support::tile("grid_0.15_52.05", 2024, "v1")
        .store(support::store("/data/stores/grid_0.15_52.05.zarr", 2));
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
fn an_api_says_the_same_with_links_of_its_own() {
    let site = Site::folder("/data/catalogue").unwrap().storage(support::bucket());
    for record in [support::example(), support::every_asset("/data")] {
        for site in [site.clone(), site.clone().base_url("https://example.org/catalogue").unwrap()] {
            let mut json = Vec::new();
            record.write_item_in_api(&site, "https://example.org/api", &mut json).unwrap();
            let mut of_api: Value = serde_json::from_slice(&json).unwrap();
            let mut of_file = serde_json::to_value(record.item_in(&site).unwrap()).unwrap();
            let api_links = of_api["links"].take();
            assert_ne!(api_links, of_file["links"].take());
            let collection =
                format!("https://example.org/api/collections/{}", of_file["collection"].as_str().unwrap());
            for (link, (rel, href)) in api_links.as_array().unwrap().iter().zip([
                ("root", "https://example.org/api"),
                ("parent", &collection),
                ("collection", &collection),
                ("self", &format!("{collection}/items/{}", record.id())),
            ]) {
                assert_eq!((&link["rel"], &link["href"]), (&json!(rel), &json!(href)));
            }
            let hrefs = |item: &mut Value| -> Vec<_> {
                item["assets"]
                    .as_object_mut()
                    .unwrap()
                    .values_mut()
                    .map(|asset| asset["href"].take())
                    .collect()
            };
            let (of_api_hrefs, of_file_hrefs) = (hrefs(&mut of_api), hrefs(&mut of_file));
            assert!(
                of_api_hrefs.iter().all(|href| href.as_str().unwrap().contains("://")),
                "{of_api_hrefs:?}"
            );
            assert!(!site.is_absolute() || of_api_hrefs == of_file_hrefs);
            assert_eq!(of_api, of_file);
        }
    }
}
