//! The collections of the catalogue as the API answers with them.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tessera_stac::{CatalogIndex, YearIndex, collection_path};

use super::places::Places;
use crate::serve::media::{GEOJSON, JSON};

/// All collections, the oldest year first.
///
/// # Errors
/// As [`collection`].
pub(super) fn collections(index: &CatalogIndex, places: &Places) -> Result<Value> {
    let all = index.years().iter().map(|year| collection(index, year, places)).collect::<Result<Vec<_>>>()?;
    let api = &places.api;
    let links = json!([
        {"rel": "root", "type": JSON, "href": api},
        {"rel": "parent", "type": JSON, "href": api},
        {"rel": "self", "type": JSON, "href": format!("{api}/collections")},
    ]);
    Ok(json!({"collections": all, "links": links}))
}

/// The collection of a year: that of the catalogue, which items and not blocks are found from, and whose links to files
/// lead there from anywhere.
///
/// # Errors
/// A file that cannot be read, or is no collection.
pub(super) fn collection(index: &CatalogIndex, year: &YearIndex, places: &Places) -> Result<Value> {
    let file = collection_path(year.year());
    let what = |what: &str| format!("{file} of {} is {what}", index.path().display());
    let mut collection = index.json(&file)?.with_context(|| what("not there"))?;
    let object = collection.as_object_mut().with_context(|| what("no collection"))?;

    let api = &places.api;
    let itself = format!("{api}/collections/{}", year.collection_id());
    let mut links = vec![
        json!({"rel": "root", "type": JSON, "href": api}),
        json!({"rel": "parent", "type": JSON, "href": api}),
        json!({"rel": "self", "type": JSON, "href": itself}),
        json!({"rel": "items", "type": GEOJSON, "href": format!("{itself}/items")}),
    ];
    let stored = object.get("links").and_then(Value::as_array).into_iter().flatten();
    let of_the_tree = |link: &&Value| {
        let rel = link.get("rel").and_then(Value::as_str).unwrap_or_default();
        ["root", "parent", "self", "child", "item", "items"].contains(&rel)
    };
    links.extend(stored.filter(|link| !of_the_tree(link)).cloned().map(|mut link| {
        places.resolve_in(&mut link, "href", &file);
        link
    }));
    object.insert("links".to_owned(), links.into());
    for asset in
        object.get_mut("assets").and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut())
    {
        places.resolve_in(asset, "href", &file);
    }
    let templates = object.get_mut("assetTemplates").and_then(Value::as_object_mut);
    for template in templates.into_iter().flat_map(|all| all.values_mut()) {
        places.resolve_in(template, "uriTemplate", &file);
    }
    for template in object.get_mut("linkTemplates").and_then(Value::as_array_mut).into_iter().flatten() {
        places.resolve_in(template, "uriTemplate", &file);
    }
    Ok(collection)
}
