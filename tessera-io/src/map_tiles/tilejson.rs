//! The document that describes a folder of map tiles.
//!
//! TileJSON 3.0.0, <https://github.com/mapbox/tilejson-spec/tree/master/3.0.0>; members of one's own are allowed there.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::{Map, Value, json};
use tessera_core::Region;

use super::{MapTilesError, MapTilesInfo};

/// The file of the document.
pub(super) const TILEJSON: &str = "tilejson.json";

/// Where the map tiles are, relative to the document.
const TEMPLATE: &str = "{z}/{x}/{y}.png";

/// More bytes than any such document has.
const MOST_BYTES: u64 = 16 << 20;

/// The document of a map.
pub(super) fn document(zooms: &RangeInclusive<u8>, info: &MapTilesInfo) -> Map<String, Value> {
    let (lon, lat) = info.center();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("tilejson", json!("3.0.0"));
    put("name", json!(info.name));
    for (key, text) in [("description", &info.description), ("attribution", &info.attribution)] {
        if !text.is_empty() {
            put(key, json!(text));
        }
    }
    put("scheme", json!("xyz"));
    put("tiles", json!([TEMPLATE]));
    put("minzoom", json!(zooms.start()));
    put("maxzoom", json!(zooms.end()));
    put("bounds", json!(info.bounds()));
    put("center", json!([lon, lat, info.center_zoom(zooms)]));
    put("tessera", Value::Object(info.tessera.clone()));
    out
}

/// The document as it is written.
pub(super) fn text(document: &Map<String, Value>) -> String {
    // With keys of text and no floats but finite ones nothing can fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// What the document of a folder says.
pub(super) fn read(folder: &Path) -> Result<(RangeInclusive<u8>, MapTilesInfo), MapTilesError> {
    let path = folder.join(TILEJSON);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(MapTilesError::NotMapTiles { folder: folder.to_owned() });
        }
        Err(error) => return Err(MapTilesError::io(&path)(error)),
    };
    let mut text = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut text).map_err(MapTilesError::io(&path))?;
    let wrong = |why: String| MapTilesError::TileJson { path: path.clone(), why };
    let document: Map<String, Value> = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
    parse(&document).map_err(wrong)
}

fn parse(document: &Map<String, Value>) -> Result<(RangeInclusive<u8>, MapTilesInfo), String> {
    let got = |key: &str| document.get(key).map_or_else(|| "missing".to_owned(), Value::to_string);
    let wrong = |key: &str, expected: &str| format!("`{key}` is {}: expected {expected}", got(key));
    if !document.get("tilejson").and_then(Value::as_str).is_some_and(|version| version.starts_with("3.")) {
        return Err(wrong("tilejson", "version 3"));
    }
    if document.get("tiles") != Some(&json!([TEMPLATE])) {
        return Err(wrong("tiles", &format!("[\"{TEMPLATE}\"]")));
    }
    if document.get("scheme").is_some_and(|scheme| scheme != "xyz") {
        return Err(wrong("scheme", "\"xyz\""));
    }
    let zoom = |key: &str| {
        let zoom = document.get(key).and_then(Value::as_u64).and_then(|zoom| u8::try_from(zoom).ok());
        zoom.ok_or_else(|| wrong(key, "a zoom"))
    };
    let numbers: Option<Vec<f64>> = document
        .get("bounds")
        .and_then(Value::as_array)
        .and_then(|all| all.iter().map(Value::as_f64).collect());
    let bounds = match numbers.as_deref() {
        Some(&[west, south, east, north]) => Region::new(west, south, east, north).ok(),
        _ => None,
    };
    let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(Value::Object(tessera)) = document.get("tessera") else {
        return Err(wrong("tessera", "an object"));
    };
    let info = MapTilesInfo {
        description: text("description"),
        attribution: text("attribution"),
        bounds: bounds.ok_or_else(|| wrong("bounds", "west, south, east and north in degrees"))?,
        tessera: tessera.clone(),
        ..MapTilesInfo::new(text("name"))
    };
    Ok((zoom("minzoom")?..=zoom("maxzoom")?, info))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> MapTilesInfo {
        let mut info = MapTilesInfo::new("TESSERA 2024");
        info.description = "Three components".to_owned();
        info.attribution = "© Cambridge".to_owned();
        info.bounds = Region::new(0.0, 52.0, 1.0, 52.5).unwrap();
        info.tessera.insert("year".to_owned(), json!(2024));
        info
    }

    #[test]
    fn the_document_is_this() {
        let expected = json!({
            "tilejson": "3.0.0",
            "name": "TESSERA 2024",
            "description": "Three components",
            "attribution": "© Cambridge",
            "scheme": "xyz",
            "tiles": ["{z}/{x}/{y}.png"],
            "minzoom": 4,
            "maxzoom": 12,
            "bounds": [0.0, 52.0, 1.0, 52.5],
            "center": [0.5, 52.25, 9],
            "tessera": {"year": 2024},
        });
        let document = document(&(4..=12), &info());
        assert_eq!(Value::Object(document.clone()), expected);
        assert!(document.keys().eq(expected.as_object().unwrap().keys()));
        assert_eq!(parse(&document), Ok((4..=12, info())));
    }

    #[test]
    fn other_documents_are_refused_with_the_member() {
        let good = document(&(4..=12), &info());
        for (key, value) in [
            ("tilejson", json!("2.2.0")),
            ("tiles", json!(["https://example.org/{z}/{x}/{y}.jpg"])),
            ("scheme", json!("tms")),
            ("minzoom", json!(-1)),
            ("maxzoom", json!(4000)),
            ("bounds", json!([0, 1, 2])),
            ("bounds", json!([0, 91, 2, 95])),
            ("tessera", Value::Null),
        ] {
            let mut bad = good.clone();
            bad.insert(key.to_owned(), value.clone());
            let why = parse(&bad).unwrap_err();
            assert!(why.contains(&format!("`{key}` is {value}: expected")), "{why}");
        }
    }
}
