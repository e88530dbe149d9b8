//! The indexes of shards that one read uses.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use tessera_core::ObjectRange;

use crate::ReadError;
use crate::asked::Asked;
use crate::direct_reader::DirectReader;
use crate::shard_index::ShardIndex;

/// A shard of an array.
#[derive(Debug, Clone)]
pub(crate) struct Shard<'r> {
    pub(crate) reader: &'r DirectReader,
    /// The name of its object in the store.
    pub(crate) object: String,
}

/// The indexes of shards that one read uses, by the names of the objects; those of shards that do not exist are `None`.
/// They stay for the read, whatever the cache forgets for lack of room.
#[derive(Debug, Default)]
pub(crate) struct KnownIndexes(HashMap<String, Known>);

#[derive(Debug)]
struct Known {
    index: Option<Arc<ShardIndex>>,
    /// How often the shard had been forgotten before.
    turn: u64,
}

impl KnownIndexes {
    /// What is known of a shard here.
    pub(crate) fn get(&self, object: &str) -> Option<Option<Arc<ShardIndex>>> {
        self.0.get(object).map(|known| known.index.clone())
    }

    /// Whether any of the shards exists.
    pub(crate) fn any(&self) -> bool {
        self.0.values().any(|known| known.index.is_some())
    }

    /// Gets to know the indexes of shards of one store: those that are not kept are all asked for at once.
    pub(crate) fn learn(&mut self, shards: Vec<Shard<'_>>, asked: &Asked) -> Result<(), ReadError> {
        let mut unknown = Vec::new();
        let mut seen = HashSet::new();
        for shard in shards {
            if self.0.contains_key(&shard.object) || !seen.insert(shard.object.clone()) {
                continue;
            }
            // Before the cache is asked: what it says then is of this turn or a later one.
            let turn = shard.reader.indexes.turn(&shard.object);
            match shard.reader.indexes.get(&shard.object) {
                Some(index) => {
                    self.0.insert(shard.object, Known { index, turn });
                }
                None => unknown.push((shard, turn)),
            }
        }
        let Some((first, _)) = unknown.first() else { return Ok(()) };
        let wanted = |(shard, _): &(Shard<'_>, u64)| shard.reader.index_range();
        let ranges: Vec<_> =
            unknown.iter().map(|one| ObjectRange { object: &one.0.object, range: wanted(one) }).collect();
        let found = Mutex::new(vec![None; unknown.len()]);
        let failed = Mutex::new(None);
        first.reader.bytes.read_many(&ranges, &|at, got| {
            let Some((shard, turn)) = unknown.get(at) else { return ControlFlow::Continue(()) };
            match shard.reader.decode_index(&shard.object, got, asked) {
                Ok(index) => {
                    shard.reader.indexes.insert(&shard.object, index.clone(), *turn);
                    found.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(index);
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        for ((shard, turn), index) in unknown.into_iter().zip(found) {
            let index = index.ok_or_else(|| unanswered(shard.reader, &shard.object))?;
            self.0.insert(shard.object, Known { index, turn });
        }
        Ok(())
    }

    /// Refuses what was read by an index that has been forgotten since: the shard was replaced meanwhile, and its parts
    /// may be of either version.
    pub(crate) fn check(&self, reader: &DirectReader) -> Result<(), ReadError> {
        match self.0.iter().find(|(object, known)| reader.indexes.turn(object) != known.turn) {
            Some((object, _)) => {
                Err(ReadError::Changed { name: reader.bytes.name(), object: object.clone() })
            }
            None => Ok(()),
        }
    }
}

/// The error of a range that was asked for among others and never came.
pub(crate) fn unanswered(reader: &DirectReader, object: &str) -> ReadError {
    reader.unreadable(object, std::io::Error::other("it was asked for and never came"))
}
