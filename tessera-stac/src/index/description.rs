//! What an index says of itself in its footer.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tessera_core::DatasetVersion;

use crate::extent::hull;
use crate::parquet_file::ParquetFile;
use crate::{CatalogOptions, IndexError, Site, YearContents, collection_id, index_path};

/// Goes up when an index of the same tiles comes to be another.
pub(super) const FORMAT: u32 = 1;
/// The version of stac-geoparquet.
const STAC_GEOPARQUET: &str = "1.1.0";
/// The key of our own description.
pub(super) const KEY: &str = "tessera";

/// Our own description of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Description {
    pub(super) index: u32,
    pub(super) year: String,
    /// Nothing where the dataset version is unknown.
    dataset: Option<String>,
    pub(super) tiles: usize,
    /// The address that links begin with, where they are absolute.
    pub(super) base_url: Option<String>,
    /// Whether there is a file for each item.
    pub(super) items: bool,
    /// The pyramids of pictures of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pyramids: Option<Value>,
}

impl Description {
    pub(super) fn read(file: &ParquetFile) -> Result<Self, IndexError> {
        let text = file.said(KEY).ok_or_else(|| IndexError::format(&file.path, "it is another program's"))?;
        let said: Value =
            serde_json::from_str(text).map_err(|cause| IndexError::format(&file.path, cause))?;
        // Another version may say other things: its number comes first.
        if said["index"] != FORMAT {
            let got = said["index"].to_string();
            return Err(IndexError::Version { path: file.path.clone(), got, expected: FORMAT });
        }
        serde_json::from_value(said).map_err(|cause| IndexError::format(&file.path, cause))
    }

    pub(super) fn version(&self) -> DatasetVersion {
        self.dataset.as_deref().map_or(DatasetVersion::Unknown, DatasetVersion::named)
    }
}

/// What the index of a year says, by key: GeoParquet 1.1, stac-geoparquet 1.1 and our own description.
pub(crate) fn description(
    contents: &YearContents,
    collection: &Value,
    options: &CatalogOptions,
    site: &Site,
) -> Vec<(String, String)> {
    let bounds = hull(contents.tiles()).map(|[west, south, east, north]| json!([west, south, east, north]));
    let edge = |name: &str| json!(["bbox", name]);
    let geo = json!({
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {
            "encoding": "WKB",
            "geometry_types": ["Polygon"],
            "orientation": "counterclockwise",
            "bbox": bounds,
            "covering": {"bbox": {"xmin": edge("xmin"), "ymin": edge("ymin"), "xmax": edge("xmax"), "ymax": edge("ymax")}},
        }},
    });
    let id = collection_id(contents.version(), contents.year());
    let mirrored = json!({"version": STAC_GEOPARQUET, "collections": {id: collection}});
    let dataset = match contents.version() {
        DatasetVersion::Named(name) => Some(name.clone()),
        _ => None,
    };
    let own = Description {
        index: FORMAT,
        year: contents.year().to_string(),
        dataset,
        tiles: contents.len(),
        base_url: options.base_url.clone(),
        items: options.items,
        pyramids: contents.pyramids().to_json(site, &index_path(contents.year())),
    };
    let own = json!(own);
    [("geo", geo), ("stac-geoparquet", mirrored), (KEY, own)]
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .into()
}
