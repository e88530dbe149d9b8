//! The assets of a collection: the files that hold the whole year.

use stac::{Asset, Collection};

use crate::{
    Coverage, Site, YearContents, collection, collection_path, coverage_path, hashes_path, index_path,
    media_type,
};

/// The collection of a year whose index lies beside it, and the hashes of its files where they are known.
pub(crate) fn with_index(
    mut collection: Collection,
    contents: &YearContents,
    site: &Site,
    hashes: bool,
) -> Collection {
    let year = contents.year();
    let mut put = |key: &str, path: &str, media_type: &str, role: &str, title: &str, description: String| {
        let mut asset = Asset::new(site.href(&collection_path(year), path)).role(role);
        asset.r#type = Some(media_type.to_owned());
        asset.title = Some(title.to_owned());
        asset.description = Some(description);
        collection.assets.insert(key.to_owned(), asset);
    };
    let index = "The items as stac-geoparquet 1.1: a row a tile, a row group for each 20 by 10 degrees, sorted by its 5 \
                 degree blocks. Links of assets lead from this file.";
    let parquet = media_type::PARQUET;
    put("items", &index_path(year), parquet, "collection-mirror", "Index of the items", index.to_owned());
    let bitmap = format!(
        "Which tiles there are: {} bytes compressed by gzip, a bit for each 0.1 degree cell. 1800 rows of 450 bytes, the \
         northernmost first; in a row from 180 W to 180 E, the highest bit of a byte the westernmost of its 8 cells.",
        Coverage::BYTES
    );
    put("coverage", &coverage_path(year), media_type::GZIP, "metadata", "Coverage bitmap", bitmap);
    if hashes {
        let text = "SHA-256 of the NPY files, by the id of the item, in the order of the index.";
        put("hashes", &hashes_path(year), parquet, "metadata", "Hashes of the files", text.to_owned());
    }
    collection.extensions = collection::extensions(&collection);
    collection
}
