//! Pyramids as an index keeps them.

use serde_json::{Map, Value, json};

use super::PyramidAssets;
use crate::{BasisAsset, LocationError, PmtilesAsset, Site};

impl PyramidAssets {
    /// As text of an index, whose links lead from this file. Nothing where there is none.
    pub(crate) fn to_json(&self, site: &Site, from: &str) -> Option<Value> {
        let mut text = Map::new();
        for (key, location, size) in self.locations() {
            let mut entry = json!({"href": site.asset_href(from, location)});
            if let Some(bytes) = size {
                entry["size"] = json!(bytes);
            }
            text.insert(key.to_owned(), entry);
        }
        (!text.is_empty()).then(|| text.into())
    }

    /// As [`to_json`](Self::to_json) wrote it. What has no link is passed over.
    ///
    /// # Errors
    /// A link that leads where it must not.
    pub(crate) fn of_json(text: &Value, site: &Site, from: &str) -> Result<Self, LocationError> {
        let place = |key: &str| {
            let href = text[key]["href"].as_str();
            href.map(|href| site.resolve(from, href)).transpose()
        };
        let size = |key: &str| text[key]["size"].as_u64();
        let pmtiles = place(PmtilesAsset::KEY)?.map(PmtilesAsset::new);
        let basis = place(Self::BASIS_KEY)?.map(BasisAsset::new);
        Ok(Self {
            pmtiles: pmtiles.map(|asset| size(PmtilesAsset::KEY).into_iter().fold(asset, PmtilesAsset::size)),
            map_tiles: place("map tiles")?,
            group: place(Self::GROUP_KEY)?,
            basis: basis.map(|asset| size(Self::BASIS_KEY).into_iter().fold(asset, BasisAsset::size)),
        })
    }
}
