//! The item of a tile.

use chrono::{DateTime, TimeZone, Utc};
use serde_json::{Map, Value, json};
use stac::{Asset, Bbox, Item, Link};
use tessera_core::{DatasetVersion, PIXEL_SIZE, Year};

use crate::storage::schemes_json;
use crate::{
    Block, CATALOG_PATH, Location, NpyTile, Preview, Site, TileRecord, TileStore, block_path, collection_id,
    collection_path, extension, item_path,
};

/// Why there is no item of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// No file holds the tile.
    #[error("{id} has no tile store and no NPY tile: expected at least one, which the item would point at")]
    NoData {
        /// The id of the item.
        id: String,
    },
}

impl TileRecord {
    /// The item in a catalogue at this site, at [`item_path`]: linked to its root, parent and collection.
    ///
    /// # Errors
    /// [`ItemError::NoData`].
    pub fn item_in(&self, site: &Site) -> Result<Item, ItemError> {
        let path = item_path(self.tile(), self.year());
        let block = block_path(self.year(), Block::of_tile(self.tile()));
        let mut links = vec![
            Link::root(site.href(&path, CATALOG_PATH)),
            Link::parent(site.href(&path, &block)),
            Link::collection(site.href(&path, &collection_path(self.year()))),
        ];
        if site.is_absolute() {
            links.push(Link::self_(site.href(&path, &path)).geojson());
        }
        let mut item = self.item(site, &path, links)?;
        item.collection = Some(collection_id(self.version(), self.year()));
        Ok(item)
    }

    /// The item by itself, of no catalogue, as a file `<id>.json` in the site's folder.
    ///
    /// # Errors
    /// [`ItemError::NoData`].
    pub fn item_alone(&self, site: &Site) -> Result<Item, ItemError> {
        let path = format!("{}.json", self.id());
        let links = if site.is_absolute() {
            vec![Link::self_(site.href(&path, &path)).geojson()]
        } else {
            Vec::new()
        };
        self.item(site, &path, links)
    }

    /// The item as a file at `path` below the site.
    fn item(&self, site: &Site, path: &str, mut links: Vec<Link>) -> Result<Item, ItemError> {
        if self.tile_store().is_none() && self.npy_tile().is_none() {
            return Err(ItemError::NoData { id: self.id() });
        }
        let mut item = Item::new(self.id());
        let cell = self.tile().bounds();
        let bbox = Bbox::new(cell.min().x, cell.min().y, cell.max().x, cell.max().y);
        let mut geometry = bbox.to_geometry();
        geometry.bbox = None;
        (item.bbox, item.geometry) = (Some(bbox), Some(geometry));

        item.properties.datetime = None;
        (item.properties.start_datetime, item.properties.end_datetime) = interval(self.year());
        item.properties.title = Some(title(self));
        item.properties.created = self.created_text().map(str::to_owned);
        item.properties.additional_fields = self.fields();

        let mut used = Vec::new();
        for (key, location, mut asset) in self.assets(site, path) {
            if let Some(scheme) = site.storage_of(location) {
                asset.additional_fields.insert("storage:refs".to_owned(), json!([scheme.name()]));
                used.push(scheme);
            }
            item.assets.insert(key.to_owned(), asset);
        }
        if !used.is_empty() {
            item.properties.additional_fields.insert("storage:schemes".to_owned(), schemes_json(used));
        }

        if let Some(store) = self.tile_store() {
            let link = Link::new(site.asset_href(path, store.location()), "store");
            links.push(link.r#type(store.media_type()).title("Zarr store".to_owned()));
        }
        item.links = links;
        item.extensions = self.extensions(&item);
        Ok(item)
    }

    /// The key, place and description of each file.
    fn assets(&self, site: &Site, path: &str) -> Vec<(&'static str, &Location, Asset)> {
        let href = |location: &Location| site.asset_href(path, location);
        let mut assets = Vec::new();
        if let Some(store) = self.tile_store() {
            let at = store.location();
            assets.push((TileStore::KEY, at, store.asset(self, href(at))));
        }
        if let Some(npy) = self.npy_tile() {
            let (embeddings, scales) = (npy.embeddings(), npy.scales());
            assets.push((NpyTile::EMBEDDINGS_KEY, embeddings, npy.embeddings_asset(self, href(embeddings))));
            assets.push((NpyTile::SCALES_KEY, scales, npy.scales_asset(self, href(scales))));
        }
        if let Some(preview) = self.picture() {
            let at = preview.location();
            assets.push((Preview::KEY, at, preview.asset(self.grid(), href(at))));
        }
        assets
    }

    /// The properties that are not STAC's own.
    fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
        put("gsd", json!(PIXEL_SIZE));
        put("grid:code", json!(format!("TESSERA-{}", place(self))));
        if let Some(number) = version_text(self.version()) {
            put("version", json!(number));
        }
        if !self.software_used().is_empty() {
            put("processing:software", json!(self.software_used()));
        }
        let (grid, bounds) = (self.grid(), self.grid().bounds());
        put("proj:code", json!(grid.zone().to_string()));
        put("proj:shape", json!([grid.rows(), grid.cols()]));
        put("proj:transform", json!(grid.transform()));
        put("proj:bbox", json!([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]));
        fields
    }

    fn extensions(&self, item: &Item) -> Vec<String> {
        let said = |key: &str| item.properties.additional_fields.contains_key(key);
        let sized =
            self.npy_tile().is_some_and(NpyTile::has_sizes) || self.picture().is_some_and(Preview::has_size);
        extension::used([
            (extension::PROJECTION, true),
            (extension::DATACUBE, true),
            (extension::ZARR, self.tile_store().is_some()),
            (extension::GRID, true),
            (extension::STORAGE, said("storage:schemes")),
            (extension::VERSION, said("version")),
            (extension::PROCESSING, said("processing:software")),
            (extension::FILE, sized),
        ])
    }
}

/// `-99.95_80.05`: the place in the name of a tile.
fn place(record: &TileRecord) -> String {
    record.tile().to_string().trim_start_matches("grid_").to_owned()
}

fn title(record: &TileRecord) -> String {
    let place = place(record).replace('_', " ");
    format!("{} {} {place}", dataset_title(record.version()), record.year())
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
