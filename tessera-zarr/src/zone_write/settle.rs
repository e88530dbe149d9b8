//! Objects and records put in their place.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;

use tessera_core::ByteStore;

use crate::puts::place;
use crate::zone_write::build::Build;
use crate::zone_write::lock::Lock;
use crate::zone_write::pair::WholeObject;
use crate::zone_write::record::{ObjectRecord, Record};
use crate::zone_write::there::{Found, find_now, seen};
use crate::{ZoneFillError, ZoneUnit};

/// Where a shard and its record go.
pub(crate) struct Settling<'a> {
    pub(crate) build: &'a Build,
    pub(crate) store: &'a dyn ByteStore,
    pub(crate) records: &'a dyn ByteStore,
    /// The names of both objects; none where the store does not have the year.
    pub(crate) objects: [Option<String>; 2],
}

impl Settling<'_> {
    /// Puts both objects in their place, and the record. Killed on the way, the record says that the shard is not whole.
    ///
    /// In a folder a lock keeps two processes from mixing their objects. Elsewhere there is none, since nothing says
    /// whether one who has it still lives. There each says in the record who it is before its first object, and looks
    /// after its last whether the record and both objects still are its own, or of the same bytes; if not, the record ends
    /// as one of a shard that is not whole, whoever came last. The record of a whole shard tells the versions of its objects, so that one
    /// that was put over them by a process that was killed before it could look is noticed too, by the next who fills.
    pub(crate) fn put(
        &self,
        unit: &ZoneUnit,
        mut record: Record,
        mut made: [Option<WholeObject>; 2],
    ) -> Result<(), ZoneFillError> {
        let name = Build::record(unit.zone, unit.year, unit.row, unit.col);
        // What takes long comes before the lock.
        for (object, made) in self.objects.iter().zip(&mut made) {
            if let (Some(object), Some(made)) = (object, made) {
                made.writer.flush().map_err(self.failed(object))?;
            }
        }
        let write = |record: &Record| {
            record.write(self.records, &name).map_err(ZoneFillError::io(place(self.records, &name)))
        };
        let lock = match self.build.lock_of(unit.zone) {
            Some(path) => Some(Lock::wait(&path).map_err(ZoneFillError::io(path.display().to_string()))?),
            None => None,
        };
        record.attempt = lock.is_none().then(attempt);
        write(&record)?;
        let outcomes = [&mut record.embeddings, &mut record.scales];
        for ((object, made), recorded) in self.objects.iter().zip(made).zip(outcomes) {
            let Some(object) = object else { continue };
            let failed = self.failed(object);
            let Some(made) = made else {
                self.store.remove(object).map_err(failed)?;
                continue;
            };
            let version = made.writer.finish_versioned().map_err(&failed)?;
            if lock.is_none() {
                let version = match version {
                    Some(version) => Some(version),
                    None => {
                        self.store.forget(object);
                        seen(self.store, object).map_err(&failed)?.and_then(|(_, version)| version)
                    }
                };
                *recorded = recorded.take().map(|recorded| ObjectRecord { version, ..recorded });
            }
        }
        if lock.is_some() {
            return write(&record.completed());
        }
        let settled = self.settled(&record, &name)?;
        let settled = match settled.map(Record::completed) {
            Some(complete) => {
                write(&complete)?;
                // One may have put its objects since, who then does not find its own record, or has gone.
                match self.found(&complete)? {
                    Found::Same => return Ok(()),
                    Found::Moved(moved) => Some(*moved),
                    Found::Other => None,
                }
            }
            None => None,
        };
        match settled {
            Some(complete) => write(&complete),
            None => {
                write(&record)?;
                Err(ZoneFillError::Disturbed { unit: unit.to_string() })
            }
        }
    }

    /// The record with the versions that its objects have now, where they and the record are as this process put them, or
    /// as one put them that writes the same.
    fn settled(&self, record: &Record, name: &str) -> Result<Option<Record>, ZoneFillError> {
        let found = Record::read(self.records, name)
            .map_err(|cause| ZoneFillError::Io { object: place(self.records, name), cause })?;
        if !found.is_some_and(|found| found.is_same_shard(record)) {
            return Ok(None);
        }
        Ok(match self.found(record)? {
            Found::Other => None,
            Found::Same => Some(record.clone()),
            Found::Moved(record) => Some(*record),
        })
    }

    /// What is there now beside a record.
    fn found(&self, record: &Record) -> Result<Found, ZoneFillError> {
        find_now(self.store, &self.objects, record, true)
            .map_err(|cause| ZoneFillError::Io { object: self.store.name(), cause })
    }

    fn failed(&self, object: &str) -> impl Fn(io::Error) -> ZoneFillError + use<> {
        ZoneFillError::io(place(self.store, object))
    }
}

/// What no other attempt is called: 128 bits of the system's randomness, by which the standard library seeds its maps.
fn attempt() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let mut hash = blake3::Hasher::new();
    hash.update(&random().to_le_bytes()).update(&random().to_le_bytes());
    hash.update(&std::process::id().to_le_bytes());
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    hash.update(&since.as_nanos().to_le_bytes());
    hash.finalize().to_hex()[..32].to_owned()
}
