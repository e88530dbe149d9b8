//! What a year of a catalogue holds.

use std::collections::{BTreeMap, BTreeSet};

use tessera_core::{DatasetVersion, TileId, UtmZone, Year};

use crate::href_template::CommonHref;
use crate::{Block, Coverage, Location, PyramidAssets, Site, StorageScheme, TileRecord, collection_path};

/// What a year of a catalogue holds: all that its collection and blocks say, gathered from one record after another, in
/// any order. Costs a bit a tile.
///
/// ```
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{Credits, Location, Site, TileRecord, TileStore, YearContents, year_collection};
///
/// let (site, year) = (Site::url("https://example.org/catalogue")?, Year::new(2024)?);
/// let mut contents = YearContents::new(year, DatasetVersion::named("v1"));
/// for name in ["grid_0.15_52.05", "grid_0.25_52.05"] {
///     let tile: TileId = name.parse()?;
///     let store = Location::url(&format!("s3://tessera/v1/2024/{name}.zarr"))?;
///     let record = TileRecord::new(tile, year, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
///     contents.add(&record.store(TileStore::new(store, 3)?), &site)?;
/// }
/// let collection = year_collection(&contents, &site, &Credits::default());
/// assert_eq!(collection.id, "tessera-v1-2024");
/// assert_eq!(collection.extent.spatial.bbox[0].xmax(), 0.3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct YearContents {
    year: Year,
    version: DatasetVersion,
    coverage: Coverage,
    pub(crate) zones: BTreeSet<UtmZone>,
    pub(crate) channels: usize,
    pub(crate) formats: BTreeSet<u8>,
    pub(crate) storage: BTreeMap<String, StorageScheme>,
    pub(crate) templates: BTreeMap<&'static str, CommonHref>,
    pyramids: PyramidAssets,
}

/// A record that does not belong to a year's contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentsError {
    /// Two dataset versions in one collection.
    #[error(
        "{id} is of dataset version {got}, and the collection of {year} is of {expected}: their embeddings cannot be \
         compared, so one collection holds one version"
    )]
    MixedVersions {
        /// The id of the item.
        id: String,
        /// The year.
        year: Year,
        /// The version of the record.
        got: DatasetVersion,
        /// The version of the collection.
        expected: DatasetVersion,
    },
    /// Two records of one tile.
    #[error("{id} comes twice: expected one record of a tile and year, with all of its files")]
    Duplicate {
        /// The id of the item.
        id: String,
    },
    /// A record of another year.
    #[error("{id} is not of {expected}")]
    Year {
        /// The id of the item.
        id: String,
        /// The year of the collection.
        expected: Year,
    },
}

impl YearContents {
    /// A year of a dataset version, still empty. A version that is unknown stands alone too.
    #[must_use]
    pub fn new(year: Year, version: DatasetVersion) -> Self {
        Self {
            year,
            version,
            coverage: Coverage::new(),
            zones: BTreeSet::new(),
            channels: 0,
            formats: BTreeSet::new(),
            storage: BTreeMap::new(),
            templates: BTreeMap::new(),
            pyramids: PyramidAssets::default(),
        }
    }

    /// A year of which only the tiles are known: enough for its blocks, not for its collection.
    pub(crate) fn of_coverage(year: Year, version: DatasetVersion, coverage: Coverage) -> Self {
        Self { coverage, ..Self::new(year, version) }
    }

    /// Whether a record belongs here.
    ///
    /// # Errors
    /// A record of another version or year, or of a tile that is there already.
    pub fn check(&self, record: &TileRecord) -> Result<(), ContentsError> {
        let id = || record.id();
        if record.year() != self.year {
            return Err(ContentsError::Year { id: id(), expected: self.year });
        }
        if *record.version() != self.version {
            let (got, expected) = (record.version().clone(), self.version.clone());
            return Err(ContentsError::MixedVersions { id: id(), year: self.year, got, expected });
        }
        if self.coverage.contains(record.tile()) {
            return Err(ContentsError::Duplicate { id: id() });
        }
        Ok(())
    }

