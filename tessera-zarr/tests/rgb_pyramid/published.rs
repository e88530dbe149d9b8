//! The metadata of a pyramid as geotessera 0.11 writes them.

use serde_json::{Value, json};

/// The convention of a name as geotessera registers it.
fn convention(uuid: &str, name: &str, description: &str) -> Value {
    json!({
        "uuid": uuid, "name": name, "description": description,
        "schema_url":
            format!("https://raw.githubusercontent.com/zarr-conventions/{name}/refs/tags/v0.1/schema.json"),
        "spec_url": format!("https://github.com/zarr-conventions/{name}/blob/v0.1/README.md"),
    })
}

/// Rows and columns of a level, rounded down.
pub(crate) fn published_shape(level: u32) -> (u32, u32) {
    (1_800_000 >> level, 3_600_000 >> level)
}

/// The attributes of the group, with so many levels.
pub(crate) fn published_attributes(levels: u32) -> Value {
    let layout = |level: u32| {
        let (rows, cols) = published_shape(level);
        let step = 0.0001 * f64::from(1 << level);
        let mut entry = json!({
            "asset": level.to_string(),
            "transform": {"scale": [2.0, 2.0], "translation": [0.0, 0.0]},
            "spatial:shape": [rows, cols],
            "spatial:transform": [step, 0.0, -180.0, 0.0, -step, 90.0],
        });
        if level == 0 {
            entry["transform"]["scale"] = json!([1.0, 1.0]);
        } else {
            entry["derived_from"] = json!((level - 1).to_string());
            entry["resampling_method"] = json!("mean");
        }
        entry
    };
    json!({
        "spatial:dimensions": ["lat", "lon"],
        "spatial:bbox": [-180.0, -90.0, 180.0, 90.0],
        "spatial:transform_type": "affine",
        "spatial:registration": "pixel",
        "zarr_conventions": [
            convention("689b58e2-cf7b-45e0-9fff-9cfc0883d6b4", "spatial", "Spatial coordinate information"),
            convention(
                "f17cb550-5864-4468-aeb7-f3180cfb622f",
                "proj",
                "Coordinate reference system information for geospatial data",
            ),
            convention("d35379db-88df-4056-af3a-620245f8e347", "multiscales", "Multiscale layout of zarr datasets"),
        ],
        "proj:code": "EPSG:4326",
        "multiscales": {
            "layout": (0..levels).map(layout).collect::<Vec<_>>(),
            "resampling_method": "mean",
        },
    })
}

/// An array `rgb` as zarr-python writes it for geotessera.
pub(crate) fn published_rgb(rows: u32, cols: u32) -> Value {
    json!({
        "zarr_format": 3, "node_type": "array", "shape": [rows, cols, 4], "data_type": "uint8",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [512, 512, 4]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0,
        "codecs": [{"name": "bytes"}, {"name": "blosc", "configuration": {
            "typesize": 1, "cname": "zstd", "clevel": 3, "shuffle": "bitshuffle", "blocksize": 0}}],
        "attributes": {},
        "dimension_names": ["lat", "lon", "band"],
        "storage_transformers": [],
    })
}
