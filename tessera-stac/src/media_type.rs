//! Media types.

/// An NPY file. No type is registered for it; this one is what services that take NumPy arrays over HTTP call it, and a
/// client can tell it from any other bytes, which `application/octet-stream` would not let it.
pub(crate) const NPY: &str = "application/x-npy";
pub(crate) const PNG: &str = "image/png";
pub(crate) const GEOJSON: &str = "application/geo+json";

/// A Zarr store of a format.
pub(crate) fn zarr(format: u8) -> String {
    format!("application/vnd.zarr; version={format}")
}