    /// Takes note of a tile, whose item lies in a catalogue at this site.
    ///
    /// # Errors
    /// As [`check`](Self::check); the contents stay as they were.
    pub fn add(&mut self, record: &TileRecord, site: &Site) -> Result<(), ContentsError> {
        self.check(record)?;
        self.coverage.insert(record.tile());
        self.zones.insert(record.grid().zone());
        self.channels = self.channels.max(record.channel_count());
        self.formats.extend(record.tile_store().map(crate::TileStore::format));
        let (path, mut buffer) = (collection_path(self.year), String::new());
        for (key, location) in record.locations() {
            self.note_storage(location, site);
            let href = site.asset_href(&path, location);
            self.templates.entry(key).or_default().add(&href, record.tile(), &mut buffer);
        }
        Ok(())
    }

    /// The pyramids of pictures of the year, whose catalogue is at this site. They take the place of those that were said
    /// before.
    pub fn set_pyramids(&mut self, pyramids: PyramidAssets, site: &Site) {
        pyramids.locations().for_each(|(_, location, _)| self.note_storage(location, site));
        self.pyramids = pyramids;
    }

    /// The pyramids of pictures of the year.
    #[must_use]
    pub fn pyramids(&self) -> &PyramidAssets {
        &self.pyramids
    }

    fn note_storage(&mut self, location: &Location, site: &Site) {
        if let Some(scheme) = site.storage_of(location)
            && !self.storage.contains_key(scheme.name())
        {
            self.storage.insert(scheme.name().to_owned(), scheme.clone());
        }
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

    /// Which tiles there are.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The blocks that hold a tile, ascending.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        self.coverage.blocks()
    }

    /// The tiles of a block, ascending.
    pub fn tiles_in(&self, block: Block) -> impl Iterator<Item = TileId> {
        self.coverage.tiles_of_block(block)
    }

    /// All tiles, in the order of the index.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> + Clone {
        self.coverage.tiles()
    }

    /// The number of tiles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.coverage.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.coverage.is_empty()
    }

    /// Whether some tile has an asset of this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.templates.contains_key(key)
    }
}

#[cfg(test)]
mod tests {
    use tessera_core::PixelGrid;

    use super::*;

    fn record(name: &str, year: u16, version: &str) -> TileRecord {
        let tile: TileId = name.parse().unwrap();
        let grid = PixelGrid::of_tile(tile).unwrap();
        TileRecord::new(tile, Year::new(year).unwrap(), DatasetVersion::named(version), grid)
    }

    #[test]
    fn versions_never_mix() {
        let site = Site::folder("/data").unwrap();
        for (first, second) in [("v1", "v1.1-cam"), ("v1", ""), ("", "v1")] {
            let mut contents = YearContents::new(Year::new(2024).unwrap(), DatasetVersion::named(first));
            contents.add(&record("grid_0.15_52.05", 2024, first), &site).unwrap();
            contents.add(&record("grid_0.25_52.05", 2024, first), &site).unwrap();
            let before = contents.clone();
            let error = contents.add(&record("grid_0.35_52.05", 2024, second), &site).unwrap_err();
            assert!(matches!(error, ContentsError::MixedVersions { .. }), "{error}");
            let (a, b) = (DatasetVersion::named(first), DatasetVersion::named(second));
            assert!(
                error.to_string().contains(&format!("version {b}"))
                    && error.to_string().contains(&format!("of {a}"))
            );
            assert_eq!(contents, before);
        }
    }

    #[test]
    fn a_tile_comes_once() {
        let site = Site::folder("/data").unwrap();
        let mut contents = YearContents::new(Year::new(2024).unwrap(), DatasetVersion::Unknown);
        contents.add(&record("grid_0.15_52.05", 2024, ""), &site).unwrap();
        let again = contents.add(&record("grid_0.15_52.05", 2024, ""), &site);
        assert_eq!(again, Err(ContentsError::Duplicate { id: "grid_0.15_52.05_2024".into() }));
        assert!(matches!(
            contents.add(&record("grid_0.25_52.05", 2023, ""), &site),
            Err(ContentsError::Year { .. })
        ));
        assert_eq!((contents.len(), contents.blocks().len()), (1, 1));
    }
}
