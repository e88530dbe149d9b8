//! What the API says of itself.

use serde_json::{Value, json};
use tessera_stac::CatalogIndex;

use super::places::Places;
use crate::serve::media::{GEOJSON, JSON};

/// What is kept to, and no more.
const CONFORMS_TO: [&str; 7] = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
];

/// The media type of a description in OpenAPI 3.0.
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

pub(super) fn conformance() -> Value {
    json!({"conformsTo": CONFORMS_TO})
}

pub(super) fn landing(index: &CatalogIndex, places: &Places) -> Value {
    let api = &places.api;
    let mut links = vec![
        json!({"rel": "root", "type": JSON, "href": api}),
        json!({"rel": "self", "type": JSON, "href": api}),
        json!({"rel": "conformance", "type": JSON, "href": format!("{api}/conformance")}),
        json!({"rel": "service-desc", "type": OPENAPI, "href": format!("{api}/openapi.json")}),
        json!({"rel": "data", "type": JSON, "href": format!("{api}/collections")}),
        json!({"rel": "search", "type": GEOJSON, "method": "GET", "href": format!("{api}/search")}),
        json!({"rel": "search", "type": GEOJSON, "method": "POST", "href": format!("{api}/search")}),
        json!({"rel": "alternate", "type": "text/html", "title": "Map", "href": places.catalog}),
        json!({"rel": "alternate", "type": JSON, "title": "Static catalogue", "href": format!("{}catalog.json", places.catalog)}),
    ];
    links.extend(index.years().iter().map(|year| {
        let id = year.collection_id();
        json!({"rel": "child", "type": JSON, "title": year.year().to_string(), "href": format!("{api}/collections/{id}")})
    }));
    json!({
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "tessera",
        "title": "TESSERA embeddings",
        "description": "Embeddings of the land surface of the Earth at 10 m: a collection for each year, an item for each \
                        0.1° tile.",
        "conformsTo": CONFORMS_TO,
        "links": links,
    })
}
