//! An NPY tile as two assets.

use serde_json::json;
use stac::{Asset, DataType};

use crate::cube::{self, Arrays};
use crate::{Location, TileRecord, media_type};

/// A tile as two NPY files: int8 embeddings (rows, cols, channels) and float32 scales (rows, cols) or
/// (rows, cols, channels).
///
/// ```
/// use tessera_stac::{Location, NpyTile};
///
/// let folder = "/data/2024/grid_0.15_52.05/grid_0.15_52.05";
/// let embeddings = Location::file(format!("{folder}.npy"))?;
/// let scales = Location::file(format!("{folder}_scales.npy"))?;
/// let tile = NpyTile::new(embeddings, scales).sizes(106_282_496, 3_321_452);
/// assert!(tile.scales().is_file());
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpyTile {
    embeddings: Location,
    scales: Location,
    sizes: Option<[u64; 2]>,
}

impl NpyTile {
    /// The key of the embeddings in an item.
    pub const EMBEDDINGS_KEY: &'static str = "embeddings_npy";
    /// The key of the scales in an item.
    pub const SCALES_KEY: &'static str = "scales_npy";

    /// The two files.
    #[must_use]
    pub fn new(embeddings: Location, scales: Location) -> Self {
        Self { embeddings, scales, sizes: None }
    }

    /// The sizes of the files in bytes.
    #[must_use]
    pub fn sizes(mut self, embeddings: u64, scales: u64) -> Self {
        self.sizes = Some([embeddings, scales]);
        self
    }

    /// Where the embeddings lie.
    #[must_use]
    pub fn embeddings(&self) -> &Location {
        &self.embeddings
    }

    /// Where the scales lie.
    #[must_use]
    pub fn scales(&self) -> &Location {
        &self.scales
    }

    pub(crate) fn has_sizes(&self) -> bool {
        self.sizes.is_some()
    }

    pub(crate) fn embeddings_asset(&self, record: &TileRecord, href: String) -> Asset {
        let size = self.sizes.map(|[size, _]| size);
        file(record, href, Arrays::Embeddings, size)
    }

    pub(crate) fn scales_asset(&self, record: &TileRecord, href: String) -> Asset {
        let size = self.sizes.map(|[_, size]| size);
        file(record, href, Arrays::Scales, size)
    }
}

fn file(record: &TileRecord, href: String, arrays: Arrays, size: Option<u64>) -> Asset {
    let mut asset = Asset::new(href).role("data");
    let (title, data_type) = if arrays == Arrays::Scales {
        ("TESSERA scales, NPY", DataType::Float32)
    } else {
        ("TESSERA embeddings, NPY", DataType::Int8)
    };
    asset.title = Some(title.to_owned());
    asset.r#type = Some(media_type::NPY.to_owned());
    asset.data_type = Some(data_type);
    if let Some(size) = size {
        asset.additional_fields.insert("file:size".to_owned(), json!(size));
    }
    asset.additional_fields.extend(cube::fields(record, arrays));
    asset
}
