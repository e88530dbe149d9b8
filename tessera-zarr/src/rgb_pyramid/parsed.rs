//! What the metadata of a pyramid of pictures say.

use std::sync::Arc;

use serde_json::{Value, json};
use tessera_core::{ByteRanges, PyramidGrid};

use super::attributes::{rounded_down, shape, transform};
use super::{BANDS, DOCUMENT, EDGE, PyramidAttributes};
use crate::direct::Direct;
use crate::group::Group;
use crate::{OpenError, ZarrFormat};

/// The grid and the attributes of a pyramid, every array of which is one that is written here.
pub(super) fn read(bytes: Arc<dyn ByteRanges>) -> Result<(PyramidGrid, PyramidAttributes), OpenError> {
    let group = Group::open(bytes)?;
    let wrong =
        |why: String| OpenError::Metadata { name: group.bytes.name(), object: DOCUMENT.to_owned(), why };
    if group.format != ZarrFormat::V3 {
        return Err(wrong("it is of Zarr format 2: expected 3".to_owned()));
    }
    if group.text("proj:code", "EPSG:4326")? != "EPSG:4326" {
        return Err(group.bad_attribute("proj:code", "EPSG:4326"));
    }
    let layout = group.attributes.get("multiscales").and_then(|scales| scales["layout"].as_array());
    let Some(layout) = layout else {
        return Err(group.bad_attribute("multiscales", "an object with a `layout`"));
    };
    let levels = u8::try_from(layout.len()).unwrap_or(u8::MAX);
    let grid = PyramidGrid::lon_lat(levels).map_err(|error| wrong(error.to_string()))?;
    let documents: Vec<String> = (0..levels).map(|level| format!("{level}/rgb/{DOCUMENT}")).collect();
    group.read_ahead(&documents);
    for (level, entry) in (0..).zip(layout) {
        let shapes = [shape(&grid, level), rounded_down(&grid, level)];
        let differs = |key: &str, expected: &Value| {
            let got = &entry[key];
            wrong(format!("`{key}` of level {level} is {got}: expected {expected}"))
        };
        for (key, expected) in
            [("asset", json!(level.to_string())), ("spatial:transform", transform(&grid, level))]
        {
            if entry[key] != expected {
                return Err(differs(key, &expected));
            }
        }
        if !shapes.contains(&entry["spatial:shape"]) {
            return Err(differs("spatial:shape", &shapes[0]));
        }
        check_array(&group, level, &entry["spatial:shape"])?;
    }
    Ok((grid, PyramidAttributes::of(&group.attributes)))
}

/// Refuses an array whose chunks are not such as are read and written here.
fn check_array(group: &Group, level: u8, shape: &Value) -> Result<(), OpenError> {
    let array = format!("{level}/rgb");
    let metadata = group.array(&array)?;
    let (rows, cols) = (&shape[0], &shape[1]);
    let fits = |found: &Direct| {
        found.shards.is_none()
            && json!(found.grid.shape()) == json!([rows, cols, BANDS])
            && found.grid.chunk_shape() == [EDGE, EDGE, BANDS]
            && found.fill == [0]
    };
    // Blosc says in each chunk how it was compressed, so that chunks of different levels can stand side by side.
    let blosc = metadata["codecs"][1]["name"] == "blosc";
    if blosc && Direct::from_v3(&metadata, "uint8", 1).as_ref().is_some_and(fits) {
        return Ok(());
    }
    let got =
        ["data_type", "shape", "chunk_grid", "codecs", "fill_value"].map(|key| metadata[key].to_string());
    Err(OpenError::Array {
        name: group.bytes.name(),
        array,
        got: got.join(", "),
        expected: format!(
            "uint8 of shape [{rows}, {cols}, {BANDS}] in chunks of [{EDGE}, {EDGE}, {BANDS}] with blosc, filled with 0"
        ),
    })
}
