//! Which tiles a zone store holds.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tessera_core::{
    ByteRange, ByteStore, DatasetVersion, Folder, ObjectRange, PixelGrid, TileId, UtmZone, Year,
};

use crate::puts::place;
use crate::zone_write::build::Build;
use crate::zone_write::record::{MAX_BYTES, Record};
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
    build: Build,
    spec: ZoneSpec,
}

/// Why it cannot be said which tiles a zone store holds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneRecordsError {
    /// The store cannot be opened, or is not one that is filled here.
    #[error(transparent)]
    Store(#[from] ZoneStoreError),
    /// A record cannot be read, or the records cannot be listed.
    #[error("cannot read {object}")]
    Io {
        /// The path or address of the file, folder or object.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl ZoneRecords {
    /// The records of the store at a path; `None` where there is no folder `<store>.build` beside it: a store that was
    /// never filled, was made by something else, or was copied without it.
    ///
    /// # Errors
    /// Where the folder is there and the store is not one that [`ZoneWriter`](crate::ZoneWriter) fills.
    pub fn open(path: impl AsRef<Path>) -> Result<Option<Self>, ZoneRecordsError> {
        let (path, build) = (path.as_ref(), Build::of(path.as_ref()));
        let there = build.folder().is_none_or(|folder| !matches!(folder.try_exists(), Ok(false)));
        if !there {
            return Ok(None);
        }
        let store: Arc<dyn ByteStore> = Arc::new(Folder::new(path));
        let (spec, _) = parsed::spec_of(&store)?;
        Ok(Some(Self { build, spec }))
    }

    /// The records in `build` of the store in `store`; `None` where `build` holds nothing. Where names cannot be listed
    /// that cannot be told.
    ///
    /// # Errors
    /// As [`open`](Self::open), or where the records cannot be listed.
    pub fn open_in(
        store: &Arc<dyn ByteStore>,
        build: Arc<dyn ByteStore>,
    ) -> Result<Option<Self>, ZoneRecordsError> {
        match build.list("") {
            Ok(names) if names.is_empty() => return Ok(None),
            Err(cause) if cause.kind() != io::ErrorKind::Unsupported => {
                return Err(ZoneRecordsError::Io { object: build.name(), cause });
            }
            _ => {}
        }
        let (spec, _) = parsed::spec_of(store)?;
        Ok(Some(Self { build: Build::new(build), spec }))
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
    /// Each record is read once, as many at a time as the store likes.
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
        for ((row, col), record) in read_all(&self.build, zone, year)
            .map_err(|(object, cause)| ZoneRecordsError::Io { object, cause })?
        {
            if !record.is_complete() {
                continue;
            }
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

/// All records of a zone and year, by the row and column of their shards; those that say nothing are left out. Where one
/// cannot be read, the error names it.
pub(crate) fn read_all(
    build: &Build,
    zone: u8,
    year: Year,
) -> Result<BTreeMap<(u64, u64), Record>, (String, io::Error)> {
    let records = &**build.store();
    let folder = Build::records(zone, year);
    let mut places = build.recorded(zone, year).map_err(|cause| (place(records, &folder), cause))?;
    // What is too large to be a record is not fetched, where sizes can be listed.
    let found = records.walk(&folder).unwrap_or_default().into_iter();
    let large: HashSet<String> =
        found.filter(|(_, stamp)| stamp.bytes > MAX_BYTES).map(|(name, _)| name).collect();
    let name_of = |(row, col): &(u64, u64)| Build::record(zone, year, *row, *col);
    places.retain(|place| !large.contains(&name_of(place)));
    let names: Vec<String> = places.iter().map(name_of).collect();
    names.iter().for_each(|name| records.forget(name));
    let ranges: Vec<_> = names.iter().map(|object| ObjectRange { object, range: ByteRange::All }).collect();
    let (found, wrong) = (Mutex::new(BTreeMap::new()), Mutex::new(None));
    records.read_many(&ranges, &|at, got| match got {
        Ok(text) => {
            if let Some(record) = text.and_then(Record::parse) {
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(places[at], record);
            }
            ControlFlow::Continue(())
        }
        Err(cause) => {
            let name = place(records, &names[at]);
            wrong.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((name, cause));
            ControlFlow::Break(())
        }
    });
    match wrong.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(wrong) => Err(wrong),
        None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}
