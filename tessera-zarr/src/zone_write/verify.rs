//! Checking a zone store: what is recorded, what is stored, and what the tiles say.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use tessera_core::{Archive, Year};

use crate::zone_store::StoredShard;
use crate::zone_write::record::{ObjectRecord, Record};
use crate::zone_write::{records, sample};
use crate::{OpenError, ReadError, ZoneStore, ZoneUnit, ZoneWriter};

/// What to check of a zone store.
#[derive(Default)]
pub struct VerifyOptions<'a> {
    pub(crate) zones: Option<Vec<u8>>,
    pub(crate) years: Option<Vec<Year>>,
    pub(crate) archive: Option<&'a dyn Archive>,
    pub(crate) samples: usize,
}

impl fmt::Debug for VerifyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyOptions")
            .field("zones", &self.zones)
            .field("years", &self.years)
            .finish_non_exhaustive()
    }
}

impl<'a> VerifyOptions<'a> {
    /// Only these zones.
    #[must_use]
    pub fn zones(mut self, zones: impl IntoIterator<Item = u8>) -> Self {
        self.zones = Some(zones.into_iter().collect());
        self
    }

    /// Only these years.
    #[must_use]
    pub fn years(mut self, years: impl IntoIterator<Item = Year>) -> Self {
        self.years = Some(years.into_iter().collect());
        self
    }

    /// Compares so many pixels of each shard with the archive that it was filled from.
    #[must_use]
    pub fn archive(mut self, archive: &'a dyn Archive, samples: usize) -> Self {
        (self.archive, self.samples) = (Some(archive), samples);
        self
    }
}

/// Something that is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyProblem {
    /// The object, or the shard.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for VerifyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Objects that are there.
    pub objects: u64,
    /// Inner chunks that were decoded.
    pub chunks: u64,
    /// Objects whose hash was compared with the one recorded.
    pub hashes: u64,
    /// Objects of which nothing is recorded, so that only their chunks could be checked.
    pub unrecorded: u64,
    /// Pixels that were compared with tiles.
    pub pixels: u64,
    /// What is wrong.
    pub problems: Vec<VerifyProblem>,
}

/// Why a store cannot be checked at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneVerifyError {
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its objects cannot be listed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record cannot be read.
    #[error("cannot read {object}")]
    Io {
        /// The path or address of the record.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl ZoneWriter {
    /// Checks the store: decodes every inner chunk that is stored, compares the hash of every object with the one recorded
    /// beside the store, and, where an archive is given, pixels of each shard with its tiles. What is wrong is listed, and
    /// the rest is checked all the same. `told` hears of each object with its size; `stop` is asked before each.
    ///
    /// # Errors
    /// Where the store cannot be opened or listed.
    pub fn verify(
        &self,
        options: &VerifyOptions<'_>,
        told: &(dyn Fn(&StoredShard) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<VerifyReport, ZoneVerifyError> {
        let store = ZoneStore::open_in(Arc::clone(self.store()) as _)?;
        let mut report = VerifyReport::default();
        let wanted = |zone: &&u8| options.zones.as_ref().is_none_or(|zones| zones.contains(zone));
        for &zone in self.zones().iter().filter(wanted) {
            for &year in self.years() {
                if options.years.as_ref().is_none_or(|years| years.contains(&year)) {
                    let year = ZoneYear { writer: self, store: &store, zone, year };
                    year.check(options, &mut report, told, stop)?;
                }
            }
        }
        Ok(report)
    }
}

/// The shards of a zone and year.
struct ZoneYear<'a> {
    writer: &'a ZoneWriter,
    store: &'a ZoneStore,
    zone: u8,
    year: Year,
}

impl ZoneYear<'_> {
    fn check(
        &self,
        options: &VerifyOptions<'_>,
        report: &mut VerifyReport,
        told: &(dyn Fn(&StoredShard) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), ZoneVerifyError> {
        let mut records = records::read_all(self.writer.build(), self.zone, self.year)
            .map_err(|(object, cause)| ZoneVerifyError::Io { object, cause })?;
        for shard in self.store.shards(self.zone, self.year)? {
            if stop() {
                return Ok(());
            }
            report.objects += 1;
            let recorded = self.recorded(&mut records, &shard);
            self.object(&shard, recorded, report);
            told(&shard);
        }
        for ((row, col), record) in records {
            let unit =
                ZoneUnit { zone: self.zone, year: self.year, row, col, tiles: record.tiles().collect() };
            let mut wrong = |why: String| report.problems.push(VerifyProblem { what: unit.to_string(), why });
            if !record.is_complete() {
                wrong("it was being written when that was stopped: fill it again".into());
            }
            for failed in &record.failed {
                wrong(format!("it lacks {}: {}", failed.tile, failed.why));
            }
            for (name, object) in [("embeddings", &record.embeddings), ("scales", &record.scales)] {
                if object.is_some() {
                    wrong(format!("its object of {name} is not there"));
                }
            }
            if stop() {
                return Ok(());
            }
            if let Some(archive) = options.archive {
                let (compared, differ) =
                    sample::compare(self.store, archive, &unit, &self.writer.layout(), options.samples);
                report.pixels += compared;
                report.problems.extend(differ.map(|why| VerifyProblem { what: unit.to_string(), why }));
            }
        }
        Ok(())
    }

    /// Takes what is recorded of an object out of its record, so that what is left at the end is of objects that are not
    /// there.
    fn recorded(
        &self,
        records: &mut BTreeMap<(u64, u64), Record>,
        shard: &StoredShard,
    ) -> Option<Option<ObjectRecord>> {
        let &[.., row, col] = shard.index.as_slice() else { return None };
        let record = records.get_mut(&(row, col))?;
        match shard.array.rsplit_once('/').map(|(_, name)| name) {
            Some("embeddings") => Some(record.embeddings.take()),
            Some("scales") => Some(record.scales.take()),
            _ => None,
        }
    }

    /// Checks one object beside its record: one that should not be there has an empty one.
    fn object(&self, shard: &StoredShard, recorded: Option<Option<ObjectRecord>>, report: &mut VerifyReport) {
        let mut wrong = |why: String| report.problems.push(VerifyProblem { what: shard.object.clone(), why });
        match recorded {
            None => report.unrecorded += 1,
            Some(None) => wrong("it is there, and the record says that all of it is fill".into()),
            Some(Some(expected)) => {
                report.hashes += 1;
                match ObjectRecord::of(&**self.writer.store(), &shard.object) {
                    Ok(Some(got)) if got.is_same(&expected) => {}
                    Ok(Some(got)) if got.bytes != expected.bytes => {
                        wrong(format!("it has {} bytes: expected {}", got.bytes, expected.bytes));
                    }
                    Ok(Some(got)) => {
                        wrong(format!("its hash is {}: expected {}", got.blake3, expected.blake3));
                    }
                    Ok(None) => wrong("it is gone".into()),
                    Err(cause) => wrong(format!("it cannot be read: {cause}")),
                }
            }
        }
        match self.store.check_shard(shard) {
            Ok(found) => {
                report.chunks += found.chunks;
                for damaged in found.damaged {
                    let chunk =
                        damaged.chunk.map_or_else(String::new, |chunk| format!("inner chunk {chunk:?}: "));
                    wrong(format!("{chunk}{}", damaged.why));
                }
            }
            Err(cause) => wrong(cause.to_string()),
        }
    }
}
