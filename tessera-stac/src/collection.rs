//! The collection of a year.

use serde_json::{Map, Value, json};
use stac::{Collection, Extent, ItemAsset, Link, SpatialExtent, TemporalExtent};
use tessera_core::{DatasetVersion, PIXEL_SIZE};

use crate::extent::spatial_extent;
use crate::href_template::{TILE, variables};
use crate::item::{dataset_title, interval, version_text};
use crate::pyramid_assets::WEB_MAPS;
use crate::storage::schemes_json;
use crate::{
    BasisAsset, CATALOG_PATH, Credits, NpyTile, Preview, Site, TileStore, YearContents, ZoneAsset,
    block_path, collection_id, collection_path, cube, extension, media_type,
};

/// The collection of a year in a catalogue at this site, at [`collection_path`]: its children are the blocks.
///
/// The address of an item is a formula of its tile, stated as a link template. Where the addresses of assets are one
/// too, they are stated as asset templates. Pyramids of pictures are links to web maps, and assets. A year without a tile
/// makes no valid collection: it has no extent.
#[must_use]
pub fn year_collection(contents: &YearContents, site: &Site, credits: &Credits) -> Collection {
    let (year, path) = (contents.year(), collection_path(contents.year()));
    let mut collection = Collection::new(collection_id(contents.version(), year), description(contents));
    collection.title = Some(title(contents));
    collection.license.clone_from(&credits.license);
    collection.keywords = Some(credits.keywords.clone()).filter(|words| !words.is_empty());
    collection.providers = Some(credits.providers.clone()).filter(|providers| !providers.is_empty());
    let (start, end) = interval(year);
    collection.extent = Extent {
        spatial: SpatialExtent { bbox: spatial_extent(contents.tiles()) },
        temporal: TemporalExtent { interval: vec![[start, end]] },
        additional_fields: Map::new(),
    };
    let mut codes: Vec<_> = contents.zones.iter().map(ToString::to_string).collect();
    codes.sort();
    let summaries = [("proj:code", json!(codes)), ("gsd", json!([PIXEL_SIZE]))];
    collection.summaries = Some(summaries.map(|(key, value)| (key.to_owned(), value)).into_iter().collect());
    collection.item_assets =
        item_assets(contents).into_iter().map(|(key, asset)| (key.to_owned(), asset)).collect();
    collection.additional_fields = fields(contents, site, credits);

    let root = site.href(&path, CATALOG_PATH);
    collection.links = vec![Link::root(&root), Link::parent(&root)];
    if site.is_absolute() {
        collection.links.push(Link::self_(site.href(&path, &path)).json());
    }
    if let Some(url) = &credits.license_url {
        collection.links.push(Link::new(url, "license"));
    }
    collection.links.extend(contents.pyramids().links(site, &path));
    for (key, asset) in contents.pyramids().assets(site, &path) {
        collection.assets.insert(key.to_owned(), asset);
    }
    for block in contents.blocks() {
        let href = site.href(&path, &block_path(year, block));
        collection.links.push(Link::child(href).title(block.title()));
    }
    collection.extensions = extensions(&collection);
    collection
}

/// What to call the collection for a reader.
pub(crate) fn title(contents: &YearContents) -> String {
    format!("{} embeddings {}", dataset_title(contents.version()), contents.year())
}

fn description(contents: &YearContents) -> String {
    let caution = if *contents.version() == DatasetVersion::Unknown {
        "The dataset version is unknown: do not compare these embeddings with any others."
    } else {
        "Embeddings of different dataset versions cannot be compared."
    };
    format!(
        "{}-channel embeddings of 10 m pixels, one item for each 0.1° tile. An embedding is int8 values times \
         their float32 scale. {caution}",
        contents.channels
    )
}

