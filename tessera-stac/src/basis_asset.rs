//! The basis of a tile's picture as an asset.

use crate::asset_json::AssetJson;
use crate::{Location, media_type};

/// A JSON file with the basis and stretch that the picture of a tile was made with.
///
/// ```
/// use tessera_stac::{BasisAsset, Location};
///
/// let basis = BasisAsset::new(Location::file("/data/grid_0.15_52.05.basis.json")?).size(15_311);
/// assert!(basis.location().is_file());
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisAsset {
    location: Location,
    size: Option<u64>,
}

impl BasisAsset {
    /// The key of the asset in an item.
    pub const KEY: &'static str = "basis";
    pub(crate) const TITLE: &'static str = "Basis of the preview";

    /// The file at this place.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self { location, size: None }
    }

    /// The size of the file in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Where it lies.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn file_size(&self) -> Option<u64> {
        self.size
    }

    pub(crate) fn has_size(&self) -> bool {
        self.size.is_some()
    }

    /// With what another description of the same file says, where this one does not.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.size = self.size.or(other.size);
        self
    }

    pub(crate) fn asset(&self, href: String) -> AssetJson<'_> {
        AssetJson { size: self.size, ..AssetJson::new(href, Self::TITLE, media_type::JSON, &["metadata"]) }
    }
}
