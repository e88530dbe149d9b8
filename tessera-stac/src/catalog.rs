//! The catalogues above and below the collections.

use stac::{Catalog, Link};

use crate::collection::title;
use crate::{Block, CATALOG_PATH, Site, YearContents, block_path, collection_id, collection_path, item_path};

/// The catalogue over the years, at [`CATALOG_PATH`] of this site: its children are the collections.
///
/// ```
/// use tessera_core::{DatasetVersion, Year};
/// use tessera_stac::{Site, YearContents, root_catalog};
///
/// let contents = YearContents::new(Year::new(2024)?, DatasetVersion::named("v1"));
/// let catalog = root_catalog([&contents], &Site::folder("/data/catalogue")?);
/// assert_eq!(catalog.links[1].href, "./2024/collection.json");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn root_catalog<'a>(years: impl IntoIterator<Item = &'a YearContents>, site: &Site) -> Catalog {
    let description = "Embeddings of the land surface of the Earth at 10 m, one collection for each year, one item for \
                       each 0.1° tile.";
    let mut catalog = Catalog::new("tessera", description);
    catalog.title = Some("TESSERA embeddings".to_owned());
    catalog.links.push(Link::root(site.href(CATALOG_PATH, CATALOG_PATH)));
    if site.is_absolute() {
        catalog.links.push(Link::self_(site.href(CATALOG_PATH, CATALOG_PATH)).json());
    }
    for contents in years {
        let href = site.href(CATALOG_PATH, &collection_path(contents.year()));
        catalog.links.push(Link::child(href).title(title(contents)));
    }
    catalog
}

/// The catalogue of a block of a year, at [`block_path`] of this site: its items are the block's tiles.
#[must_use]
pub fn block_catalog(contents: &YearContents, block: Block, site: &Site) -> Catalog {
    let (year, path) = (contents.year(), block_path(contents.year(), block));
    let collection = collection_id(contents.version(), year);
    let description = format!("The tiles of {} in the 5° square {}.", title(contents), block.title());
    let mut catalog = Catalog::new(format!("{collection}-{block}"), description);
    catalog.title = Some(block.title());
    catalog.links.push(Link::root(site.href(&path, CATALOG_PATH)));
    catalog.links.push(Link::parent(site.href(&path, &collection_path(year))));
    if site.is_absolute() {
        catalog.links.push(Link::self_(site.href(&path, &path)).json());
    }
    for tile in contents.tiles_in(block) {
        catalog.links.push(Link::item(site.href(&path, &item_path(tile, year))).geojson());
    }
    catalog
}
