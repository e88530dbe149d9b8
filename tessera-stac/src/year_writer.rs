//! Writes all files of a year.

use std::collections::HashMap;
use std::error::Error;
use std::ops::ControlFlow;

use rayon::prelude::*;
use serde_json::{Value, json};
use stac::Collection;
use tempfile::NamedTempFile;
use tessera_core::{Region, TileId, Year};

use crate::collection_assets::with_index;
use crate::hashes::HashesWriter;
use crate::index::{IndexWriter, description};
use crate::sheet::Sheet;
use crate::target::Target;
use crate::{
    Block, CatalogError, CatalogOptions, Coverage, FileHashes, ItemError, Site, TileRecord, YearContents,
    YearHashes, YearIndex, YearRecords, block_catalog, block_path, collection, collection_path,
    coverage_path, hashes_path, index_path, item_path, to_json, year_collection,
};

/// What happens while a catalogue is written.
#[derive(Debug)]
#[non_exhaustive]
pub enum CatalogEvent<'a> {
    /// So many more tiles are written.
    Written {
        /// Their number.
        tiles: usize,
    },
    /// All is made, and begins to be sent to a store.
    Sending {
        /// How many files there are to send.
        files: u64,
    },
    /// So many more files are in the store.
    Sent {
        /// Their number.
        files: u64,
    },
    /// A tile cannot be described. It is left out.
    Failed {
        /// The tile.
        tile: TileId,
        /// The year.
        year: Year,
        /// Why.
        cause: &'a (dyn Error + Send + Sync),
    },
}

/// Takes what happens, and says whether to go on.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(CatalogEvent<'_>) -> ControlFlow<()>;

/// A collection as an index mirrors it: links and assets lead from the collection's own place.
fn mirrored(collection: &Collection) -> Value {
    let (mut bare, mut json) = (collection.clone(), serde_json::to_value(collection).unwrap_or(Value::Null));
    bare.links.clear();
    bare.assets.clear();
    let extensions = collection::extensions(&bare);
    (json["links"], json["assets"], json["stac_extensions"]) = (json!([]), json!({}), json!(extensions));
    json
}

/// What is known before a year is written.
pub(crate) struct YearWriter<'a> {
    pub(crate) target: &'a Target,
    pub(crate) site: &'a Site,
    pub(crate) options: &'a CatalogOptions,
    /// What the catalogue has of the year.
    pub(crate) old: Option<(YearIndex, Option<YearHashes>)>,
}

/// The files of a year that grow sheet by sheet.
struct Growing<'a> {
    index: IndexWriter<'a, NamedTempFile>,
    hashes: HashesWriter<NamedTempFile>,
    contents: YearContents,
    failed: usize,
}

