//! What can be wrong with a catalogue.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tessera_stac::Coverage;
use tessera_stac::ProblemKind::{self, *};

pub(super) const BLOCK: &str = "2024/e000n50/catalog.json";
pub(super) const ITEM: &str = "2024/e000n50/grid_0.15_52.05_2024.json";
const COLLECTION: &str = "2024/collection.json";

/// Changes the JSON of a file.
fn edit(out: &Path, path: &str, change: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_slice(&fs::read(out.join(path)).unwrap()).unwrap();
    change(&mut json);
    fs::write(out.join(path), json.to_string()).unwrap();
}

/// Adds a link to a file.
fn link(out: &Path, path: &str, rel: &str, href: &str) {
    edit(out, path, |json| json["links"].as_array_mut().unwrap().push(json!({"rel": rel, "href": href})));
}

pub(super) type Break = fn(&Path);

/// One thing that is broken each, and what is said of it.
pub(super) const BROKEN: &[(Break, ProblemKind, &[&str])] = &[
    (|out| fs::write(out.join(BLOCK), "{").unwrap(), Document, &[BLOCK, "is not JSON"]),
    (|out| edit(out, "catalog.json", |json| json["stac_version"] = json!("1.0.0")), Document, &["1.1.0"]),
    (
        |out| edit(out, COLLECTION, |json| drop(json.as_object_mut().unwrap().remove("license"))),
        Document,
        &["license"],
    ),
    (|out| edit(out, BLOCK, |json| json["id"] = json!("x")), Document, &["expected tessera-v1-2024-e000n50"]),
    (|out| fs::remove_file(out.join("catalog.json")).unwrap(), Missing, &["catalog.json"]),
    (|out| fs::remove_file(out.join(BLOCK)).unwrap(), Missing, &[BLOCK]),
    (|out| fs::remove_dir_all(out.join("2024/w005n50")).unwrap(), Missing, &["w005n50", "bitmap: 1"]),
    (|out| fs::remove_file(out.join(ITEM)).unwrap(), Missing, &[ITEM]),
    (|out| fs::remove_file(out.join("2024/coverage.bits.gz")).unwrap(), Missing, &["2024/coverage.bits.gz"]),
    (
        |out| fs::write(out.join("2024/e000n50/grid_0.35_52.05_2024.json"), "{}").unwrap(),
        Extra,
        &["coverage bitmap"],
    ),
    (|out| fs::write(out.join("2024/e000n50/grid_5.15_52.05_2024.json"), "{}").unwrap(), Extra, &["e005n50"]),
    (
        |out| fs::write(out.join("2024/e000n50/grid_0.16_52.05_2024.json"), "{}").unwrap(),
        OffGrid,
        &["grid_0.16"],
    ),
    (|out| fs::create_dir(out.join("2024/e100s20")).unwrap(), Extra, &["2024/e100s20"]),
    (|out| fs::write(out.join("2024/.tessera-x.partial"), "").unwrap(), Extra, &["left over"]),
    (
        |out| edit(out, "catalog.json", |json| drop(json["links"].as_array_mut().unwrap().remove(1))),
        Link,
        &["./2024/collection.json"],
    ),
    (
        |out| edit(out, BLOCK, |json| json["links"][1]["href"] = json!("../../catalog.json")),
        Link,
        &["rel=parent"],
    ),
    (|out| edit(out, BLOCK, |json| json["links"][0]["rel"] = json!("x")), Link, &["no link rel=root"]),
    (
        |out| edit(out, BLOCK, |json| drop(json["links"].as_array_mut().unwrap().pop())),
        Link,
        &["grid_0.25_52.05"],
    ),
    (
        |out| link(out, BLOCK, "item", "./grid_0.25_52.05_2024.json"),
        Duplicate,
        &["2 links rel=item", "grid_0.25_52.05"],
    ),
    (|out| link(out, BLOCK, "root", "../collection.json"), Duplicate, &["second link rel=root"]),
    (|out| link(out, COLLECTION, "license", "javascript:alert(1)"), Href, &["rel=license", "javascript"]),
    (|out| link(out, COLLECTION, "about", "https://me:pw@a.org/"), Href, &["user name or password"]),
    (
        |out| link(out, COLLECTION, "about", "../../../../../../etc/x"),
        Escape,
        &["../../../../../../etc/x", "out of file:///"],
    ),
    (|out| link(out, COLLECTION, "about", "./about.html"), Link, &["./about.html, where nothing is"]),
    (
        |out| edit(out, ITEM, |json| json["properties"]["proj:code"] = json!("EPSG:32630")),
        Item,
        &[ITEM, "properties.proj:code is \"EPSG:32630\": expected \"EPSG:32631\""],
    ),
    (|out| edit(out, ITEM, |_| ()), Item, &["in other bytes"]),
    (|out| fs::write(out.join(ITEM), "[]").unwrap(), Document, &[ITEM]),
    (
        |out| edit(out, COLLECTION, |json| json["extent"]["spatial"]["bbox"][0][2] = json!(0.5)),
        Collection,
        &["extent.spatial.bbox[0][2] is 0.5: expected 0.3"],
    ),
    (
        |out| edit(out, COLLECTION, |json| json["summaries"]["proj:code"] = json!([])),
        Collection,
        &["EPSG:32630"],
    ),
    (
        |out| edit(out, COLLECTION, |json| json["assetTemplates"]["scales_npy"]["uriTemplate"] = json!("x")),
        Collection,
        &["assetTemplates.scales_npy.uriTemplate"],
    ),
    (|out| edit(out, COLLECTION, |json| drop(json["assets"].take())), Document, &["Collection"]),
    (
        |out| {
            let path = out.join("2024/coverage.bits.gz");
            let mut coverage = Coverage::from_gzip(&fs::read(&path).unwrap()).unwrap();
            coverage.insert("grid_0.35_52.05".parse().unwrap());
            fs::write(path, coverage.to_gzip()).unwrap();
        },
        Index,
        &["2024/items.parquet: has 2 tiles"],
    ),
    (|out| fs::write(out.join("2024/items.parquet"), "PAR1").unwrap(), Index, &["is not an index of tiles"]),
    (|out| fs::write(out.join("2024/hashes.parquet"), "PAR1").unwrap(), Index, &["hashes.parquet"]),
    (
        |out| fs::write(out.join("../npy/grid_0.15_52.05.npy"), "abcd").unwrap(),
        Size,
        &["has 4 bytes: expected 3"],
    ),
    (|out| fs::write(out.join("../npy/grid_0.15_52.05.npy"), "abd").unwrap(), Hash, &["expected ba7816bf"]),
];
