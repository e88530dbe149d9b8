//! The hashes of a year, opened.

use std::path::Path;
use std::sync::Arc;

use parquet::data_type::{ByteArrayType, FixedLenByteArray, FixedLenByteArrayType};
use parquet::errors::{ParquetError, Result};
use tessera_core::{ByteRange, ByteRanges, TileId, Year};

use crate::catalog_files::CatalogFiles;
use crate::hashes::{FileHashes, schema};
use crate::parquet_file::{Columns, ParquetFile, TAIL};
use crate::paths::item_id_ending;
use crate::sheet::Sheet;
use crate::{IndexError, hashes_path, item_id};

/// The hashes of the files of a year, opened: a row group for each 20° × 10° that has tiles, in the order of the index.
#[derive(Debug)]
pub struct YearHashes {
    year: Year,
    file: ParquetFile,
}

impl YearHashes {
    /// Opens the hashes of a year in the folder of a catalogue; `None` where it has none.
    ///
    /// # Errors
    /// A file that cannot be read, or is none of hashes.
    pub fn open(catalog: impl AsRef<Path>, year: Year) -> std::result::Result<Option<Self>, IndexError> {
        let path = catalog.as_ref().join(hashes_path(year));
        if !path.try_exists().map_err(IndexError::io(&path))? {
            return Ok(None);
        }
        Ok(Some(Self { year, file: ParquetFile::open(&path, schema)? }))
    }

    /// Opens the hashes of a year in a store that holds a catalogue; `None` where it has none.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(store: &Arc<dyn ByteRanges>, year: Year) -> std::result::Result<Option<Self>, IndexError> {
        let (object, mut tail) = (hashes_path(year), Vec::new());
        let path = CatalogFiles::store(Arc::clone(store)).path_of(&object);
        if !store.read_into(&object, ByteRange::Last(TAIL), &mut tail).map_err(IndexError::io(&path))? {
            return Ok(None);
        }
        Ok(Some(Self { year, file: ParquetFile::open_in(store, &object, path, tail, schema)? }))
    }

    /// The hashes, part by part: each as large as a part of an index.
    pub fn parts(
        &self,
    ) -> impl Iterator<Item = std::result::Result<Vec<(TileId, FileHashes)>, IndexError>> + use<'_> {
        (0..self.file.groups().count()).map(|group| self.part(group))
    }

    /// The hashes of a sheet, which is this row group of the index. In what an interrupted update has left it may be
    /// another one here.
    pub(crate) fn of_sheet(
        &self,
        sheet: Sheet,
        group: usize,
    ) -> std::result::Result<Vec<(TileId, FileHashes)>, IndexError> {
        let groups = self.file.groups().count();
        let likely = Some(group).filter(|group| *group < groups);
        for group in likely.into_iter().chain(0..groups) {
            let part = self.part(group)?;
            if part.first().is_some_and(|(tile, _)| Sheet::of_tile(*tile) == sheet) {
                return Ok(part);
            }
        }
        Ok(Vec::new())
    }

    /// The hashes of a row group.
    pub(crate) fn part(&self, group: usize) -> std::result::Result<Vec<(TileId, FileHashes)>, IndexError> {
        self.file.columns(group, |columns| rows(columns, self.year))
    }
}

fn rows(columns: &Columns<'_>, year: Year) -> Result<Vec<(TileId, FileHashes)>> {
    let ids = columns.required::<ByteArrayType>("id")?;
    let embeddings = columns.optional::<FixedLenByteArrayType>("embeddings_npy")?;
    let scales = columns.optional::<FixedLenByteArrayType>("scales_npy")?;
    let hash = |bytes: Option<FixedLenByteArray>| bytes.and_then(|bytes| bytes.data().try_into().ok());
    let hashes = embeddings.into_iter().zip(scales);
    let hashes =
        hashes.map(|(embeddings, scales)| FileHashes { embeddings: hash(embeddings), scales: hash(scales) });
    let ending = item_id_ending(year);
    let tile = |id: &parquet::data_type::ByteArray| {
        let id = id.as_utf8()?;
        let tile = id.strip_suffix(&ending).and_then(|name| name.parse::<TileId>().ok());
        let tile = tile.filter(|tile| item_id(*tile, year) == id);
        tile.ok_or_else(|| ParquetError::General(format!("{id} is no tile of {year}")))
    };
    ids.iter().zip(hashes).map(|(id, hashes)| Ok((tile(id)?, hashes))).collect()
}
