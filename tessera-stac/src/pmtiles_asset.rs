//! A PMTiles archive of a year's picture as an asset.

use crate::Location;

/// A PMTiles archive with the picture of a year: web map tiles in one file, of which readers ask for ranges of bytes.
///
/// ```
/// use tessera_stac::{Location, PmtilesAsset};
///
/// let archive = PmtilesAsset::new(Location::url("https://example.org/v1/2024.pmtiles")?).size(48_213_190);
/// assert_eq!(archive.location().as_str(), "https://example.org/v1/2024.pmtiles");
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PmtilesAsset {
    location: Location,
    size: Option<u64>,
}

impl PmtilesAsset {
    /// The key of the asset in a collection.
    pub const KEY: &'static str = "pyramid";

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
}