fn item_assets(contents: &YearContents) -> Vec<(&'static str, ItemAsset)> {
    let asset =
        |title: &str, description: &str, media_type: Option<String>, roles: &[&str], fields: Value| {
            ItemAsset {
                title: Some(title.to_owned()),
                description: Some(description.to_owned()),
                r#type: media_type,
                roles: roles.iter().map(|&role| role.to_owned()).collect(),
                additional_fields: fields.as_object().cloned().unwrap_or_default(),
            }
        };
    let mut assets = Vec::new();
    if contents.has(TileStore::KEY) {
        let mut fields = json!({"data_type": "int8", "gsd": PIXEL_SIZE, "zarr:node_type": "group"});
        // Stores of two formats have no media type in common.
        let format = contents.formats.first().filter(|_| contents.formats.len() == 1);
        if let Some(format) = format {
            fields["zarr:zarr_format"] = json!(format);
        }
        let description = "Zarr group with int8 embeddings (y, x, band) and their float32 scales";
        let media_type = format.map(|&format| media_type::zarr_group(format).to_owned());
        assets
            .push((TileStore::KEY, asset("TESSERA embeddings", description, media_type, &["data"], fields)));
    }
    if contents.has(NpyTile::EMBEDDINGS_KEY) {
        let npy = || Some(media_type::NPY.to_owned());
        let (embeddings, scales) = (
            "int8 embeddings (y, x, band), north row first",
            "float32 scales (y, x), or (y, x, band) where each channel has its own",
        );
        let fields = |data_type: &str| json!({"data_type": data_type, "gsd": PIXEL_SIZE});
        let embeddings = asset("TESSERA embeddings, NPY", embeddings, npy(), &["data"], fields("int8"));
        let scales = asset("TESSERA scales, NPY", scales, npy(), &["data"], fields("float32"));
        assets.extend([(NpyTile::EMBEDDINGS_KEY, embeddings), (NpyTile::SCALES_KEY, scales)]);
    }
    if contents.has(Preview::KEY) {
        let (media_type, roles) = (Some(media_type::PNG.to_owned()), ["thumbnail", "overview"]);
        assets.push((
            Preview::KEY,
            asset(Preview::TITLE, "A picture of the tile", media_type, &roles, json!({})),
        ));
    }
    if contents.has(BasisAsset::KEY) {
        let description = "Mean, components and stretch that the picture was made with";
        let media_type = Some(media_type::JSON.to_owned());
        assets.push((
            BasisAsset::KEY,
            asset(BasisAsset::TITLE, description, media_type, &["metadata"], json!({})),
        ));
    }
    if contents.has(ZoneAsset::KEY) {
        let fields =
            json!({"data_type": "int8", "gsd": PIXEL_SIZE, "zarr:node_type": "group", "zarr:zarr_format": 3});
        let description = "Zarr group of a UTM zone, all years: int8 embeddings (time, band, y, x) and their float32 scales";
        let media_type = Some(media_type::ZARR_3.to_owned());
        assets.push((ZoneAsset::KEY, asset(ZoneAsset::TITLE, description, media_type, &["data"], fields)));
    }
    assets
}

/// The fields that are not STAC's own.
fn fields(contents: &YearContents, site: &Site, credits: &Credits) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    if let Some(version) = version_text(contents.version()) {
        put("version", json!(version));
    }
    if let Some(citation) = &credits.citation {
        put("sci:citation", json!(citation));
    }
    if !credits.publications.is_empty() {
        let paper = |p: &crate::Publication| json!({"doi": p.doi, "citation": p.citation});
        put("sci:publications", credits.publications.iter().map(paper).collect());
    }
    if !contents.storage.is_empty() {
        put("storage:schemes", schemes_json(contents.storage.values()));
    }
    put("cube:dimensions", json!({"band": cube::band(contents.channels)}));
    put(
        "cube:variables",
        json!({"embeddings": {"dimensions": ["band"], "type": "data", "data_type": "int8"}}),
    );
    put("linkTemplates", json!([item_template(contents, site)]));
    let templates = asset_templates(contents);
    if !templates.is_empty() {
        put("assetTemplates", templates.into());
    }
    fields
}

fn item_template(contents: &YearContents, site: &Site) -> Value {
    let (year, path) = (contents.year(), collection_path(contents.year()));
    let template = site.href(&path, &format!("{year}/{{block}}/{TILE}_{year}.json"));
    json!({
        "rel": "item",
        "title": "Item for a 0.1 degree tile; the block is the south-west corner of its 5 degree square, as e000n50",
        "uriTemplate": template,
        "type": media_type::GEOJSON,
        "variables": variables(&template),
    })
}

fn asset_templates(contents: &YearContents) -> Map<String, Value> {
    let described = item_assets(contents).into_iter().filter_map(|(key, asset)| {
        let template = contents.templates.get(key)?.text()?;
        let mut value =
            json!({"uriTemplate": template, "roles": asset.roles, "variables": variables(template)});
        if let (Some(title), Some(value)) = (asset.title, value.as_object_mut()) {
            value.insert("title".to_owned(), json!(title));
            value.extend(asset.r#type.map(|media_type| ("type".to_owned(), json!(media_type))));
        }
        Some((key.to_owned(), value))
    });
    described.collect()
}

/// The extensions that a collection uses.
pub(crate) fn extensions(collection: &Collection) -> Vec<String> {
    let said = |key: &str| collection.additional_fields.contains_key(key);
    let of_asset =
        |key: &str| collection.assets.values().any(|asset| asset.additional_fields.contains_key(key));
    extension::used([
        (extension::PROJECTION, true),
        (extension::DATACUBE, true),
        // The zarr extension wants a collection that declares it to have assets of its own.
        (
            extension::ZARR,
            !collection.assets.is_empty()
                && [TileStore::KEY, ZoneAsset::KEY]
                    .iter()
                    .any(|key| collection.item_assets.contains_key(*key))
                || of_asset("zarr:node_type"),
        ),
        (extension::STORAGE, said("storage:schemes")),
        (extension::FILE, of_asset("file:size")),
        (extension::SCIENTIFIC, said("sci:citation") || said("sci:publications")),
        (extension::LINK_TEMPLATES, true),
        (extension::ASSET_TEMPLATES, said("assetTemplates")),
        (extension::VERSION, said("version")),
        (extension::WEB_MAP_LINKS, collection.links.iter().any(|link| WEB_MAPS.contains(&link.rel.as_str()))),
    ])
}
