//! The documents of a pyramid of pictures, and what it holds before there is a chunk.

use std::fs;

use bytemuck::cast_slice;
use serde_json::{Map, Value, json};
use tessera_core::PyramidGrid;

use super::attributes::of_level;
use super::{BANDS, DOCUMENT, EDGE, PyramidAttributes, RgbPyramidError};
use crate::array::{ArraySpec, DataType};
use crate::encode::{ALL_OBJECTS, ChunkWriter};
use crate::metadata::{Documents, v3_array};
use crate::staging::Staging;
use crate::{BloscCompressor, ChunkGrid, ChunkGridError, Codec, ZarrFormat};

/// Blosc with zstd at level 3, which is one that it has.
pub(super) fn codec() -> Codec {
    Codec::blosc(BloscCompressor::Zstd, 3).unwrap_or_default()
}

/// Makes the groups and arrays, the document of the whole last.
pub(super) fn write(
    staging: &Staging,
    grid: &PyramidGrid,
    attributes: &PyramidAttributes,
) -> Result<(), RgbPyramidError> {
    for level in 0..grid.levels() {
        let folder = staging.path().join(level.to_string());
        for array in ["rgb", "band"] {
            let folder = folder.join(array);
            fs::create_dir_all(&folder).map_err(RgbPyramidError::io(&folder))?;
        }
        let (spec, folder) = (band()?, folder.join("band"));
        // Native numbers, stored as little-endian ones.
        let mut values = cast_slice::<i32, u8>(&[0, 1, 2, 3]).to_vec();
        if cfg!(target_endian = "big") {
            values.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        }
        ChunkWriter {
            spec: &spec,
            format: ZarrFormat::V3,
            folder: &folder,
            sync: true,
            rows_read: None,
            objects: ALL_OBJECTS,
        }
        .write(&|_, out| out.copy_from_slice(&values))?;
    }
    Ok(staging.write(&documents(grid, attributes)?, true)?)
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
