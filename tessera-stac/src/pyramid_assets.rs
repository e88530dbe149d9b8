//! The pyramids of a year's picture as links and assets of its collection.

use crate::{BasisAsset, Location, PmtilesAsset};

mod in_collection;
mod in_index;

pub(crate) use in_collection::WEB_MAPS;

/// The pyramids of pictures of a year, each kind once or not at all: a PMTiles archive and a folder of map tiles, both of
/// which web maps show, a Zarr group, and the basis that they were made with.
///
/// A collection tells the first two by links of the [web-map-links] extension: `pmtiles`; `xyz`, and `tilejson` for the
/// file that describes the folder. The archive, the group and the basis are assets too.
///
/// [web-map-links]: https://github.com/stac-extensions/web-map-links
///
/// ```
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{Credits, Location, PmtilesAsset, PyramidAssets, Site, TileRecord, TileStore, YearContents};
///
/// let (site, year) = (Site::folder("/data/catalogue")?, Year::new(2024)?);
/// let tile: TileId = "grid_0.15_52.05".parse()?;
/// let record = TileRecord::new(tile, year, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
/// let mut contents = YearContents::new(year, DatasetVersion::named("v1"));
/// contents.add(&record.store(TileStore::new(Location::file("/data/a.zarr")?, 3)?), &site)?;
///
/// let pyramids = PyramidAssets::default()
///     .pmtiles(PmtilesAsset::new(Location::file("/data/pictures/2024.pmtiles")?).size(48_213_190))
///     .map_tiles(Location::file("/data/pictures/2024")?);
/// contents.set_pyramids(pyramids, &site);
/// let collection = tessera_stac::year_collection(&contents, &site, &Credits::default());
/// let href = |rel: &str| collection.links.iter().find(|link| link.rel == rel).map(|link| link.href.to_string());
/// assert_eq!(href("pmtiles").as_deref(), Some("../../pictures/2024.pmtiles"));
/// assert_eq!(href("xyz").as_deref(), Some("../../pictures/2024/{z}/{x}/{y}.png"));
/// assert_eq!(collection.assets["pyramid"].href, "../../pictures/2024.pmtiles");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PyramidAssets {
    pub(crate) pmtiles: Option<PmtilesAsset>,
    pub(crate) map_tiles: Option<Location>,
    pub(crate) group: Option<Location>,
    pub(crate) basis: Option<BasisAsset>,
}

impl PyramidAssets {
    /// The key of the asset of a Zarr group.
    pub const GROUP_KEY: &'static str = "global_rgb";
    /// The key of the asset of a basis.
    pub const BASIS_KEY: &'static str = "pyramid_basis";
    /// The file that describes a folder of map tiles, in it.
    pub const TILEJSON: &'static str = "tilejson.json";
    /// Where a map tile lies below the folder.
    pub const TEMPLATE: &'static str = "{z}/{x}/{y}.png";

    /// An archive of map tiles, PNG in Web Mercator.
    #[must_use]
    pub fn pmtiles(mut self, archive: PmtilesAsset) -> Self {
        self.pmtiles = Some(archive);
        self
    }

    /// A folder of map tiles, PNG in Web Mercator, at [`TEMPLATE`](Self::TEMPLATE) below it; described by
    /// [`TILEJSON`](Self::TILEJSON) in it.
    #[must_use]
    pub fn map_tiles(mut self, folder: Location) -> Self {
        self.map_tiles = Some(folder);
        self
    }

    /// A Zarr V3 group with multiscales, as the `global_rgb` of a store.
    #[must_use]
    pub fn group(mut self, group: Location) -> Self {
        self.group = Some(group);
        self
    }

    /// The file with the basis and stretch that the pictures were made with.
    #[must_use]
    pub fn basis(mut self, basis: BasisAsset) -> Self {
        self.basis = Some(basis);
        self
    }

    /// With what `other` has and this has not.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            pmtiles: self.pmtiles.or(other.pmtiles),
            map_tiles: self.map_tiles.or(other.map_tiles),
            group: self.group.or(other.group),
            basis: self.basis.or(other.basis),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where they lie, by what a message calls them, with the sizes of files that are known.
    pub(crate) fn locations(&self) -> impl Iterator<Item = (&'static str, &Location, Option<u64>)> {
        let pmtiles = self.pmtiles.as_ref().map(|a| (PmtilesAsset::KEY, a.location(), a.file_size()));
        let map_tiles = self.map_tiles.as_ref().map(|folder| ("map tiles", folder, None));
        let group = self.group.as_ref().map(|group| (Self::GROUP_KEY, group, None));
        let basis = self.basis.as_ref().map(|b| (Self::BASIS_KEY, b.location(), b.file_size()));
        [pmtiles, map_tiles, group, basis].into_iter().flatten()
    }
}
