//! An NPY tile as two assets.

use crate::asset_json::AssetJson;
use crate::cube::{Arrays, Cube};
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
    pub(crate) const EMBEDDINGS_TITLE: &'static str = "TESSERA embeddings, NPY";
    pub(crate) const SCALES_TITLE: &'static str = "TESSERA scales, NPY";

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

    pub(crate) fn file_sizes(&self) -> Option<[u64; 2]> {
        self.sizes
    }

    pub(crate) fn has_sizes(&self) -> bool {
        self.sizes.is_some()
    }

    /// With what another description of the same files says, where this one does not.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.sizes = self.sizes.or(other.sizes);
        self
    }

    pub(crate) fn embeddings_asset(&self, record: &TileRecord, href: String) -> AssetJson<'_> {
        AssetJson {
            data_type: Some("int8"),
            size: self.sizes.map(|[size, _]| size),
            cube: Some(Cube::new(record, Arrays::Embeddings)),
            ..AssetJson::new(href, Self::EMBEDDINGS_TITLE, media_type::NPY, &["data"])
        }
    }

    pub(crate) fn scales_asset(&self, record: &TileRecord, href: String) -> AssetJson<'_> {
        AssetJson {
            data_type: Some("float32"),
            size: self.sizes.map(|[_, size]| size),
            cube: Some(Cube::new(record, Arrays::Scales)),
            ..AssetJson::new(href, Self::SCALES_TITLE, media_type::NPY, &["data"])
        }
    }
}
