//! The index of a year, opened.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;
use tessera_core::{ByteRanges, DatasetVersion, Region, TileId, Year};

use crate::catalog_files::CatalogFiles;
use crate::index::description::Description;
use crate::index::kept::KeptSheets;
use crate::index::rows::{RowError, SheetRows};
use crate::index::schema::schema;
use crate::parquet_file::{ParquetFile, TAIL};
use crate::sheet::{Sheet, index_order, sheet_title};
use crate::{
    Coverage, IndexError, Location, LocationError, Site, TileRecord, collection_id, coverage_path, index_path,
};

mod checked;
mod parts;
mod pyramids;
mod site;

pub(crate) use checked::CheckedTile;

/// Bytes of a coverage bitmap that are read, at most: more than one takes that cannot be packed.
const MOST_BITMAP: u64 = 1 << 20;

/// The tiles of a year as a catalogue's index holds them: which there are, from the coverage bitmap, and what is known of
/// each, from `items.parquet`.
///
/// Opening reads the bitmap and a footer. What is known of a tile is read with all of its 20° × 10°, 20,000 tiles at
/// most, and kept: some tens of bytes a tile, of the tiles that were asked for last ([`CatalogIndex::keep`]).
///
/// [`CatalogIndex::keep`]: crate::CatalogIndex::keep
#[derive(Debug)]
pub struct YearIndex {
    year: Year,
    version: DatasetVersion,
    coverage: Coverage,
    base_url: Option<String>,
    items: bool,
    pyramids: Option<Value>,
    file: ParquetFile,
    /// The row group of each sheet that has tiles.
    sheets: BTreeMap<Sheet, usize>,
    kept: Arc<KeptSheets>,
}

/// How indexes are opened.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub(super) kept: Arc<KeptSheets>,
    /// Whether the index is taken at its word where the bitmap is of another one: an update was interrupted between the
    /// two, and the next has to go on.
    pub(super) mend: bool,
}

impl YearIndex {
    /// Opens the index of a year in the folder of a catalogue.
    ///
    /// # Errors
    /// Files that cannot be read, are of another version or year, or do not belong together.
    pub fn open(catalog: impl AsRef<Path>, year: Year) -> Result<Self, IndexError> {
        Self::open_in_folder(&CatalogFiles::folder(catalog), year, &Opening::default())
    }

    pub(super) fn open_in_folder(
        files: &CatalogFiles,
        year: Year,
        opening: &Opening,
    ) -> Result<Self, IndexError> {
        let file = ParquetFile::open(&files.path_of(&index_path(year)), schema)?;
        let path = files.path_of(&coverage_path(year));
        let bitmap = fs::read(&path).map_err(IndexError::io(&path))?;
        Self::with(year, file, path, &bitmap, opening)
    }

