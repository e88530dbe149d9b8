//! The metadata of arrays and groups as JSON, in both formats.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use zarrs::metadata::v2::ArrayMetadataV2;
use zarrs::metadata::v3::ArrayMetadataV3;

use crate::ZarrFormat;
use crate::array::ArraySpec;

/// The metadata documents of a group and its arrays: name within the store → JSON, in the order of writing.
pub(crate) type Documents = Vec<(String, Value)>;

/// All metadata documents of a store that is one group, the consolidated form included.
pub(crate) fn documents(
    format: ZarrFormat,
    arrays: &[ArraySpec],
    attributes: &Map<String, Value>,
) -> Result<Documents, String> {
    match format {
        ZarrFormat::V2 => v2_documents(arrays, attributes),
        ZarrFormat::V3 => v3_documents(arrays, attributes),
    }
}

fn v2_documents(arrays: &[ArraySpec], attributes: &Map<String, Value>) -> Result<Documents, String> {
    let mut documents = vec![
        (".zattrs".to_owned(), Value::Object(attributes.clone())),
        (".zgroup".to_owned(), json!({"zarr_format": 2})),
    ];
    for array in arrays {
        let (metadata, attributes) = v2_array(array)?;
        documents.push((format!("{}/.zarray", array.name), metadata));
        documents.push((format!("{}/.zattrs", array.name), attributes));
    }
    let all: Map<String, Value> = documents.iter().cloned().collect();
    documents.push((".zmetadata".to_owned(), json!({"metadata": all, "zarr_consolidated_format": 1})));
    Ok(documents)
}

fn v2_array(array: &ArraySpec) -> Result<(Value, Value), String> {
    let metadata = json!({
        "zarr_format": 2,
        "shape": array.grid.shape(),
        "chunks": array.grid.chunk_shape(),
        "dtype": array.data_type.v2(),
        "compressor": array.codec.v2(array.data_type.size()),
        "fill_value": array.fill_v2,
        "order": "C",
        "filters": null,
        "dimension_separator": ".",
    });
    // What zarrs can read it can also be asked to check; written is what stands above, to which zarrs would add.
    ArrayMetadataV2::deserialize(&metadata).map_err(|e| e.to_string())?;
    let mut attributes = array.attributes.clone();
    attributes.insert("_ARRAY_DIMENSIONS".into(), json!(array.dimensions));
    Ok((metadata, Value::Object(attributes)))
}

fn v3_documents(arrays: &[ArraySpec], attributes: &Map<String, Value>) -> Result<Documents, String> {
    let mut documents = Vec::new();
    let mut consolidated = Map::new();
    for array in arrays {
        let metadata = v3_array(array)?;
        consolidated.insert(array.name.to_owned(), metadata.clone());
        documents.push((format!("{}/zarr.json", array.name), metadata));
    }
    let group = json!({
        "zarr_format": 3,
        "node_type": "group",
        "attributes": attributes,
        "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": consolidated},
    });
    documents.push(("zarr.json".to_owned(), group));
    Ok(documents)
}

/// The `zarr.json` of an array.
pub(crate) fn v3_array(array: &ArraySpec) -> Result<Value, String> {
    let bytes = match array.data_type.size() {
        1 => json!({"name": "bytes"}),
        _ => json!({"name": "bytes", "configuration": {"endian": "little"}}),
    };
    let mut codecs = vec![bytes];
    codecs.extend(array.codec.v3(array.data_type.size()));
    if array.shard.is_some() {
        codecs = vec![json!({"name": "sharding_indexed", "configuration": {
            "chunk_shape": array.grid.chunk_shape(),
            "codecs": codecs,
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
            "index_location": "end",
        }})];
    }
    let metadata = json!({
        "zarr_format": 3,
        "node_type": "array",
        "shape": array.grid.shape(),
        "data_type": array.data_type.v3(),
        "chunk_grid": {"name": "regular", "configuration": {
            "chunk_shape": array.shard.as_deref().unwrap_or(array.grid.chunk_shape()),
        }},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": array.fill_v3,
        "codecs": codecs,
        "attributes": array.attributes,
        "dimension_names": array.dimensions,
    });
    ArrayMetadataV3::deserialize(&metadata).map_err(|e| e.to_string())?;
    Ok(metadata)
}
