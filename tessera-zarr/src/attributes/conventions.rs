//! The Zarr conventions `spatial`, `proj` and `geoemb`.

use serde_json::{Map, Value, json};
use tessera_core::{DatasetVersion, PixelGrid, RasterGrid};

use super::TileInfo;

/// The attributes of the three conventions for a store of one tile.
pub(crate) fn attributes(info: &TileInfo<'_>) -> Map<String, Value> {
    let mut out = Map::from_iter([("zarr_conventions".to_owned(), json!([geoemb(), spatial(), proj()]))]);
    put_place(&mut out, &(*info.grid).into());
    put_model(&mut out, info.channels, info.version);
    out
}

/// The attributes of the three conventions for a store of any raster.
pub(crate) fn raster(grid: &RasterGrid, channels: usize, version: &DatasetVersion) -> Map<String, Value> {
    let mut out = Map::from_iter([("zarr_conventions".to_owned(), json!([geoemb(), spatial(), proj()]))]);
    put_place(&mut out, grid);
    put_model(&mut out, channels, version);
    out
}

/// The attributes of the root of a zone store.
pub(crate) fn zones_root(channels: usize, version: &DatasetVersion) -> Map<String, Value> {
    let mut out = Map::from_iter([("zarr_conventions".to_owned(), json!([geoemb()]))]);
    put_model(&mut out, channels, version);
    out.insert("geoemb:spatial_layout".into(), json!("utm_zones"));
    out
}

/// The attributes of one zone of a zone store.
pub(crate) fn zone_group(grid: &PixelGrid) -> Map<String, Value> {
    let mut out = Map::from_iter([("zarr_conventions".to_owned(), json!([spatial(), proj()]))]);
    put_place(&mut out, &(*grid).into());
    out
}

/// Where the pixels lie: the conventions `spatial` and `proj`.
fn put_place(out: &mut Map<String, Value>, grid: &RasterGrid) {
    let bounds = grid.bounds();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("spatial:dimensions", json!(["y", "x"]));
    put("spatial:bbox", json!([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]));
    put("spatial:transform_type", json!("affine"));
    put("spatial:transform", json!(grid.transform()));
    put("spatial:shape", json!([grid.rows(), grid.cols()]));
    put("spatial:registration", json!("pixel"));
    put("proj:code", json!(grid.crs().to_string()));
}

/// What the pixels are: the convention `geoemb`.
fn put_model(out: &mut Map<String, Value>, channels: usize, version: &DatasetVersion) {
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("geoemb:type", json!("pixel"));
    put("geoemb:dimensions", json!(channels));
    if let Some(version) = version.number() {
        put("geoemb:model", json!(format!("https://geotessera.org/model/{version}")));
    }
    put(
        "geoemb:source_data",
        json!([
            "https://sentinel.esa.int/web/sentinel/missions/sentinel-1",
            "https://sentinel.esa.int/web/sentinel/missions/sentinel-2",
        ]),
    );
    put("geoemb:data_type", json!("int8"));
    put("geoemb:gsd", json!(10.0));
    put("geoemb:build_version", json!(concat!("tessera-zarr ", env!("CARGO_PKG_VERSION"))));
    put(
        "geoemb:quantization",
        json!({
            "method": "per_pixel_scale", "original_dtype": "float32", "quantized_dtype": "int8",
            "scale": {"type": "array", "array_name": "scales", "nodata": "+inf"},
        }),
    );
}

fn geoemb() -> Value {
    json!({
        "uuid": "61c12cc5-0e28-4056-999a-480cf3fb7e4c",
        "name": "geoemb:",
        "description": "Geoembeddings convention for geospatial embedding arrays with model provenance",
        "spec_url": "https://github.com/geo-embeddings/embeddings-zarr-convention/blob/v1/README.md",
        "schema_url": "https://raw.githubusercontent.com/geo-embeddings/embeddings-zarr-convention/refs/tags/v1/schema.json",
    })
}

/// The registration of the convention `spatial`.
pub(crate) fn spatial() -> Value {
    json!({
        "uuid": "689b58e2-cf7b-45e0-9fff-9cfc0883d6b4",
        "name": "spatial",
        "description": "Spatial coordinate information",
        "schema_url": "https://raw.githubusercontent.com/zarr-conventions/spatial/refs/tags/v0.1/schema.json",
        "spec_url": "https://github.com/zarr-conventions/spatial/blob/v0.1/README.md",
    })
}

/// The registration of the convention `proj`.
pub(crate) fn proj() -> Value {
    json!({
        "uuid": "f17cb550-5864-4468-aeb7-f3180cfb622f",
        "name": "proj",
        "description": "Coordinate reference system information for geospatial data",
        "schema_url": "https://raw.githubusercontent.com/zarr-conventions/proj/refs/tags/v0.1/schema.json",
        "spec_url": "https://github.com/zarr-conventions/proj/blob/v0.1/README.md",
    })
}
