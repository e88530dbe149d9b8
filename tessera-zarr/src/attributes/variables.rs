//! The attributes of each array of a tile store, as CF-1.11 asks.

use serde_json::{Map, Value, json};
use tessera_core::{Crs, RasterGrid};

use super::crs;

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The CRS as GDAL's Zarr driver looks for it first; before 3.9 it does not know grid mappings.
fn gdal_crs(crs: Crs) -> Value {
    json!({"url": format!("http://www.opengis.net/def/crs/EPSG/0/{}", crs.epsg())})
}

// No scale_factor, add_offset or _FillValue: readers would apply them and lose the int8.
pub(crate) fn embeddings(crs: Crs) -> Map<String, Value> {
    object(json!({
        "_CRS": gdal_crs(crs),
        "long_name": "TESSERA embeddings, quantized",
        "units": "1",
        "grid_mapping": "spatial_ref",
        "coordinates": "time",
        "ancillary_variables": "scales",
        "coverage_content_type": "modelResult",
        "comment": "value = embeddings * scales where 0 < scales < 1; a pixel with any other scale has no embedding",
    }))
}

pub(crate) fn scales(crs: Crs) -> Map<String, Value> {
    object(json!({
        "_CRS": gdal_crs(crs),
        "long_name": "scale factors of the embeddings",
        "units": "1",
        "grid_mapping": "spatial_ref",
        "coordinates": "time",
        "coverage_content_type": "auxiliaryInformation",
        "comment": "0 < scale < 1: valid; NaN: water; anything else: no data. As in the source, unchanged.",
    }))
}

/// Of a zone store, whose arrays have the years as a dimension.
pub(crate) fn zone_embeddings() -> Map<String, Value> {
    object(json!({
        "long_name": "TESSERA embeddings, quantized",
        "units": "1",
        "grid_mapping": "spatial_ref",
        "ancillary_variables": "scales",
        "coverage_content_type": "modelResult",
        "comment": "value = embeddings * scales where scales is finite",
    }))
}

pub(crate) fn zone_scales() -> Map<String, Value> {
    object(json!({
        "long_name": "scale factors of the embeddings",
        "units": "1",
        "grid_mapping": "spatial_ref",
        "coverage_content_type": "auxiliaryInformation",
        "comment": "finite: valid; NaN: water; +inf: no data",
    }))
}

pub(crate) fn years() -> Map<String, Value> {
    object(json!({
        "long_name": "calendar year that the embedding summarizes",
        "units": "1",
        "coverage_content_type": "coordinate",
    }))
}

pub(crate) fn x(crs: Crs) -> Map<String, Value> {
    axis(crs, "projection_x_coordinate", "easting of the pixel centre", "longitude", "degrees_east")
}

pub(crate) fn y(crs: Crs) -> Map<String, Value> {
    axis(crs, "projection_y_coordinate", "northing of the pixel centre", "latitude", "degrees_north")
}

fn axis(crs: Crs, projected: &str, long_name: &str, angle: &str, degrees: &str) -> Map<String, Value> {
    let (standard_name, long_name, units) = match crs {
        Crs::LonLat => (angle, format!("{angle} of the pixel centre"), degrees),
        _ => (projected, long_name.to_owned(), "m"),
    };
    object(json!({
        "standard_name": standard_name,
        "long_name": long_name,
        "units": units,
        "coverage_content_type": "coordinate",
    }))
}

pub(crate) fn band() -> Map<String, Value> {
    object(json!({
        "long_name": "channel of the embedding",
        "units": "1",
        "coverage_content_type": "coordinate",
    }))
}

/// Southern and northern edge of the cell of a tile.
pub(crate) fn cell_lat() -> Map<String, Value> {
    cell("latitude", "southern and northern edge of the cell of the tile", "degrees_north")
}

/// Western and eastern edge of the cell of a tile.
pub(crate) fn cell_lon() -> Map<String, Value> {
    cell("longitude", "western and eastern edge of the cell of the tile", "degrees_east")
}

fn cell(standard_name: &str, long_name: &str, units: &str) -> Map<String, Value> {
    object(json!({
        "standard_name": standard_name,
        "long_name": long_name,
        "units": units,
        "coverage_content_type": "referenceInformation",
    }))
}

pub(crate) fn time() -> Map<String, Value> {
    object(json!({
        "standard_name": "time",
        "long_name": "start of the year that the embedding summarizes",
        "units": "days since 1970-01-01",
        "calendar": "standard",
        "units_metadata": "leap_seconds: utc",
        "bounds": "time_bnds",
        "axis": "T",
        "coverage_content_type": "coordinate",
    }))
}

/// The grid mapping variable: CF's parameters of the projection, the CRS as text, and GDAL's transform.
pub(crate) fn spatial_ref(grid: &RasterGrid) -> Map<String, Value> {
    let wkt = crs::wkt(grid.crs());
    let [a, b, c, d, e, f] = grid.transform();
    let mut out = object(json!({
        "long_name": "coordinate reference system",
        "crs_wkt": wkt,
        "spatial_ref": wkt,
        "semi_major_axis": 6_378_137.0,
        "inverse_flattening": 298.257_223_563,
        "longitude_of_prime_meridian": 0.0,
    }));
    out.extend(object(match grid.crs() {
        Crs::Utm(zone) => json!({
            "grid_mapping_name": "transverse_mercator",
            "longitude_of_central_meridian": zone.central_meridian(),
            "latitude_of_projection_origin": 0.0,
            "scale_factor_at_central_meridian": 0.9996,
            "false_easting": 500_000.0,
            "false_northing": zone.false_northing(),
        }),
        Crs::LonLat => json!({"grid_mapping_name": "latitude_longitude"}),
        // CF knows no Mercator of a sphere with the latitudes of an ellipsoid: the text says it.
        _ => json!({}),
    }));
    out.insert("GeoTransform".into(), json!(format!("{c} {a} {b} {f} {d} {e}")));
    out
}
