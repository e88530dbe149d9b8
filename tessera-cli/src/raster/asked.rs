//! What was asked for.

use serde_json::{Value, json};
use tessera_core::{DatasetVersion, Year};

/// What all rasters of one answer share.
pub(crate) struct Asked {
    /// What was asked: a path.
    pub(crate) source: String,
    pub(crate) year: Year,
    pub(crate) version: DatasetVersion,
    /// The numbers of the channels, in their order.
    pub(crate) channels: Vec<usize>,
    /// West, south, east and north of what was asked for, in degrees; west is greater than east across the antimeridian.
    pub(crate) bbox: [f64; 4],
}

impl Asked {
    pub(super) fn json(&self) -> Value {
        json!({
            "source": self.source, "year": self.year.number(), "dataset_version": self.version.to_string(),
            "channels": self.channels, "bbox": self.bbox,
        })
    }

    /// What GeoTIFFs say of it.
    pub(super) fn metadata(&self) -> Vec<(String, String)> {
        let metadata = [("year", self.year.to_string()), ("dataset_version", self.version.to_string())];
        metadata.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// What bands are called.
    pub(super) fn bands(&self) -> Vec<String> {
        self.channels.iter().map(|channel| format!("band_{channel}")).collect()
    }

    /// A title in words.
    pub(super) fn title(&self) -> String {
        let [west, south, east, north] = self.bbox;
        let channels = match self.channels.as_slice() {
            [] => String::new(),
            [only] => format!(", channel {only}"),
            list if list.windows(2).all(|pair| pair[1] == pair[0] + 1) => {
                format!(", channels {}-{}", list[0], list[list.len() - 1])
            }
            list => format!(", channels {}", crate::report::list(list)),
        };
        format!("TESSERA embeddings of {}, {west},{south},{east},{north}{channels}", self.year)
    }
}
