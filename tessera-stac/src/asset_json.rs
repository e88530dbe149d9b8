//! An asset of an item as JSON.

use serde::Serialize;

use crate::cube::Cube;

/// An asset of an item as JSON: all that any of ours can say, in this order.
#[derive(Debug, Serialize)]
pub(crate) struct AssetJson<'a> {
    pub(crate) href: String,
    pub(crate) title: &'static str,
    pub(crate) r#type: &'static str,
    pub(crate) roles: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_type: Option<&'static str>,
    #[serde(flatten)]
    pub(crate) zarr: Option<ZarrGroup>,
    #[serde(rename = "file:size", skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(flatten)]
    pub(crate) cube: Option<Cube>,
    #[serde(rename = "proj:code", skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(rename = "proj:shape", skip_serializing_if = "Option::is_none")]
    pub(crate) shape: Option<[u32; 2]>,
    #[serde(rename = "proj:transform", skip_serializing_if = "Option::is_none")]
    pub(crate) transform: Option<[f64; 6]>,
    #[serde(rename = "proj:bbox", skip_serializing_if = "Option::is_none")]
    pub(crate) bbox: Option<[f64; 4]>,
    #[serde(rename = "storage:refs", skip_serializing_if = "Option::is_none")]
    pub(crate) storage: Option<[&'a str; 1]>,
}

/// What the zarr extension says of a group.
#[derive(Debug, Serialize)]
pub(crate) struct ZarrGroup {
    #[serde(rename = "zarr:node_type")]
    node_type: &'static str,
    #[serde(rename = "zarr:zarr_format")]
    format: u8,
    #[serde(rename = "zarr:consolidated", skip_serializing_if = "Option::is_none")]
    consolidated: Option<bool>,
}

impl ZarrGroup {
    pub(crate) fn new(format: u8, consolidated: Option<bool>) -> Self {
        Self { node_type: "group", format, consolidated }
    }
}

impl AssetJson<'_> {
    /// An asset of which no more is said.
    pub(crate) fn new(
        href: String,
        title: &'static str,
        media_type: &'static str,
        roles: &'static [&'static str],
    ) -> Self {
        Self {
            href,
            title,
            r#type: media_type,
            roles,
            data_type: None,
            zarr: None,
            size: None,
            cube: None,
            code: None,
            shape: None,
            transform: None,
            bbox: None,
            storage: None,
        }
    }
}
