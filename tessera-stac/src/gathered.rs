//! The records of a year, in memory.

use std::collections::BTreeMap;
use std::error::Error;

use tessera_core::{DatasetVersion, TileId, Year};

use crate::{CatalogError, ContentsError, TileRecord, YearRecords};

/// The records of a year, in memory.
pub(crate) struct Gathered {
    year: Year,
    version: DatasetVersion,
    records: BTreeMap<TileId, TileRecord>,
}

impl Gathered {
    /// Records by their years. Those of a year are of one dataset version, and each tile comes once.
    pub(crate) fn by_year(
        records: impl IntoIterator<Item = TileRecord>,
    ) -> Result<BTreeMap<Year, Self>, CatalogError> {
        let mut years = BTreeMap::<Year, Self>::new();
        for record in records {
            let (year, id) = (record.year(), record.id());
            let version = record.version();
            let new = || Self { year, version: version.clone(), records: BTreeMap::new() };
            let known = years.entry(year).or_insert_with(new);
            if *version != known.version {
                let (got, expected) = (version.clone(), known.version.clone());
                return Err(ContentsError::MixedVersions { id, year, got, expected }.into());
            }
            if known.records.insert(record.tile(), record).is_some() {
                return Err(ContentsError::Duplicate { id }.into());
            }
        }
        Ok(years)
    }
}

impl YearRecords for Gathered {
    fn year(&self) -> Year {
        self.year
    }

    fn version(&self) -> &DatasetVersion {
        &self.version
    }

    fn tiles(&self) -> Vec<TileId> {
        self.records.keys().copied().collect()
    }

    fn record(&self, tile: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        self.records.get(&tile).cloned().ok_or_else(|| "no such tile".into())
    }
}
