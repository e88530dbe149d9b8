//! Writes a catalogue.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use tessera_core::Year;

use crate::own_files::stranger;
use crate::stage::Stage;
use crate::{
    CATALOG_PATH, CatalogError, CatalogOptions, Credits, Site, TileRecord, YearContents, block_catalog,
    block_path, collection_path, item_path, root_catalog, to_json, year_collection,
};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatalogSummary {
    /// Collections.
    pub years: usize,
    /// Catalogues of blocks.
    pub blocks: usize,
    /// Items.
    pub items: usize,
    /// Bytes of JSON.
    pub bytes: u64,
}

/// Writes a catalogue into a folder: `catalog.json` → `<year>/collection.json` → `<year>/<block>/catalog.json` →
/// `<year>/<block>/<id>.json`.
///
/// Everything is written into a hidden folder beside it, which takes its name at [`finish`](Self::finish); until then,
/// or where the writer is dropped, nothing is there. Records may come in any order: the same records, the same bytes.
/// Files are only written, never read.
#[derive(Debug)]
pub struct CatalogWriter {
    stage: Stage,
    site: Site,
    credits: Credits,
    overwrite: bool,
    years: BTreeMap<Year, YearContents>,
    bytes: u64,
}

impl CatalogWriter {
    /// Starts a catalogue that will be the folder `path`.
    ///
    /// # Errors
    /// A path that cannot be one, is taken, or cannot be written beside.
    pub fn create(path: impl AsRef<Path>, options: CatalogOptions) -> Result<Self, CatalogError> {
        let path = path.as_ref();
        let mut site = Site::folder(path)?;
        if let Some(base) = &options.base_url {
            site = site.base_url(base)?;
        }
        let site = options.storage.into_iter().fold(site, Site::storage);
        check_target(path, options.overwrite)?;
        let stage = Stage::new(path).map_err(CatalogError::io(path))?;
        let (credits, overwrite) = (options.credits, options.overwrite);
        Ok(Self { stage, site, credits, overwrite, years: BTreeMap::new(), bytes: 0 })
    }

    /// Where the catalogue will be found.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Adds the item of a tile.
    ///
    /// # Errors
    /// A record that makes no item, comes twice, or is of another version than its year's first; or whatever writing
    /// meets. The catalogue stays as it was, and can go on without the record.
    pub fn add(&mut self, record: &TileRecord) -> Result<(), CatalogError> {
        let contents = self.years.get(&record.year());
        contents.map_or(Ok(()), |contents| contents.check(record))?;
        let item = record.item_in(&self.site)?;
        self.write(&item_path(record.tile(), record.year()), &item)?;
        let new = || YearContents::new(record.year(), record.version().clone());
        self.years.entry(record.year()).or_insert_with(new).add(record, &self.site)?;
        Ok(())
    }

    /// Writes the catalogues and collections above the items, and gives the whole its name.
    ///
    /// # Errors
    /// No tile at all, a folder that was taken in the meantime, or whatever writing meets.
    pub fn finish(mut self) -> Result<CatalogSummary, CatalogError> {
        let years = std::mem::take(&mut self.years);
        if years.is_empty() {
            return Err(CatalogError::Empty { path: self.stage.target().to_owned() });
        }
        let mut summary = CatalogSummary { years: years.len(), ..CatalogSummary::default() };
        for (year, contents) in &years {
            for block in contents.blocks() {
                self.write(&block_path(*year, block), &block_catalog(contents, block, &self.site))?;
                summary.blocks += 1;
            }
            self.write(&collection_path(*year), &year_collection(contents, &self.site, &self.credits))?;
            summary.items += contents.len();
        }
        self.write(CATALOG_PATH, &root_catalog(years.values(), &self.site))?;
        summary.bytes = self.bytes;
        let target = self.stage.target().to_owned();
        check_target(&target, self.overwrite)?;
        let old = self.stage.commit().map_err(CatalogError::io(&target))?;
        let deleted = old.map_or(Ok(()), tempfile::TempDir::close);
        deleted.map_err(|source| CatalogError::NotDeleted { path: target, source })?;
        Ok(summary)
    }

    fn write<T: Serialize>(&mut self, path: &str, object: &T) -> Result<(), CatalogError> {
        let bytes = to_json(object)?;
        let file = self.stage.path().join(path);
        let written = create(&file).and_then(|mut open| {
            // Half an item must not be left behind where the caller goes on without it.
            open.write_all(&bytes).inspect_err(|_| drop(fs::remove_file(&file)))
        });
        // The name to report is the one that the file was going to have.
        written.map_err(CatalogError::io(&self.stage.target().join(path)))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// Writes a catalogue of all records into a folder: a [`CatalogWriter`] from beginning to end.
///
/// ```
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{CatalogOptions, Location, TileRecord, TileStore, write_catalog};
///
/// let tile: TileId = "grid_0.15_52.05".parse()?;
/// let store = TileStore::new(Location::url("s3://tessera/v1/2024/grid_0.15_52.05.zarr")?, 2)?;
/// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
///
/// let folder = tempfile::tempdir()?;
/// let out = folder.path().join("catalogue");
/// let summary = write_catalog(&out, [record.store(store)], CatalogOptions::default())?;
/// assert_eq!((summary.years, summary.blocks, summary.items), (1, 1, 1));
/// assert!(out.join("2024/e000n50/grid_0.15_52.05_2024.json").is_file());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`CatalogWriter`]'s methods; the first ends it, and nothing is left.
pub fn write_catalog(
    path: impl AsRef<Path>,
    records: impl IntoIterator<Item = TileRecord>,
    options: CatalogOptions,
) -> Result<CatalogSummary, CatalogError> {
    let mut writer = CatalogWriter::create(path, options)?;
    for record in records {
        writer.add(&record)?;
    }
    writer.finish()
}

/// Refuses a target that must not be replaced.
fn check_target(path: &Path, overwrite: bool) -> Result<(), CatalogError> {
    let kind = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(CatalogError::io(path)(cause)),
    };
    if !kind.is_dir() {
        let found = if kind.is_symlink() { "a symbolic link" } else { "a file" };
        return Err(CatalogError::NotAFolder { path: path.to_owned(), found });
    }
    if fs::read_dir(path).map_err(CatalogError::io(path))?.next().is_none() {
        return Ok(());
    }
    if !overwrite {
        return Err(CatalogError::Exists { path: path.to_owned() });
    }
    match stranger(path).map_err(CatalogError::io(path))? {
        Some(found) => Err(CatalogError::Stranger { path: path.to_owned(), found }),
        None => Ok(()),
    }
}

/// A new file, with the folder that it lies in.
fn create(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            File::create_new(path)
        }
        result => result,
    }
}