impl YearWriter<'_> {
    /// Writes the files of a year, those above the items last. Also says how many tiles were left out.
    pub(crate) fn write(
        &self,
        records: &dyn YearRecords,
        watch: Watch<'_>,
    ) -> Result<(YearContents, usize), CatalogError> {
        let year = records.year();
        let (index_path, hashes_path) = (index_path(year), hashes_path(year));
        let parquet = |path: &str| CatalogError::parquet(&self.target.name_of(path));
        let new: Coverage = records.tiles().into_iter().collect();
        let mut all = new.clone();
        // A year of which no tile is said may have other pyramids; nothing is dropped of it.
        let prune = self.options.prune && !new.is_empty();
        if let Some((old, _)) = self.old.as_ref().filter(|_| !prune) {
            all.extend(old.coverage().tiles());
        }
        let mut growing = Growing {
            index: IndexWriter::new(self.target.partial(&index_path)?, self.site)
                .map_err(parquet(&index_path))?,
            hashes: HashesWriter::new(self.target.partial(&hashes_path)?).map_err(parquet(&hashes_path))?,
            contents: YearContents::new(year, records.version().clone()),
            failed: 0,
        };
        for sheet in Sheet::all() {
            let tiles: Vec<_> = all.tiles_of(sheet, Region::WORLD).collect();
            if !tiles.is_empty() {
                self.sheet(sheet, &tiles, &new, records, &mut growing, watch)?;
            }
        }
        let Growing { index, hashes, mut contents, failed } = growing;
        let known = self.old.as_ref().map(|(old, _)| old.pyramids(self.site)).transpose()?;
        contents.set_pyramids(records.pyramids(known.unwrap_or_default()), self.site);
        self.blocks(&contents)?;
        self.remove_gone(&contents)?;
        let collection = year_collection(&contents, self.site, &self.options.credits);
        let said = description(&contents, &mirrored(&collection), self.options, self.site);
        let index = index.finish(said).map_err(parquet(&index_path))?;
        self.target.put(&coverage_path(year), &contents.coverage().to_gzip())?;
        self.target.put_file(&index_path, index)?;
        let (hashes, known) = hashes.finish().map_err(parquet(&hashes_path))?;
        if known > 0 {
            self.target.put_file(&hashes_path, hashes)?;
        } else {
            self.target.remove(&hashes_path)?;
        }
        if !contents.is_empty() {
            let collection = with_index(collection, &contents, self.site, known > 0);
            self.target.put(&collection_path(year), &to_json(&collection)?)?;
        }
        Ok((contents, failed))
    }

    /// Writes the tiles of a sheet.
    fn sheet(
        &self,
        sheet: Sheet,
        tiles: &[TileId],
        new: &Coverage,
        records: &dyn YearRecords,
        growing: &mut Growing<'_>,
        watch: Watch<'_>,
    ) -> Result<(), CatalogError> {
        let year = records.year();
        let (mut old, mut old_hashes) = (HashMap::new(), HashMap::new());
        if let Some((index, hashes)) = &self.old {
            old.extend(index.records_of(sheet, self.site)?.into_iter().map(|record| (record.tile(), record)));
            if let (Some(hashes), Some(group)) = (hashes, index.group_of(sheet)) {
                old_hashes.extend(hashes.of_sheet(sheet, group)?);
            }
        }
        let record = |tile: &TileId| match old.get(tile) {
            Some(record) if !new.contains(*tile) => Ok(record.clone()),
            _ => records.record(*tile),
        };
        let made: Vec<_> = tiles.par_iter().map(record).collect();
        let (mut good, mut hashes) = (Vec::with_capacity(made.len()), Vec::with_capacity(made.len()));
        for (tile, made) in tiles.iter().copied().zip(made) {
            match made.and_then(|record| self.check(tile, record, growing)) {
                Ok(record) => {
                    let known = if new.contains(tile) { records.hashes(tile) } else { FileHashes::default() };
                    let old =
                        old_hashes.get(&tile).copied().filter(|_| known.is_empty() && !new.contains(tile));
                    hashes.push((tile, old.unwrap_or(known)));
                    good.push(record);
                }
                Err(cause) => {
                    growing.failed += 1;
                    self.say(CatalogEvent::Failed { tile, year, cause: &*cause }, watch)?;
                }
            }
        }
        if self.options.items {
            self.items(&good, &old)?;
        }
        let error = |path: &str| CatalogError::parquet(&self.target.name_of(path));
        growing.index.sheet(&good).map_err(error(&index_path(year)))?;
        growing.hashes.sheet(year, &hashes).map_err(error(&hashes_path(year)))?;
        self.say(CatalogEvent::Written { tiles: good.len() }, watch)
    }

    /// Takes note of a record that belongs to the year and describes something.
    fn check(
        &self,
        tile: TileId,
        record: TileRecord,
        growing: &mut Growing<'_>,
    ) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        if record.tile() != tile {
            return Err(format!("a record of {}", record.tile()).into());
        }
        if !record.assets().hold_data() {
            return Err(ItemError::NoData { id: record.id() }.into());
        }
        growing.contents.add(&record, self.site)?;
        Ok(record)
    }

    /// Writes the items that are new, or say something else than before.
    fn items(&self, records: &[TileRecord], old: &HashMap<TileId, TileRecord>) -> Result<(), CatalogError> {
        let Some(year) = records.first().map(TileRecord::year) else { return Ok(()) };
        let mut blocks: Vec<_> = records.iter().map(|record| Block::of_tile(record.tile())).collect();
        blocks.dedup();
        blocks.iter().try_for_each(|block| self.target.folder(&format!("{year}/{block}")))?;
        records.par_iter().try_for_each_init(Vec::new, |json, record| {
            if old.get(&record.tile()) == Some(record) {
                return Ok(());
            }
            json.clear();
            record.write_item_in(self.site, json)?;
            self.target.put(&item_path(record.tile(), year), json)
        })
    }

    fn blocks(&self, contents: &YearContents) -> Result<(), CatalogError> {
        let year = contents.year();
        contents.blocks().par_iter().try_for_each(|block| {
            self.target.folder(&format!("{year}/{block}"))?;
            self.target.put(&block_path(year, *block), &to_json(&block_catalog(contents, *block, self.site))?)
        })
    }

    /// Deletes the files of tiles and blocks that the year no longer has.
    fn remove_gone(&self, contents: &YearContents) -> Result<(), CatalogError> {
        let Some((old, _)) = &self.old else { return Ok(()) };
        let year = contents.year();
        for tile in old.coverage().tiles().filter(|tile| !contents.coverage().contains(*tile)) {
            self.target.remove(&item_path(tile, year))?;
        }
        let kept = contents.blocks();
        for block in old.coverage().blocks().into_iter().filter(|block| !kept.contains(block)) {
            self.target.remove(&block_path(year, block))?;
            self.target.remove_empty(&format!("{year}/{block}"));
        }
        Ok(())
    }

    fn say(&self, event: CatalogEvent<'_>, watch: Watch<'_>) -> Result<(), CatalogError> {
        match watch(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(CatalogError::Stopped { path: self.target.name_of("") }),
        }
    }
}
