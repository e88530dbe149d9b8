//! The documents of a pyramid of pictures, and what it holds before there is a chunk.

use bytemuck::cast_slice;
use serde_json::{Map, Value, json};
use tessera_core::PyramidGrid;

use super::attributes::of_level;
use super::{BANDS, DOCUMENT, EDGE, PyramidAttributes, RgbPyramidError};
use crate::array::{ArraySpec, DataType};
use crate::encode::{ALL_OBJECTS, ChunkWriter, names_of};
use crate::metadata::{Documents, v3_array};
use crate::place::Place;
use crate::{BloscCompressor, ChunkGrid, ChunkGridError, Codec, ZarrFormat};

/// Blosc with zstd at level 3, which is one that it has.
pub(super) fn codec() -> Codec {
    Codec::blosc(BloscCompressor::Zstd, 3).unwrap_or_default()
}

/// Makes the groups and arrays, the document of the whole last.
pub(super) fn write(
    place: Place<'_>,
    grid: &PyramidGrid,
    attributes: &PyramidAttributes,
) -> Result<(), RgbPyramidError> {
    let (spec, format) = (band()?, ZarrFormat::V3);
    let folders: Vec<String> = (0..grid.levels()).map(|level| format!("{level}/band")).collect();
    // Native numbers, stored as little-endian ones.
    let mut values = cast_slice::<i32, u8>(&[0, 1, 2, 3]).to_vec();
    if cfg!(target_endian = "big") {
        values.chunks_exact_mut(4).for_each(<[u8]>::reverse);
    }
    place.write(
        &documents(grid, attributes)?,
        || folders.iter().flat_map(|folder| names_of(&spec, format, folder)).collect(),
        |puts| {
            for folder in &folders {
                let (rows_read, objects) = (None, ALL_OBJECTS);
                ChunkWriter { spec: &spec, format, puts, folder, rows_read, objects }
                    .write(&|_, out| out.copy_from_slice(&values))?;
            }
            Ok(())
        },
    )
}

/// Whether an object, or a folder, can be part of a pyramid before it has chunks: what an interrupted program left of one.
pub(super) fn is_part(name: &str) -> bool {
    let mut parts = name.split('/');
    let level = parts.next().is_some_and(|level| level.parse::<u8>().is_ok_and(|n| n.to_string() == level));
    level
        && matches!(
            [parts.next(), parts.next()],
            [None | Some(DOCUMENT | "rgb" | "band"), None]
                | [Some("rgb"), Some(DOCUMENT)]
                | [Some("band"), Some(DOCUMENT | "c")]
        )
}

fn documents(grid: &PyramidGrid, attributes: &PyramidAttributes) -> Result<Documents, RgbPyramidError> {
    let wrong = |why| RgbPyramidError::Metadata { why };
    let (mut documents, mut all) = (Vec::new(), Map::new());
    for level in 0..grid.levels() {
        let mut rgb = v3_array(&rgb(grid, level)?).map_err(wrong)?;
        // Its bytes are not signed; all else is as for those that are.
        rgb["data_type"] = json!("uint8");
        let arrays = [("rgb", rgb), ("band", v3_array(&band()?).map_err(wrong)?)];
        let attributes = of_level(grid, level);
        let own = arrays.iter().map(|(name, array)| ((*name).to_owned(), array.clone())).collect();
        documents.push((format!("{level}/{DOCUMENT}"), group(&attributes, own)));
        // Readers of zarr-python's kind want the member on every group below, empty.
        all.insert(level.to_string(), group(&attributes, Map::new()));
        for (name, array) in arrays {
            all.insert(format!("{level}/{name}"), array.clone());
            documents.push((format!("{level}/{name}/{DOCUMENT}"), array));
        }
    }
    documents.push((DOCUMENT.to_owned(), group(&attributes.of_group(grid), all)));
    Ok(documents)
}

fn group(attributes: &Map<String, Value>, below: Map<String, Value>) -> Value {
    json!({
        "zarr_format": 3,
        "node_type": "group",
        "attributes": attributes,
        "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": below},
    })
}

/// The pictures of a level: uint8 (lat, lon, band).
fn rgb(grid: &PyramidGrid, level: u8) -> Result<ArraySpec, ChunkGridError> {
    let (rows, cols) = grid.shape(level);
    Ok(ArraySpec {
        name: "rgb",
        grid: ChunkGrid::new(&[rows, cols, BANDS], &[EDGE, EDGE, BANDS])?,
        shard: None,
        data_type: DataType::Int8,
        fill_v2: json!(0),
        fill_v3: json!(0),
        codec: codec(),
        dimensions: vec!["lat", "lon", "band"],
        attributes: Map::from_iter([
            // Where GDAL's Zarr driver looks for the CRS.
            ("_CRS".to_owned(), json!({"url": "http://www.opengis.net/def/crs/EPSG/0/4326"})),
            ("long_name".to_owned(), json!("red, green, blue and alpha, not premultiplied")),
        ]),
    })
}

/// The bands, as numbers.
fn band() -> Result<ArraySpec, ChunkGridError> {
    Ok(ArraySpec {
        name: "band",
        grid: ChunkGrid::new(&[BANDS], &[BANDS])?,
        shard: None,
        data_type: DataType::Int32,
        fill_v2: json!(0),
        fill_v3: json!(0),
        codec: codec(),
        dimensions: vec!["band"],
        attributes: Map::new(),
    })
}
