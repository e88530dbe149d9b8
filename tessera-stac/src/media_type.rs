//! Media types.

/// An NPY file. No type is registered for it; this one is what services that take NumPy arrays over HTTP call it, and a
/// client can tell it from any other bytes, which `application/octet-stream` would not let it.
pub(crate) const NPY: &str = "application/x-npy";
pub(crate) const PNG: &str = "image/png";
pub(crate) const JSON: &str = "application/json";
pub(crate) const GZIP: &str = "application/gzip";
/// Apache Parquet, as stac-geoparquet has it.
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";
/// PMTiles, as its specification registers it.
pub(crate) const PMTILES: &str = "application/vnd.pmtiles";
pub(crate) const GEOJSON: &str = "application/geo+json";
pub(crate) const ZARR_2: &str = "application/vnd.zarr; version=2";
pub(crate) const ZARR_3: &str = "application/vnd.zarr; version=3";

/// A Zarr group of a format, 2 or 3.
pub(crate) fn zarr_group(format: u8) -> &'static str {
    if format == 2 { ZARR_2 } else { ZARR_3 }
}
