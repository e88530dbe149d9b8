//! The attributes of a tile store, as ACDD-1.3 asks.

use serde_json::{Map, Value, json};

use super::{TileInfo, conventions, origin};

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
    put("id", json!(format!("{id}_{year}")));
    put("naming_authority", json!("org.geotessera"));
    put("product_version", json!(version.to_string()));
    put(
        "comment",
        json!("value = embeddings * scales; a pixel whose scale is not between 0 and 1 has no embedding"),
    );
    put("geospatial_bounds", json!(format!("POLYGON (({s} {w}, {s} {e}, {n} {e}, {n} {w}, {s} {w}))")));
    put("geospatial_bounds_crs", json!("EPSG:4326"));
    put("geospatial_lat_min", json!(s));
    put("geospatial_lat_max", json!(n));
    put("geospatial_lat_units", json!("degrees_north"));
    put("geospatial_lat_resolution", json!("10 m"));
    put("geospatial_lon_min", json!(w));
    put("geospatial_lon_max", json!(e));
    put("geospatial_lon_units", json!("degrees_east"));
    put("geospatial_lon_resolution", json!("10 m"));
    put("time_coverage_start", json!(year.start()));
    put("time_coverage_end", json!(year.end()));
    put("time_coverage_duration", json!("P1Y"));
    put("time_coverage_resolution", json!("P1Y"));
    out.extend(origin::attributes());
    out.extend(origin::cambridge("publisher"));
    out.extend(info.created.into_iter().flat_map(origin::dates));
    out.extend(conventions::attributes(info));
    out
}
