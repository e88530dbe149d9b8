//! Which tiles a zone store holds.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, PixelGrid, TileId, UtmZone, Year};

use crate::zone_write::build::BuildFolder;
use crate::zone_write::record::Record;
use crate::zone_write::{parsed, plan};
use crate::{ZoneSpec, ZoneStoreError};

/// What is recorded of a zone store: which tiles it was filled from.
///
/// The records stand in `<store>.build`, beside the store. They say what [`ZoneWriter::fill`](crate::ZoneWriter::fill)
/// did; whether its objects still are there, and whole, is for [`ZoneWriter::verify`](crate::ZoneWriter::verify) to say.
///
/// ```
/// use tessera_core::{DatasetVersion, Year};
/// use tessera_zarr::{ZoneRecords, ZoneSpec, ZoneWriter};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("tessera.zarr");
/// let year = Year::new(2024)?;
/// ZoneWriter::create(&path, &ZoneSpec::new(DatasetVersion::named("v1")).zones([31]).years([year]))?;
/// // Never filled, so there is no folder of records yet.
/// assert!(ZoneRecords::open(&path)?.is_none());
/// std::fs::create_dir(dir.path().join("tessera.zarr.build"))?;
/// let records = ZoneRecords::open(&path)?.ok_or("no records")?;
/// assert_eq!(records.tiles(31, year)?, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ZoneRecords {
    build: BuildFolder,
    spec: ZoneSpec,
}

/// Why it cannot be said which tiles a zone store holds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneRecordsError {
    /// The store cannot be opened, or is not one that is filled here.
    #[error(transparent)]
    Store(#[from] ZoneStoreError),
    /// A record, or the folder of records, cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl ZoneRecordsError {
    fn io(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Io { path: path.clone(), cause }
    }
}

impl ZoneRecords {
    /// The records of the store at a path; `None` where there is no folder `<store>.build` beside it: a store that was
    /// never filled, was made by something else, or was copied without it.
    ///
    /// # Errors
    /// Where the folder is there and the store is not one that [`ZoneWriter`](crate::ZoneWriter) fills.
    pub fn open(path: impl AsRef<Path>) -> Result<Option<Self>, ZoneRecordsError> {
        let (path, build) = (path.as_ref(), BuildFolder::of(path.as_ref()));
        if !build.path().try_exists().map_err(ZoneRecordsError::io(build.path()))? {
            return Ok(None);
        }
        let (spec, _) = parsed::spec_of(path)?;
        Ok(Some(Self { build, spec }))
    }

    /// The zones of the store, ascending.
    #[must_use]
    pub fn zones(&self) -> &[u8] {
        &self.spec.zones
    }

    /// The years of the store, in the order of its time axis.
    #[must_use]
    pub fn years(&self) -> &[Year] {
        &self.spec.years
    }

    /// The dataset of the store.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.spec.version
    }

    /// The tiles that the store holds of a zone and year, ascending: those that every shard they may touch was made from,
    /// as its record says. One that could not be read for any of its shards, or of which a shard is missing or was not
    /// finished, is not among them. None where the store does not have the zone or the year.
    ///
    /// Each record is read once, one after another.
    ///
    /// # Errors
    /// Where the system refuses. A record that says nothing counts as missing.
    pub fn tiles(&self, zone: u8, year: Year) -> Result<Vec<TileId>, ZoneRecordsError> {
        let edge = self.spec.layout.shard_edge();
        let Ok(lattice) = PixelGrid::of_zone(zone) else { return Ok(Vec::new()) };
        if !(self.spec.zones.contains(&zone) && self.spec.years.contains(&year)) {
            return Ok(Vec::new());
        }
        // How many of the shards that a tile may touch it is still wanted in.
        let mut wanted: HashMap<TileId, u64> = HashMap::new();
        let folder = self.build.records(zone, year);
        for (row, col) in self.build.recorded(zone, year).map_err(ZoneRecordsError::io(&folder))? {
            let path = self.build.record(zone, year, row, col);
            let record = Record::read(&path).map_err(ZoneRecordsError::io(&path))?;
            let Some(record) = record.filter(Record::is_complete) else { continue };
            for tile in record.held().collect::<BTreeSet<_>>() {
                if UtmZone::of_tile(tile).number() != zone {
                    continue;
                }
                let Some(grid) = PixelGrid::of_tile(tile).ok() else { continue };
                let Some((rows, cols)) = plan::shards(&grid, &lattice, edge) else { continue };
                if rows.contains(&row) && cols.contains(&col) {
                    let all = (rows.end() - rows.start() + 1) * (cols.end() - cols.start() + 1);
                    *wanted.entry(tile).or_insert(all) -= 1;
                }
            }
        }
        let mut tiles: Vec<TileId> =
            wanted.into_iter().filter(|(_, wanted)| *wanted == 0).map(|(tile, _)| tile).collect();
        tiles.sort_unstable();
        Ok(tiles)
    }
}
