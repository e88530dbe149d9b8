//! The attributes of a store of any raster.

use serde_json::{Map, Value, json};

use super::{conventions, origin};
use crate::RasterInfo;

/// Of the group, made at a time (RFC 3339) where it is to be told: what ACDD-1.3 recommends and is known, then the Zarr
/// conventions.
pub(crate) fn attributes(info: &RasterInfo<'_>, created: Option<&str>) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("Conventions", json!("CF-1.11, ACDD-1.3"));
    put("title", json!(info.title));
    put(
        "summary",
        json!(format!(
            "{}-dimensional embeddings computed by the TESSERA model from a year of Sentinel-1 and Sentinel-2 \
             observations. Quantized to int8 with a float32 scale for each pixel.",
            info.channels
        )),
    );
    put("product_version", json!(info.version.to_string()));
    put("comment", json!("value = embeddings * scales where scales is finite; NaN is water, +inf no data"));
    put("time_coverage_start", json!(info.year.start()));
    put("time_coverage_end", json!(info.year.end()));
    put("time_coverage_duration", json!("P1Y"));
    put("time_coverage_resolution", json!("P1Y"));
    out.extend(origin::attributes());
    out.extend(created.into_iter().flat_map(origin::dates));
    out.extend(conventions::raster(&info.grid, info.channels, info.version));
    out
}
