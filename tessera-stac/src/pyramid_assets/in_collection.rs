//! Pyramids as a collection tells them.

use serde_json::{Value, json};
use stac::{Asset, Link};

use super::PyramidAssets;
use crate::{Location, PmtilesAsset, Site, media_type};

/// Relations of links to web maps, of the web-map-links extension.
pub(crate) const WEB_MAPS: [&str; 3] = ["pmtiles", "xyz", "tilejson"];
/// What to call each of them for a reader.
const TITLE: &str = "Picture of the year: principal components as red, green and blue";

impl PyramidAssets {
    /// The links of a file to web maps: relation, address, media type.
    pub(crate) fn web_maps(&self, site: &Site, from: &str) -> Vec<(&'static str, String, &'static str)> {
        let mut links = Vec::new();
        if let Some(archive) = &self.pmtiles {
            links.push(("pmtiles", site.asset_href(from, archive.location()), media_type::PMTILES));
        }
        if let Some(folder) = &self.map_tiles {
            let folder = site.asset_href(from, folder);
            links.push(("xyz", format!("{folder}/{}", Self::TEMPLATE), media_type::PNG));
            links.push(("tilejson", format!("{folder}/{}", Self::TILEJSON), media_type::JSON));
        }
        links
    }

    /// The same as links.
    pub(crate) fn links(&self, site: &Site, from: &str) -> Vec<Link> {
        let link = |(rel, href, media_type): (&str, String, &str)| {
            Link::new(href, rel).r#type(media_type.to_owned()).title(TITLE.to_owned())
        };
        self.web_maps(site, from).into_iter().map(link).collect()
    }

    /// The assets of a file, by their keys.
    pub(crate) fn assets(&self, site: &Site, from: &str) -> Vec<(&'static str, Asset)> {
        let asset = |location: &Location, media_type: &str, roles: &[&str], title: &str, fields: Value| {
            let mut asset = Asset::new(site.asset_href(from, location));
            asset.r#type = Some(media_type.to_owned());
            asset.roles = roles.iter().map(|&role| role.to_owned()).collect();
            asset.title = Some(title.to_owned());
            asset.additional_fields = fields.as_object().cloned().unwrap_or_default();
            if let Some(scheme) = site.storage_of(location) {
                asset.additional_fields.insert("storage:refs".to_owned(), json!([scheme.name()]));
            }
            asset
        };
        let size = |bytes: Option<u64>| bytes.map_or_else(|| json!({}), |bytes| json!({"file:size": bytes}));
        let pmtiles = self.pmtiles.as_ref().map(|archive| {
            let (place, fields) = (archive.location(), size(archive.file_size()));
            let asset = asset(place, media_type::PMTILES, &["overview", "visual"], TITLE, fields);
            (PmtilesAsset::KEY, asset)
        });
        let group = self.group.as_ref().map(|group| {
            let title = "Picture of the year as a Zarr pyramid, EPSG:4326";
            let fields = json!({"zarr:node_type": "group", "zarr:zarr_format": 3});
            (Self::GROUP_KEY, asset(group, media_type::ZARR_3, &["overview"], title, fields))
        });
        let basis = self.basis.as_ref().map(|basis| {
            let (title, fields) = ("Basis of the picture of the year", size(basis.file_size()));
            (Self::BASIS_KEY, asset(basis.location(), media_type::JSON, &["metadata"], title, fields))
        });
        [pmtiles, group, basis].into_iter().flatten().collect()
    }
}
