//! The attributes of a tile store, as ACDD-1.3 asks.

use serde_json::{Map, Value, json};

use super::{TileInfo, conventions};

/// Of the group: ACDD-1.3, then the Zarr conventions.
pub(crate) fn attributes(info: &TileInfo<'_>) -> Map<String, Value> {
    let (id, year, version) = (info.id, info.year, info.version);
    let cell = id.bounds();
    let (w, e, s, n) = (cell.min().x, cell.max().x, cell.min().y, cell.max().y);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("Conventions", json!("CF-1.11, ACDD-1.3"));
    put("title", json!(format!("TESSERA embeddings {year}, tile {id}")));
    put(
        "summary",
        json!(format!(
            "A {}-dimensional embedding of every 10 m pixel of a 0.1 degree cell, computed by the TESSERA model from a \
             year of Sentinel-1 and Sentinel-2 observations. Quantized to int8 with a float32 scale for each pixel.",
            info.channels
        )),
    );
    put("keywords", json!("TESSERA, embeddings, Sentinel-1, Sentinel-2, land surface, machine learning"));
    put("id", json!(format!("{id}_{year}")));
    put("naming_authority", json!("org.geotessera"));
    put("product_version", json!(version.to_string()));
    put("source", json!("Sentinel-1 and Sentinel-2 time series, TESSERA model"));
    put("processing_level", json!("model-derived embedding"));
    put(
        "comment",
        json!("value = embeddings * scales; a pixel whose scale is not between 0 and 1 has no embedding"),
    );
    put("acknowledgement", json!("Contains modified Copernicus Sentinel data"));
    put("license", json!("CC-BY-4.0"));
    put("standard_name_vocabulary", json!("CF Standard Name Table v85"));
    put("institution", json!("University of Cambridge"));
    put("project", json!("TESSERA"));
    for role in ["creator", "publisher"] {
        put(&format!("{role}_name"), json!("University of Cambridge"));
        put(&format!("{role}_type"), json!("institution"));
        put(&format!("{role}_institution"), json!("University of Cambridge"));
        put(&format!("{role}_url"), json!("https://geotessera.org"));
    }
    if let Some(created) = info.created {
        put("date_created", json!(created));
        put("history", json!(format!("{created} written by tessera-zarr {}", env!("CARGO_PKG_VERSION"))));
    }
    put("geospatial_bounds", json!(format!("POLYGON (({s} {w}, {s} {e}, {n} {e}, {n} {w}, {s} {w}))")));
    put("geospatial_bounds_crs", json!("EPSG:4326"));
    put("geospatial_lat_min", json!(s));
    put("geospatial_lat_max", json!(n));
    put("geospatial_lat_units", json!("degrees_north"));
    put("geospatial_lon_min", json!(w));
    put("geospatial_lon_max", json!(e));
    put("geospatial_lon_units", json!("degrees_east"));
    put("time_coverage_start", json!(year.start()));
    put("time_coverage_end", json!(year.end()));
    put("time_coverage_duration", json!("P1Y"));
    put("time_coverage_resolution", json!("P1Y"));
    out.extend(conventions::attributes(info));
    out
}
