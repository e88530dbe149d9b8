//! The item of a tile.

use std::io::Write;

use chrono::{DateTime, TimeZone, Utc};
use stac::Item;
use tessera_core::{DatasetVersion, Year};

use crate::item_json::ItemJson;
use crate::item_place::ItemPlace;
use crate::{Site, TileRecord};

/// Why there is no item of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// No file holds the tile.
    #[error(
        "{id} has no tile store, no NPY tile and no zone store: expected at least one, which the item would point at"
    )]
    NoData {
        /// The id of the item.
        id: String,
    },
    /// Its JSON is not that of an item, which no record brings about.
    #[error("the JSON of {id} is not that of an item: {why}")]
    Json {
        /// The id of the item.
        id: String,
        /// What the serializer or parser said.
        why: String,
    },
}

impl TileRecord {
    /// The item in a catalogue at this site, at [`item_path`](crate::item_path): linked to its root, parent and
    /// collection.
    ///
    /// # Errors
    /// [`ItemError::NoData`].
    pub fn item_in(&self, site: &Site) -> Result<Item, ItemError> {
        self.item(ItemPlace::InCatalog(site))
    }

    /// The item by itself, of no catalogue, as a file `<id>.json` in the site's folder.
    ///
    /// # Errors
    /// [`ItemError::NoData`].
    pub fn item_alone(&self, site: &Site) -> Result<Item, ItemError> {
        self.item(ItemPlace::Alone(site))
    }

    /// Appends the JSON of [`item_in`](Self::item_in) on one line, with a line break at its end: the bytes that
    /// [`to_json`](crate::to_json) makes of it, some ten times as fast.
    ///
    /// ```
    /// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
    /// use tessera_stac::{Location, Site, TileRecord, TileStore, to_json};
    ///
    /// let (site, tile) = (Site::folder("/data/catalogue")?, "grid_0.15_52.05".parse()?);
    /// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?)
    ///     .store(TileStore::new(Location::file("/data/stores/grid_0.15_52.05.zarr")?, 3)?);
    /// let mut lines = Vec::new();
    /// record.write_item_in(&site, &mut lines)?;
    /// assert_eq!(lines, to_json(&record.item_in(&site)?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ItemError::NoData`]; nothing is appended.
    pub fn write_item_in(&self, site: &Site, out: &mut Vec<u8>) -> Result<(), ItemError> {
        self.write_item(ItemPlace::InCatalog(site), out)
    }

    /// Appends the JSON of the item as a STAC API at the address `api` answers with it, with a line break at its end:
    /// linked to itself at `<api>/collections/<collection>/items/<id>`, to its collection, and to the API as its root.
    ///
    /// Links to files are absolute: those near the site's folder below its base address, where it has one; else, and all
    /// others, as they are.
    ///
    /// ```
    /// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
    /// use tessera_stac::{Location, Site, TileRecord, TileStore, stac::Item};
    ///
    /// let site = Site::folder("/data/catalogue")?.base_url("https://example.org/catalogue")?;
    /// let tile: TileId = "grid_0.15_52.05".parse()?;
    /// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?)
    ///     .store(TileStore::new(Location::file("/data/catalogue/stores/grid_0.15_52.05.zarr")?, 3)?);
    /// let mut answer = Vec::new();
    /// record.write_item_in_api(&site, "https://example.org/api", &mut answer)?;
    /// let item: Item = serde_json::from_slice(&answer)?;
    /// assert_eq!(item.links[1].href, "https://example.org/api/collections/tessera-v1-2024");
    /// assert_eq!(item.assets["embeddings"].href, "https://example.org/catalogue/stores/grid_0.15_52.05.zarr");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ItemError::NoData`]; nothing is appended.
    pub fn write_item_in_api(&self, site: &Site, api: &str, out: &mut Vec<u8>) -> Result<(), ItemError> {
        self.write_item(ItemPlace::InApi(site, api), out)
    }

    fn write_item(&self, at: ItemPlace<'_>, out: &mut Vec<u8>) -> Result<(), ItemError> {
        let json = ItemJson::new(self, at)?;
        let start = out.len();
        let written = serde_json::to_writer(&mut *out, &json).map_err(|cause| cause.to_string());
        let written = written.and_then(|()| out.write_all(b"\n").map_err(|cause| cause.to_string()));
        written.map_err(|why| {
            out.truncate(start);
            ItemError::Json { id: self.id(), why }
        })
    }

    fn item(&self, at: ItemPlace<'_>) -> Result<Item, ItemError> {
        let mut json = Vec::new();
        self.write_item(at, &mut json)?;
        serde_json::from_slice(&json)
            .map_err(|cause| ItemError::Json { id: self.id(), why: cause.to_string() })
    }
}

/// `-99.95_80.05`: the place in the name of a tile.
pub(crate) fn place(record: &TileRecord) -> String {
    place_in(&record.id()).to_owned()
}

/// The place in the id of an item: between `grid_` and the year.
pub(crate) fn place_in(id: &str) -> &str {
    let name = id.rsplit_once('_').map_or(id, |(name, _)| name);
    name.trim_start_matches("grid_")
}

/// What to call a tile for a reader.
pub(crate) fn title(record: &TileRecord) -> String {
    title_at(record, &place(record))
}

/// What to call a tile, of which the place is known.
pub(crate) fn title_at(record: &TileRecord, place: &str) -> String {
    let (lon, lat) = place.split_once('_').unwrap_or_default();
    format!("{} {} {lon} {lat}", dataset_title(record.version()), record.year())
}

/// What to call the dataset for a reader.
pub(crate) fn dataset_title(version: &DatasetVersion) -> String {
    match version {
        DatasetVersion::Named(name) => format!("TESSERA {name}"),
        _ => "TESSERA".to_owned(),
    }
}

/// The version of the dataset, as a number where its name has one; nothing where it is unknown.
pub(crate) fn version_text(version: &DatasetVersion) -> Option<String> {
    match version {
        DatasetVersion::Named(name) => Some(version.number().unwrap_or_else(|| name.clone())),
        _ => None,
    }
}

/// The first and the last second of a year. Both exist in every year.
pub(crate) fn interval(year: Year) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let number = i32::from(year.number());
    (
        Utc.with_ymd_and_hms(number, 1, 1, 0, 0, 0).single(),
        Utc.with_ymd_and_hms(number, 12, 31, 23, 59, 59).single(),
    )
}
