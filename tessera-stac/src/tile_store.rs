//! A tile store as an asset.

use crate::asset_json::{AssetJson, ZarrGroup};
use crate::cube::{Arrays, Cube};
use crate::{Location, TileRecord, media_type};

/// A tile as a Zarr group with the arrays `embeddings` and `scales`.
///
/// ```
/// use tessera_stac::{Location, TileStore};
///
/// let store = TileStore::new(Location::url("s3://tessera/v1/2024/grid_0.15_52.05.zarr")?, 3)?.consolidated(true);
/// assert_eq!(store.media_type(), "application/vnd.zarr; version=3");
/// assert!(TileStore::new(Location::file("x.zarr")?, 4).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileStore {
    location: Location,
    format: u8,
    consolidated: Option<bool>,
}

/// A store that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{location}: Zarr format {format} does not exist: expected 2 or 3")]
#[non_exhaustive]
pub struct TileStoreError {
    /// Where the store lies.
    pub location: Location,
    /// The format as given.
    pub format: u8,
}

impl TileStore {
    /// The key of the asset in an item.
    pub const KEY: &'static str = "embeddings";
    pub(crate) const TITLE: &'static str = "TESSERA embeddings";

    /// A store with its group here, of Zarr format 2 or 3.
    ///
    /// # Errors
    /// Any other format.
    pub fn new(location: Location, format: u8) -> Result<Self, TileStoreError> {
        if matches!(format, 2 | 3) {
            Ok(Self { location, format, consolidated: None })
        } else {
            Err(TileStoreError { location, format })
        }
    }

    /// Whether the metadata of its arrays is gathered in the group. Left out of the item where nobody said.
    #[must_use]
    pub fn consolidated(mut self, consolidated: bool) -> Self {
        self.consolidated = Some(consolidated);
        self
    }

    /// Where the group lies.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The Zarr format, 2 or 3.
    #[must_use]
    pub fn format(&self) -> u8 {
        self.format
    }

    pub(crate) fn is_consolidated(&self) -> Option<bool> {
        self.consolidated
    }

    /// The media type.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        media_type::zarr_group(self.format)
    }

    /// With what another description of the same store says, where this one does not.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.consolidated = self.consolidated.or(other.consolidated);
        self
    }

    pub(crate) fn asset(&self, record: &TileRecord, href: String) -> AssetJson<'_> {
        AssetJson {
            zarr: Some(ZarrGroup::new(self.format, self.consolidated)),
            cube: Some(Cube::new(record, Arrays::Tile)),
            ..AssetJson::new(href, Self::TITLE, self.media_type(), &["data"])
        }
    }
}
