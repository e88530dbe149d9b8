//! The attributes of a store of any raster.

use serde_json::{Map, Value, json};

use super::conventions;
use crate::RasterInfo;

/// Of the group: what ACDD-1.3 highly recommends, then the Zarr conventions.
pub(crate) fn attributes(info: &RasterInfo<'_>) -> Map<String, Value> {
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
    put("keywords", json!("TESSERA, embeddings, Sentinel-1, Sentinel-2, land surface, machine learning"));
    put("product_version", json!(info.version.to_string()));
    put("source", json!("Sentinel-1 and Sentinel-2 time series, TESSERA model"));
    put("comment", json!("value = embeddings * scales where scales is finite; NaN is water, +inf no data"));
    put("acknowledgement", json!("Contains modified Copernicus Sentinel data"));
    put("license", json!("CC-BY-4.0"));
    put("time_coverage_start", json!(info.year.start()));
    put("time_coverage_end", json!(info.year.end()));
    put("time_coverage_duration", json!("P1Y"));
    put("time_coverage_resolution", json!("P1Y"));
    out.extend(conventions::raster(&info.grid, info.channels, info.version));
    out
}
