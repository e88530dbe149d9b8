//! The records of a year, as a list.

use std::error::Error;

use tessera_core::{DatasetVersion, TileId, Year};
use tessera_stac::{FileHashes, TileRecord, YearRecords};

/// The records of the year and version that the first of them has.
#[derive(Clone)]
pub(crate) struct Listed {
    pub(crate) records: Vec<TileRecord>,
    pub(crate) hashes: FileHashes,
}

impl Listed {
    pub(crate) fn new(records: Vec<TileRecord>) -> Self {
        Self { records, hashes: FileHashes::default() }
    }
}

impl YearRecords for Listed {
    fn year(&self) -> Year {
        self.records[0].year()
    }

    fn version(&self) -> &DatasetVersion {
        self.records[0].version()
    }

    fn tiles(&self) -> Vec<TileId> {
        self.records.iter().map(TileRecord::tile).collect()
    }

    fn record(&self, tile: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        Ok(self.records.iter().find(|record| record.tile() == tile).unwrap().clone())
    }

    fn hashes(&self, _: TileId) -> FileHashes {
        self.hashes
    }
}
