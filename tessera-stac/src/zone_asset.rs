//! The tile's part of a zone store as an asset.

use crate::asset_json::{AssetJson, ZarrGroup};
use crate::cube::{Arrays, Cube};
use crate::{Location, TileRecord, address, media_type};

/// The group of a zone store that holds a tile among others: all years of a UTM zone, embeddings (time, band, y, x) and
/// scales (time, y, x). It is described by the part that is the tile.
///
/// ```
/// use tessera_stac::{Location, ZoneAsset};
///
/// let zone = ZoneAsset::new(Location::url("s3://tessera/v1/zones.zarr/utm31")?).consolidated(true);
/// assert_eq!(zone.location().as_str(), "s3://tessera/v1/zones.zarr/utm31");
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneAsset {
    location: Location,
    consolidated: Option<bool>,
}

impl ZoneAsset {
    /// The key of the asset in an item.
    pub const KEY: &'static str = "zone";
    pub(crate) const TITLE: &'static str = "TESSERA embeddings, whole UTM zone";
    pub(crate) const FORMAT: u8 = 3;
    pub(crate) const MEDIA_TYPE: &'static str = media_type::ZARR_3;

    /// The group of the tile's zone, as `utm31` in its store.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self { location, consolidated: None }
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

    pub(crate) fn is_consolidated(&self) -> Option<bool> {
        self.consolidated
    }

    /// With what another description of the same group says, where this one does not.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.consolidated = self.consolidated.or(other.consolidated);
        self
    }

    /// Where the store lies that the group belongs to.
    pub(crate) fn store(&self) -> Option<Location> {
        let folder = address::parent(self.location.as_str())?;
        Location::url(folder.strip_suffix('/')?).ok()
    }

    pub(crate) fn asset(&self, record: &TileRecord, href: String) -> AssetJson<'_> {
        // An asset has the item's projection unless it says otherwise: a zone store counts northings from the equator
        // in both hemispheres.
        let grid = record.grid().northern();
        let moved = grid.zone() != record.grid().zone();
        let bounds = grid.bounds();
        AssetJson {
            zarr: Some(ZarrGroup::new(Self::FORMAT, self.consolidated)),
            cube: Some(Cube::new(record, Arrays::Zone)),
            code: moved.then(|| grid.zone().to_string()),
            transform: moved.then(|| grid.transform()),
            bbox: moved.then(|| [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]),
            ..AssetJson::new(href, Self::TITLE, Self::MEDIA_TYPE, &["data"])
        }
    }
}
