//! The item of a tile as JSON.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use tessera_core::PIXEL_SIZE;

use crate::asset_json::AssetJson;
use crate::item::{place_in, title_at, version_text};
use crate::item_place::{ItemPlace, Surroundings};
use crate::{
    BasisAsset, ItemError, Location, NpyTile, Preview, StorageScheme, TileRecord, TileStore, ZoneAsset,
    extension,
};

/// The item of a tile as JSON: all that an item says, in this order. It is nowhere said again.
#[derive(Debug, Serialize)]
pub(crate) struct ItemJson<'a> {
    r#type: &'static str,
    stac_version: &'static str,
    stac_extensions: Vec<&'static str>,
    id: String,
    geometry: Geometry,
    bbox: [f64; 4],
    properties: Properties<'a>,
    links: Vec<LinkJson>,
    #[serde(serialize_with = "as_map")]
    assets: Vec<(&'static str, AssetJson<'a>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
}

/// The cell: one ring, counter-clockwise from the south-west and closed.
#[derive(Debug, Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: [[[f64; 2]; 5]; 1],
}

#[derive(Debug, Serialize)]
struct Properties<'a> {
    // Always null: a tile is of a whole year.
    datetime: (),
    start_datetime: String,
    end_datetime: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    gsd: f64,
    #[serde(rename = "grid:code")]
    grid_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(rename = "processing:software", skip_serializing_if = "BTreeMap::is_empty")]
    software: &'a BTreeMap<String, String>,
    #[serde(rename = "proj:code")]
    code: String,
    #[serde(rename = "proj:shape")]
    shape: [usize; 2],
    #[serde(rename = "proj:transform")]
    transform: [f64; 6],
    #[serde(rename = "proj:bbox")]
    bbox: [f64; 4],
    #[serde(rename = "storage:schemes", serialize_with = "as_map", skip_serializing_if = "Vec::is_empty")]
    schemes: Vec<(&'a str, &'a StorageScheme)>,
}

/// A link of an item.
#[derive(Debug, Serialize)]
pub(crate) struct LinkJson {
    href: String,
    rel: &'static str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
}

impl LinkJson {
    pub(crate) fn new(rel: &'static str, href: String, media_type: &'static str) -> Self {
        Self { href, rel, r#type: media_type, title: None }
    }
}

fn as_map<S: Serializer, V: Serialize>(entries: &[(&str, V)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}

impl<'a> ItemJson<'a> {
    /// The item of a tile, read here.
    pub(crate) fn new(record: &'a TileRecord, at: ItemPlace<'a>) -> Result<Self, ItemError> {
        if !record.assets().hold_data() {
            return Err(ItemError::NoData { id: record.id() });
        }
        let id = record.id();
        let Surroundings { path, mut links, collection } = at.surroundings(record, &id);
        let href = |location: &Location| at.href(&path, location);
        links.extend(stores(record, href));
        let mut schemes: Vec<(&str, &StorageScheme)> = Vec::new();
        let mut assets = Vec::with_capacity(6);
        describe(record, href, |key, location, mut asset| {
            if let Some(scheme) = at.site().storage_of(location) {
                asset.storage = Some([scheme.name()]);
                if !schemes.iter().any(|(known, _)| *known == scheme.name()) {
                    schemes.push((scheme.name(), scheme));
                }
            }
            assets.push((key, asset));
        });
        let cell = record.tile().bounds();
        let (west, south, east, north) = (cell.min().x, cell.min().y, cell.max().x, cell.max().y);
        let properties = Properties::new(record, place_in(&id), schemes);
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        Ok(Self {
            r#type: "Feature",
            stac_version: "1.1.0",
            stac_extensions: extensions(record, &properties),
            id,
            geometry: Geometry { r#type: "Polygon", coordinates: [ring] },
            bbox: [west, south, east, north],
            properties,
            links,
            assets,
            collection,
        })
    }
}

impl<'a> Properties<'a> {
    fn new(record: &'a TileRecord, place: &str, schemes: Vec<(&'a str, &'a StorageScheme)>) -> Self {
        let (grid, bounds) = (record.grid(), record.grid().bounds());
        Self {
            datetime: (),
            start_datetime: record.year().start(),
            end_datetime: record.year().end(),
            title: title_at(record, place),
            created: record.created_time().map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)),
            gsd: PIXEL_SIZE,
            grid_code: ["TESSERA-", place].concat(),
            version: version_text(record.version()),
            software: record.software_used(),
            code: grid.zone().to_string(),
            shape: [grid.rows(), grid.cols()],
            transform: grid.transform(),
            bbox: [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y],
            schemes,
        }
    }
}

/// A link to the root of each Zarr store.
fn stores(record: &TileRecord, href: impl Fn(&Location) -> String) -> impl Iterator<Item = LinkJson> {
    let link = |at: &Location, media_type, title| LinkJson {
        title: Some(title),
        ..LinkJson::new("store", href(at), media_type)
    };
    let tile = record.tile_store().map(|store| link(store.location(), store.media_type(), "Zarr store"));
    let zone = record.zone_group().and_then(ZoneAsset::store);
    let zone = zone.map(|at| link(&at, ZoneAsset::MEDIA_TYPE, "Zarr store of UTM zones"));
    [tile, zone].into_iter().flatten()
}

/// Puts the key, place and description of each file.
fn describe<'a>(
    record: &'a TileRecord,
    href: impl Fn(&Location) -> String,
    mut put: impl FnMut(&'static str, &Location, AssetJson<'a>),
) {
    if let Some(store) = record.tile_store() {
        let at = store.location();
        put(TileStore::KEY, at, store.asset(record, href(at)));
    }
    if let Some(npy) = record.npy_tile() {
        let (embeddings, scales) = (npy.embeddings(), npy.scales());
        put(NpyTile::EMBEDDINGS_KEY, embeddings, npy.embeddings_asset(record, href(embeddings)));
        put(NpyTile::SCALES_KEY, scales, npy.scales_asset(record, href(scales)));
    }
    if let Some(preview) = record.picture() {
        let at = preview.location();
        put(Preview::KEY, at, preview.asset(record.grid(), href(at)));
    }
    if let Some(basis) = record.picture_basis() {
        put(BasisAsset::KEY, basis.location(), basis.asset(href(basis.location())));
    }
    if let Some(zone) = record.zone_group() {
        put(ZoneAsset::KEY, zone.location(), zone.asset(record, href(zone.location())));
    }
}

/// The extensions that an item uses.
fn extensions(record: &TileRecord, properties: &Properties<'_>) -> Vec<&'static str> {
    let sized = record.npy_tile().is_some_and(NpyTile::has_sizes)
        || record.picture().is_some_and(Preview::has_size)
        || record.picture_basis().is_some_and(BasisAsset::has_size);
    extension::used([
        (extension::PROJECTION, true),
        (extension::DATACUBE, true),
        (extension::ZARR, record.tile_store().is_some() || record.zone_group().is_some()),
        (extension::GRID, true),
        (extension::STORAGE, !properties.schemes.is_empty()),
        (extension::VERSION, properties.version.is_some()),
        (extension::PROCESSING, !properties.software.is_empty()),
        (extension::FILE, sized),
    ])
}
