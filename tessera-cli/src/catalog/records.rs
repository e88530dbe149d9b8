//! What is known of a tile, from each of the things that hold it.

use std::path::Path;

use anyhow::{Context, Result};
use tessera_core::{DatasetVersion, PixelGrid, ScalesView, Source, TileId, UtmZone, Year};
use tessera_npy::{ListedFile, NpyArchive, NpyTile, RangedArchive};
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

/// An NPY tile by its name, and what a text says of its files. The root of the text may be an address.
pub(super) fn listed_record(archive: &NpyArchive, tile: TileId, year: Year) -> Result<TileRecord> {
    let folder = archive.folder_of(tile, Some(year)).context("it is not listed")?;
    named_record(&folder, archive.version(), archive.listed_files(tile, Some(year)), tile, year)
}

/// An NPY tile on a server by its name, and what a text says of its files; `root` is the address of the archive.
pub(super) fn ranged_record(
    archive: &RangedArchive,
    root: &Path,
    tile: TileId,
    year: Year,
) -> Result<TileRecord> {
    let folder = root.join(archive.folder_of(tile, Some(year)).context("it is not listed")?);
    named_record(&folder, archive.version(), archive.listed_files(tile, Some(year)), tile, year)
}

fn named_record(
    folder: &Path,
    version: &DatasetVersion,
    [embeddings, scales]: [ListedFile; 2],
    tile: TileId,
    year: Year,
) -> Result<TileRecord> {
    let file = |ending: &str| file(&folder.join(format!("{tile}{ending}.npy")));
    let mut npy = tessera_stac::NpyTile::new(file("")?, file("_scales")?);
    if let (Some(embeddings), Some(scales)) = (embeddings.size, scales.size) {
        npy = npy.sizes(embeddings, scales);
    }
    Ok(TileRecord::new(tile, year, version.clone(), PixelGrid::of_tile(tile)?).npy(npy))
}

/// A tile store, with the files that are called as it is.
/// Their sizes are told by `beside`, nothing of one that is not there.
pub(super) fn store_record(
    store: &tessera_zarr::TileStore,
    path: &Path,
    year: Year,
    beside: impl Fn(&Path) -> Result<Option<u64>>,
) -> Result<TileRecord> {
    let description =
        TileStore::new(file(path)?, store.format().number())?.consolidated(store.is_consolidated());
    let mut record =
        TileRecord::of_tile(store, year).store(description).channel_scales(store.has_channel_scales());
    let preview = path.with_extension("png");
    if let Some(size) = beside(&preview)? {
        let grid = store.grid();
        let picture = Preview::new(file(&preview)?).shape(grid.rows() as u32, grid.cols() as u32);
        record = record.preview(picture.size(size));
    }
    let basis = path.with_extension("basis.json");
    if let Some(size) = beside(&basis)? {
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

/// Where a file lies: at a path, or an address.
fn file(path: &Path) -> Result<Location> {
    Ok(match path.to_str().filter(|text| text.contains("://")) {
        Some(address) => Location::url(address)?,
        None => Location::file(path)?,
    })
}

fn size(path: &Path) -> Result<u64> {
    Ok(path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len())
}

/// The size of a file, where it is there.
pub(super) fn size_of(path: &Path) -> Result<Option<u64>> {
    match path.metadata() {
        Ok(found) => Ok(found.is_file().then_some(found.len())),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).with_context(|| format!("cannot look at {}", path.display())),
    }
}