    /// Opens the index of a year in a store that holds a catalogue: in one request for the end of the index, one for the
    /// bitmap, both at once, and one more where the footer is longer than 256 KiB. A sheet is one request.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(store: Arc<dyn ByteRanges>, year: Year) -> Result<Self, IndexError> {
        let files = CatalogFiles::store(Arc::clone(&store));
        let mut opened = Self::open_all(&files, &store, &[year], &Opening::default())?;
        let path = || files.path_of(&index_path(year));
        opened.pop().ok_or_else(|| IndexError::io(&path())(io::ErrorKind::NotFound.into()))
    }

    /// Opens the indexes of years in a store, all at once; those that are not there are left out.
    pub(super) fn open_all(
        files: &CatalogFiles,
        store: &Arc<dyn ByteRanges>,
        years: &[Year],
        opening: &Opening,
    ) -> Result<Vec<Self>, IndexError> {
        let wanted: Vec<_> = years
            .iter()
            .flat_map(|year| [(index_path(*year), TAIL), (coverage_path(*year), MOST_BITMAP)])
            .collect();
        let mut ends = CatalogFiles::ends(&**store, &wanted).into_iter();
        let mut opened = Vec::new();
        for (year, objects) in years.iter().zip(wanted.chunks(2)) {
            let ([(index, _), (bitmap, _)], Some(tail), Some(bits)) = (objects, ends.next(), ends.next())
            else {
                break;
            };
            let path = files.path_of(index);
            let Some(tail) = tail.map_err(IndexError::io(&path))? else { continue };
            let file = ParquetFile::open_in(store, index, path, tail, schema)?;
            let path = files.path_of(bitmap);
            let bits = match bits {
                Ok(None) if opening.mend => Ok(Vec::new()),
                bits => bits.and_then(|bits| bits.ok_or_else(|| io::ErrorKind::NotFound.into())),
            };
            let bits = bits.map_err(IndexError::io(&path))?;
            opened.push(Self::with(*year, file, path, &bits, opening)?);
        }
        Ok(opened)
    }

    /// An index of which the footer is known and the bitmap, which lies at `path`.
    fn with(
        year: Year,
        file: ParquetFile,
        path: PathBuf,
        bitmap: &[u8],
        opening: &Opening,
    ) -> Result<Self, IndexError> {
        let said = Description::read(&file)?;
        if said.year != year.to_string() {
            return Err(IndexError::Year { path: file.path, got: said.year, expected: year.to_string() });
        }
        let coverage = Coverage::from_gzip(bitmap).map_err(|source| IndexError::Coverage { path, source });
        let checked =
            coverage.and_then(|coverage| Ok((groups_of(&file, &coverage, said.tiles, year)?, coverage)));
        let (sheets, coverage) = match checked {
            Err(_) if opening.mend => {
                let coverage = coverage_of(&file, year)?;
                (groups_of(&file, &coverage, said.tiles, year)?, coverage)
            }
            checked => checked?,
        };
        let version = said.version();
        let Description { base_url, items, pyramids, .. } = said;
        let kept = Arc::clone(&opening.kept);
        Ok(Self { year, version, coverage, base_url, items, pyramids, file, sheets, kept })
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> Year {
        self.year
    }

    /// The dataset version.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.version
    }

    /// The id of the year's collection.
    #[must_use]
    pub fn collection_id(&self) -> String {
        collection_id(&self.version, self.year)
    }

    /// The address that the links of the catalogue begin with; `None` where they are relative.
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// Whether the catalogue has a file for each item.
    #[must_use]
    pub fn has_item_files(&self) -> bool {
        self.items
    }

    /// Which tiles there are.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The number of tiles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.coverage.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.coverage.is_empty()
    }

    /// The tiles that a region touches, in the order of the index, those after a given one alone. No file is read.
    pub fn tiles_after(
        &self,
        after: Option<TileId>,
        region: &Region,
    ) -> impl Iterator<Item = TileId> + use<'_> {
        let region = *region;
        let after = after.map(index_order);
        let first = after.map(|(sheet, ..)| sheet);
        let sheets =
            self.coverage.sheets_in(&region).filter(move |sheet| first.is_none_or(|first| *sheet >= first));
        let tiles = sheets.flat_map(move |sheet| self.coverage.tiles_of(sheet, region));
        tiles.filter(move |tile| after.is_none_or(|after| index_order(*tile) > after))
    }

    /// What is known of a tile; `None` where the year does not have it. Links are resolved from the folder or address of
    /// the site.
    ///
    /// # Errors
    /// An index that is damaged, or says what cannot be.
    pub fn record(&self, tile: TileId, site: &Site) -> Result<Option<TileRecord>, IndexError> {
        if !self.coverage.contains(tile) {
            return Ok(None);
        }
        let rows = self.rows(Sheet::of_tile(tile))?;
        let row = rows.position(tile).ok_or_else(|| self.stranger(tile))?;
        self.record_of(&rows, row, tile, site)
    }

    /// What is known of the tiles of a sheet, in the order of the index. Nothing is kept.
    pub(crate) fn records_of(&self, sheet: Sheet, site: &Site) -> Result<Vec<TileRecord>, IndexError> {
        let Some(group) = self.sheets.get(&sheet) else { return Ok(Vec::new()) };
        let rows = self.read(*group)?;
        let record = |(row, tile): (usize, &TileId)| self.record_of(&rows, row, *tile, site).transpose();
        rows.tiles.par_iter().enumerate().filter_map(record).collect()
    }

    /// The row group of a sheet.
    pub(crate) fn group_of(&self, sheet: Sheet) -> Option<usize> {
        self.sheets.get(&sheet).copied()
    }

    fn record_of(
        &self,
        rows: &SheetRows,
        row: usize,
        tile: TileId,
        site: &Site,
    ) -> Result<Option<TileRecord>, IndexError> {
        let from = index_path(self.year);
        self.record_with(rows, row, tile, |href| site.resolve(&from, href))
    }

    fn record_with(
        &self,
        rows: &SheetRows,
        row: usize,
        tile: TileId,
        resolve: impl Fn(&str) -> Result<Location, LocationError>,
    ) -> Result<Option<TileRecord>, IndexError> {
        rows.record(row, self.year, &self.version, resolve).map_err(|cause| {
            let path = self.file.path.clone();
            match cause {
                RowError::Href(source) => IndexError::Href { path, tile, source },
                RowError::Store(cause) => IndexError::Row { path, tile, why: cause.to_string() },
                RowError::Record(cause) => IndexError::Row { path, tile, why: cause.to_string() },
            }
        })
    }

    /// The rows of a sheet, from memory where they are kept.
    fn rows(&self, sheet: Sheet) -> Result<Arc<SheetRows>, IndexError> {
        let none =
            || IndexError::format(&self.file.path, format!("it lacks {}", sheet_title(sheet, self.year)));
        let group = self.sheets.get(&sheet).ok_or_else(none)?;
        if let Some(rows) = self.kept.get(self.year, sheet) {
            return Ok(rows);
        }
        // Two threads that come at the same time both read it, and keep one.
        let rows = Arc::new(self.read(*group)?);
        self.kept.put(self.year, sheet, &rows);
        Ok(rows)
    }

    fn read(&self, group: usize) -> Result<SheetRows, IndexError> {
        let rows = self.file.columns(group, |columns| SheetRows::read(columns, self.year))?;
        match rows.tiles.iter().find(|tile| !self.coverage.contains(**tile)) {
            Some(tile) => Err(self.stranger(*tile)),
            None => Ok(rows),
        }
    }

    /// A tile that only one of the two files has.
    fn stranger(&self, tile: TileId) -> IndexError {
        let why = "it is in only one of the index and the coverage bitmap beside it".to_owned();
        IndexError::Row { path: self.file.path.clone(), tile, why }
    }
}

