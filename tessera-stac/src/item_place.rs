//! Where an item is read, which its links depend on.

use crate::item_json::LinkJson;
use crate::{
    Block, CATALOG_PATH, Location, Site, TileRecord, block_path, collection_id, collection_path, media_type,
};

/// Where an item is read, which its links depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ItemPlace<'a> {
    /// As a file of a catalogue at this site.
    InCatalog(&'a Site),
    /// As a file of no catalogue, in the site's folder.
    Alone(&'a Site),
    /// From an API at this address, which serves the catalogue at this site.
    InApi(&'a Site, &'a str),
}

/// What an item says of the catalogue around it.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Where the item lies below the site; nowhere, where it is no file.
    pub(crate) path: String,
    pub(crate) links: Vec<LinkJson>,
    pub(crate) collection: Option<String>,
}

impl<'a> ItemPlace<'a> {
    pub(crate) fn site(self) -> &'a Site {
        match self {
            Self::InCatalog(site) | Self::Alone(site) | Self::InApi(site, _) => site,
        }
    }

    /// The surroundings of the item of this id.
    pub(crate) fn surroundings(self, record: &TileRecord, id: &str) -> Surroundings {
        let link = |rel, href: String| LinkJson::new(rel, href, media_type::JSON);
        let itself = |href: String| LinkJson::new("self", href, media_type::GEOJSON);
        let collection = || collection_id(record.version(), record.year());
        // Room for the links to two stores.
        let mut links = Vec::with_capacity(6);
        match self {
            Self::InCatalog(site) => {
                let parent = block_path(record.year(), Block::of_tile(record.tile()));
                let path = [parent.trim_end_matches(CATALOG_PATH), id, ".json"].concat();
                links.push(link("root", site.href(&path, CATALOG_PATH)));
                links.push(link("parent", site.href(&path, &parent)));
                links.push(link("collection", site.href(&path, &collection_path(record.year()))));
                if site.is_absolute() {
                    links.push(itself(site.href(&path, &path)));
                }
                Surroundings { path, links, collection: Some(collection()) }
            }
            Self::Alone(site) => {
                let path = [id, ".json"].concat();
                if site.is_absolute() {
                    links.push(itself(site.href(&path, &path)));
                }
                Surroundings { path, links, collection: None }
            }
            Self::InApi(_, api) => {
                let (api, collection) = (api.trim_end_matches('/'), collection());
                let parent = [api, "/collections/", &collection].concat();
                let item = [&parent, "/items/", id].concat();
                links.push(link("root", api.to_owned()));
                links.push(link("parent", parent.clone()));
                links.push(link("collection", parent));
                links.push(itself(item));
                Surroundings { path: String::new(), links, collection: Some(collection) }
            }
        }
    }

    /// The link from the item at `path` to a file.
    pub(crate) fn href(self, path: &str, location: &Location) -> String {
        match self {
            Self::InCatalog(site) | Self::Alone(site) => site.asset_href(path, location),
            Self::InApi(site, _) => site.absolute_href(location),
        }
    }
}
