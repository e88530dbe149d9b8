//! For each rule that our JSON relies on, something that breaks it.

use serde_json::{Value, json};
use tessera_stac::{BasisAsset, Preview, Site, StorageScheme, TileRecord, ZoneAsset};

use super::catalogues;
use super::validators::Validators;
use crate::pictured::pictured_collections;
use crate::support;

/// What is done to an object.
enum Change {
    /// Puts a value where one was.
    Set(Value),
    /// Puts a value where none was.
    Add(&'static str, Value),
    /// Takes a value away.
    Drop(&'static str),
}
use Change::{Add, Drop, Set};

/// The name of a schema, a place in an object that is valid under it, and what breaks the schema's rules there.
type Rule = (&'static str, &'static str, Change);

fn changed(object: &Value, place: &str, change: &Change) -> Value {
    let mut object = object.clone();
    let found = object.pointer_mut(place).unwrap_or_else(|| panic!("no {place}"));
    match change {
        Set(value) => *found = value.clone(),
        Add(key, value) => {
            let old = found.as_object_mut().unwrap().insert((*key).to_owned(), value.clone());
            assert!(old.is_none(), "{place}/{key}");
        }
        Drop(key) => assert!(found.as_object_mut().unwrap().remove(*key).is_some(), "{place}/{key}"),
    }
    object
}

/// That an object is valid, and no longer so under the schema of each rule once the rule is broken.
fn check(validators: &mut Validators, object: &Value, rules: Vec<Rule>) {
    assert_eq!(validators.errors(object), Vec::<String>::new());
    let (core, extensions) = validators.at_hand();
    for (schema, place, change) in rules {
        let at_hand = if ["item", "collection", "catalog"].contains(&schema) { core } else { extensions };
        let broken = changed(object, place, &change);
        assert!(!at_hand || validators.accepts(schema, object), "{schema} {place}");
        assert!(!at_hand || !validators.accepts(schema, &broken), "{schema} {place}");
    }
}

/// An item that says all that there is to say.
fn item() -> Value {
    let record: TileRecord = support::example()
        .preview(Preview::new("/data/p.png".parse().unwrap()).shape(100, 70).size(7))
        .basis(BasisAsset::new("/data/p.basis.json".parse().unwrap()).size(8))
        .zone(ZoneAsset::new("s3://amazon/v1/zones.zarr/utm31".parse().unwrap()).consolidated(true));
    let site = Site::folder("/data/catalogue").unwrap().base_url("https://example.org/catalogue").unwrap();
    let amazon = StorageScheme::aws("aws", "amazon", "eu-west-2").unwrap().requester_pays(true);
    let site = site.storage(support::bucket()).storage(amazon);
    let record = support::with_npy(record, "/data/npy", true);
    serde_json::to_value(record.item_in(&site).unwrap()).unwrap()
}

#[test]
fn broken_items_are_found() {
    let rules = vec![
        ("item", "", Set(json!([]))),
        ("item", "/type", Set(json!("Item"))),
        ("item", "/stac_version", Set(json!("1.0.0"))),
        ("item", "/stac_extensions/0", Set(json!("projection extension"))),
        (
            "item",
            "/stac_extensions/1",
            Set(json!("https://stac-extensions.github.io/projection/v2.0.0/schema.json")),
        ),
        ("item", "/id", Set(json!(""))),
        ("item", "", Drop("id")),
        ("item", "", Drop("geometry")),
        ("item", "/geometry/type", Set(json!("polygon"))),
        ("item", "/geometry/coordinates", Set(json!([[0.0, 0.0], [1.0, 1.0]]))),
        ("item", "/geometry/coordinates/0", Set(json!([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]))),
        ("item", "/geometry/coordinates/0/0", Set(json!(["0", "0"]))),
        ("item", "", Drop("bbox")),
        ("item", "/bbox", Set(json!([0.1, 52.0, 0.2]))),
        ("item", "/bbox/0", Set(json!("0.1"))),
        ("item", "", Drop("properties")),
        ("item", "/properties", Drop("datetime")),
        ("item", "/properties", Drop("start_datetime")),
        ("item", "/properties", Drop("end_datetime")),
        ("item", "/properties/start_datetime", Set(json!("2024-01-01"))),
        ("item", "/properties/end_datetime", Set(json!("2024-12-31T23:59:59+01:00"))),
        ("item", "/properties/created", Set(json!("2026-11-22T00:00:00"))),
        ("item", "/properties/title", Set(json!(1))),
        ("item", "/properties/gsd", Set(json!(0.0))),
        ("item", "", Drop("links")),
        ("item", "/links/0", Drop("rel")),
        ("item", "/links/0", Drop("href")),
        ("item", "/links/0/href", Set(json!(""))),
        ("item", "/links/0/href", Set(json!("a b"))),
        ("item", "/links/0/type", Set(json!(1))),
        ("item", "/links/3/href", Set(json!("./item.json"))),
        ("item", "/links/4/title", Set(json!(1))),
        ("item", "", Drop("collection")),
        ("item", "/collection", Set(json!(""))),
        ("item", "/links/2/rel", Set(json!("up"))),
        ("item", "", Drop("assets")),
        ("item", "/assets/embeddings", Drop("href")),
        ("item", "/assets/embeddings/href", Set(json!(""))),
        ("item", "/assets/embeddings/title", Set(json!(1))),
        ("item", "/assets/embeddings/type", Set(json!(1))),
        ("item", "/assets/embeddings/roles", Set(json!("data"))),
        ("item", "/assets/embeddings/roles/0", Set(json!(1))),
        ("item", "/assets/embeddings_npy/data_type", Set(json!("i1"))),
        ("projection", "/properties/proj:code", Set(json!(32631))),
        ("projection", "/properties/proj:shape", Set(json!([1139]))),
        ("projection", "/properties/proj:shape/0", Set(json!(1139.5))),
        ("projection", "/properties/proj:transform", Set(json!([10.0, 0.0]))),
        ("projection", "/properties/proj:transform/0", Set(json!("10"))),
        ("projection", "/properties/proj:bbox", Set(json!([1.0, 2.0, 3.0]))),
        ("projection", "/properties/proj:bbox/0", Set(json!("1"))),
        ("projection", "/properties", Add("proj:epsg", json!(32631))),
        ("projection", "/assets/preview/proj:shape", Set(json!([100]))),
        ("projection", "/assets/preview/proj:transform", Set(json!([1.0]))),
        ("grid", "/properties", Drop("grid:code")),
        ("grid", "/properties/grid:code", Set(json!("tessera 0.15"))),
        ("grid", "/properties", Add("grid:id", json!("0.15"))),
        ("version", "/properties/version", Set(json!(1.0))),
        ("processing", "/properties", Drop("processing:software")),
        ("processing", "/properties/processing:software", Set(json!("tessera-zarr"))),
        ("processing", "/properties/processing:software/tessera-zarr", Set(json!(1))),
        ("storage", "/properties", Drop("storage:schemes")),
        ("storage", "/properties/storage:schemes/s3", Drop("type")),
        ("storage", "/properties/storage:schemes/s3", Drop("platform")),
        ("storage", "/properties/storage:schemes/s3/platform", Set(json!("s3.example.org"))),
        ("storage", "/properties/storage:schemes/aws/platform", Set(json!("https://s3.amazonaws.com"))),
        ("storage", "/properties/storage:schemes/aws/bucket", Set(json!("Amazon"))),
        ("storage", "/properties/storage:schemes/aws/region", Set(json!("eu west"))),
        ("storage", "/properties/storage:schemes/aws/requester_pays", Set(json!("yes"))),
        ("storage", "/assets/embeddings/storage:refs", Set(json!("s3"))),
        ("storage", "/assets/embeddings/storage:refs/0", Set(json!(""))),
        ("file", "/assets/embeddings_npy/file:size", Set(json!(-1))),
        ("file", "/assets/scales_npy/file:size", Set(json!(1.5))),
        ("file", "/assets/preview/file:size", Set(json!("7"))),
        ("file", "/assets/basis", Add("file:bytes", json!(8))),
        ("zarr", "/assets/embeddings/zarr:zarr_format", Set(json!(4))),
        ("zarr", "/assets/embeddings/zarr:node_type", Set(json!("store"))),
        ("zarr", "/assets/zone/zarr:consolidated", Set(json!("true"))),
        ("zarr", "/assets/zone", Add("zarr:format", json!(3))),
    ];
    check(&mut Validators::open(), &item(), rules);
}

/// The datacube extension asks for one asset that is right: all others are taken away.
#[test]
fn broken_cubes_are_found() {
    let mut validators = Validators::open();
    let whole = item();
    let dimension = |place: &'static str, change| ("datacube", place, change);
    let with = |key: &str| {
        let mut item = whole.clone();
        item["assets"].as_object_mut().unwrap().retain(|known, _| known == key);
        item
    };
    let tile = vec![
        dimension("/assets/embeddings", Drop("cube:dimensions")),
        dimension("/assets/embeddings", Add("cube:extent", json!(1))),
        dimension("/assets/embeddings/cube:dimensions/x", Drop("axis")),
        dimension("/assets/embeddings/cube:dimensions/x", Drop("extent")),
        dimension("/assets/embeddings/cube:dimensions/x/type", Set(json!("horizontal"))),
        dimension("/assets/embeddings/cube:dimensions/x/axis", Set(json!("easting"))),
        dimension("/assets/embeddings/cube:dimensions/x/extent", Set(json!([1.0]))),
        dimension("/assets/embeddings/cube:dimensions/y/extent/0", Set(json!("1"))),
        dimension("/assets/embeddings/cube:dimensions/y/step", Set(json!("-10"))),
        dimension("/assets/embeddings/cube:dimensions/y/reference_system", Set(json!(-32631))),
        dimension("/assets/embeddings/cube:dimensions/band", Drop("extent")),
        dimension("/assets/embeddings/cube:dimensions/band/type", Set(json!("spatial"))),
        dimension("/assets/embeddings/cube:dimensions/band/extent", Set(json!([0]))),
        dimension("/assets/embeddings/cube:dimensions/band/step", Set(json!("1"))),
        dimension("/assets/embeddings/cube:variables/scales", Drop("dimensions")),
        dimension("/assets/embeddings/cube:variables/scales/dimensions", Set(json!("y"))),
        dimension("/assets/embeddings/cube:variables/scales/data_type", Set(json!("f4"))),
        dimension("/assets/embeddings/cube:variables/embeddings/dimensions/0", Set(json!(0))),
    ];
    check(&mut validators, &with("embeddings"), tile);
    let zone = vec![
        dimension("/assets/zone/cube:dimensions/time", Set(json!({"type": "temporal"}))),
        dimension("/assets/zone/cube:dimensions/time/extent", Set(json!(["2024-01-01T00:00:00Z"]))),
        dimension("/assets/zone/cube:dimensions/time/values", Set(json!([]))),
        dimension("/assets/zone/cube:dimensions/time", Add("axis", json!("t"))),
    ];
    check(&mut validators, &with("zone"), zone);
}

#[test]
fn broken_collections_and_catalogues_are_found() {
    let objects = catalogues();
    let object = |name: &str| &objects.iter().rfind(|(_, path, _)| path == name).unwrap().2;
    let mut validators = Validators::open();
    let collection = vec![
        ("collection", "/type", Set(json!("collection"))),
        ("collection", "/stac_version", Set(json!("1.0.0"))),
        ("collection", "/stac_extensions/0", Set(json!("projection extension"))),
        ("collection", "/id", Set(json!(""))),
        ("collection", "/title", Set(json!(1))),
        ("collection", "", Drop("description")),
        ("collection", "/description", Set(json!(""))),
        ("collection", "", Drop("license")),
        ("collection", "/license", Set(json!("CC BY 4.0"))),
        ("collection", "/keywords", Set(json!("TESSERA"))),
        ("collection", "/providers/0", Drop("name")),
        ("collection", "/providers/0/roles/0", Set(json!("author"))),
        ("collection", "/providers/0/url", Set(json!("geotessera org"))),
        ("collection", "", Drop("extent")),
        ("collection", "/extent/spatial/bbox", Set(json!([]))),
        ("collection", "/extent/spatial/bbox", Set(json!([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]))),
        ("collection", "/extent/spatial/bbox/0", Set(json!([0.0, 0.0, 1.0]))),
        ("collection", "/extent/temporal/interval", Set(json!([]))),
        ("collection", "/extent/temporal/interval/0/0", Set(json!("2023-01-01"))),
        ("collection", "/summaries/proj:code", Set(json!([]))),
        ("collection", "/summaries/gsd", Set(json!(10.0))),
        ("collection", "/item_assets/embeddings", Add("href", json!("x.zarr"))),
        ("collection", "/item_assets/embeddings", Set(json!({"title": "x"}))),
        ("collection", "/item_assets/embeddings/roles", Set(json!("data"))),
        ("collection", "", Drop("links")),
        ("collection", "/links/0", Drop("rel")),
        ("collection", "/links/2/href", Set(json!("./collection.json"))),
        ("projection", "/item_assets/embeddings", Add("proj:shape", json!([1]))),
        ("datacube", "", Drop("cube:dimensions")),
        ("datacube", "/cube:dimensions/band", Drop("type")),
        ("datacube", "/cube:variables/embeddings", Drop("dimensions")),
        ("scientific", "/sci:publications/0/doi", Set(json!("arXiv"))),
        ("scientific", "/sci:citation", Set(json!(1))),
        ("version", "/version", Set(json!(1))),
        ("link-templates", "", Drop("linkTemplates")),
        ("link-templates", "/linkTemplates/0", Drop("rel")),
        ("link-templates", "/linkTemplates/0", Drop("uriTemplate")),
        ("link-templates", "/linkTemplates/0/uriTemplate", Set(json!(1))),
        ("asset-templates", "", Drop("assetTemplates")),
        ("asset-templates", "/assetTemplates/embeddings", Drop("uriTemplate")),
        ("asset-templates", "/assetTemplates/embeddings/uriTemplate", Set(json!(1))),
    ];
    check(&mut validators, object("2023/collection.json"), collection);
    let stored = vec![
        ("storage", "", Drop("storage:schemes")),
        ("storage", "/storage:schemes/s3/platform", Set(json!("s3.example.org"))),
    ];
    check(&mut validators, object("2024/collection.json"), stored);
    for (name, self_link) in
        [("catalog.json", "/links/1/href"), ("2024/e000n50/catalog.json", "/links/2/href")]
    {
        let catalog = vec![
            ("catalog", "/type", Set(json!("Collection"))),
            ("catalog", "/stac_version", Set(json!("1.0.0"))),
            ("catalog", "/id", Set(json!(""))),
            ("catalog", "/title", Set(json!(1))),
            ("catalog", "", Drop("description")),
            ("catalog", "/description", Set(json!(""))),
            ("catalog", "", Drop("links")),
            ("catalog", "/links/0", Drop("rel")),
            ("catalog", "/links/0/href", Set(json!(""))),
            ("catalog", self_link, Set(json!("./catalog.json"))),
        ];
        check(&mut validators, object(name), catalog);
    }
}

#[test]
fn broken_pyramids_are_found() {
    let (mut validators, [_, (_, collection), _]) = (Validators::open(), pictured_collections());
    let maps = |rel: &str| {
        let mut links = collection["links"].as_array().unwrap().clone();
        links.retain(|link| !["pmtiles", "xyz", "tilejson"].contains(&link["rel"].as_str().unwrap()));
        links.push(json!({"rel": rel, "href": "https://{s}.example.org/{z}/{x}/{y}.png"}));
        Set(json!(links))
    };
    let rules = vec![
        ("web-map-links", "/links", maps("about")),
        // A template with servers is to say which.
        ("web-map-links", "/links", maps("xyz")),
        ("web-map-links", "/stac_extensions", Set(json!([]))),
        ("file", "/assets/pyramid/file:size", Set(json!("3"))),
        ("storage", "", Drop("storage:schemes")),
    ];
    check(&mut validators, &collection, rules);
}

/// Every extension asks to be declared.
#[test]
fn undeclared_extensions_are_found() {
    let mut validators = Validators::open();
    if validators.at_hand().1 {
        let item = item();
        let declared = item["stac_extensions"].as_array().unwrap();
        assert_eq!(declared.len(), 8);
        for address in declared {
            let schema = address.as_str().unwrap().split('/').nth(3).unwrap();
            let mut silent = item.clone();
            silent["stac_extensions"].as_array_mut().unwrap().retain(|other| other != address);
            assert!(validators.accepts(schema, &item) && !validators.accepts(schema, &silent), "{schema}");
        }
    }
}