/// The row group of each sheet that has tiles, which an index and a bitmap must agree upon.
fn groups_of(
    file: &ParquetFile,
    coverage: &Coverage,
    said: usize,
    year: Year,
) -> Result<BTreeMap<Sheet, usize>, IndexError> {
    let path = || file.path.clone();
    let counts = Sheet::all().map(|sheet| (sheet, coverage.count_of(sheet)));
    let mut groups = file.groups().enumerate();
    let mut sheets = BTreeMap::new();
    for (sheet, tiles) in counts.filter(|(_, tiles)| *tiles > 0) {
        let (group, rows) = groups.next().unwrap_or((0, 0));
        if rows != tiles {
            return Err(IndexError::Disagree { path: path(), sheet: sheet_title(sheet, year), rows, tiles });
        }
        sheets.insert(sheet, group);
    }
    if groups.next().is_some() || said != coverage.len() {
        let sheet = format!("all of {year}");
        return Err(IndexError::Disagree { path: path(), sheet, rows: said, tiles: coverage.len() });
    }
    Ok(sheets)
}

/// The tiles that the rows of an index are of.
fn coverage_of(file: &ParquetFile, year: Year) -> Result<Coverage, IndexError> {
    let mut coverage = Coverage::new();
    for group in 0..file.groups().count() {
        coverage.extend(file.columns(group, |columns| SheetRows::read(columns, year))?.tiles);
    }
    Ok(coverage)
}
