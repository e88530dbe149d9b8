//! What is known of a tile, from each of the things that hold it.

use std::path::Path;

use anyhow::{Context, Result};
use tessera_core::{DatasetVersion, PixelGrid, ScalesView, Source, TileId, UtmZone, Year};
use tessera_npy::{NpyArchive, NpyTile};
use tessera_stac::{BasisAsset, Location, Preview, TileRecord, TileStore, ZoneAsset};

/// An NPY tile, opened.
pub(super) fn npy_record(tile: &NpyTile, year: Year) -> Result<TileRecord> {
    let [embeddings, scales] = [tile.embeddings_path(), tile.scales_path()];
    let npy =
        tessera_stac::NpyTile::new(file(embeddings)?, file(scales)?).sizes(size(embeddings)?, size(scales)?);
    let record = TileRecord::of_tile(tile, year)
        .channel_scales(matches!(tile.view().scales(), ScalesView::Channel(_)));
    Ok(record.npy(npy))
}

/// An NPY tile by its name, and what a text says of its files.
pub(super) fn listed_record(archive: &NpyArchive, tile: TileId, year: Year) -> Result<TileRecord> {
    let folder = archive.folder_of(tile, Some(year)).context("it is not listed")?;
    let file = |ending: &str| {
        let path = folder.join(format!("{tile}{ending}.npy"));
        // The root of the text may be an address.
        match path.to_str().filter(|text| text.contains("://")) {
            Some(address) => Ok(Location::url(address)?),
            None => Ok::<_, anyhow::Error>(Location::file(path)?),
        }
    };
    let mut npy = tessera_stac::NpyTile::new(file("")?, file("_scales")?);
    let [embeddings, scales] = archive.listed_files(tile, Some(year));
    if let (Some(embeddings), Some(scales)) = (embeddings.size, scales.size) {
        npy = npy.sizes(embeddings, scales);
    }
    Ok(TileRecord::new(tile, year, archive.version().clone(), PixelGrid::of_tile(tile)?).npy(npy))
}

/// A tile store, with the files that are called as it is.
pub(super) fn store_record(store: &tessera_zarr::TileStore, path: &Path, year: Year) -> Result<TileRecord> {
    let description =
        TileStore::new(file(path)?, store.format().number())?.consolidated(store.is_consolidated());
    let mut record =
        TileRecord::of_tile(store, year).store(description).channel_scales(store.has_channel_scales());
    let preview = path.with_extension("png");
    if let Some(size) = size_of(&preview)? {
        let grid = store.grid();
        let picture = Preview::new(file(&preview)?).shape(grid.rows() as u32, grid.cols() as u32);
        record = record.preview(picture.size(size));
    }
    let basis = path.with_extension("basis.json");
    if let Some(size) = size_of(&basis)? {
        record = record.basis(BasisAsset::new(file(&basis)?).size(size));
    }
    Ok(record)
}

/// A tile of a zone store.
pub(super) fn zone_record(
    store: &Path,
    version: &DatasetVersion,
    tile: TileId,
    year: Year,
) -> Result<TileRecord> {
    let group = store.join(format!("utm{:02}", UtmZone::of_tile(tile).number()));
    let record = TileRecord::new(tile, year, version.clone(), PixelGrid::of_tile(tile)?);
    Ok(record.zone(ZoneAsset::new(file(&group)?).consolidated(false)))
}

fn file(path: &Path) -> Result<Location> {
    Ok(Location::file(path)?)
}

fn size(path: &Path) -> Result<u64> {
    Ok(path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len())
}

/// The size of a file, where it is there.
fn size_of(path: &Path) -> Result<Option<u64>> {
    match path.metadata() {
        Ok(found) => Ok(found.is_file().then_some(found.len())),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).with_context(|| format!("cannot look at {}", path.display())),
    }
}
