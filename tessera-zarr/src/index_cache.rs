//! The indexes of shards that were read, kept within a bound.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::shard_index::ShardIndex;

/// Bytes that are kept: 64 indexes of shards of 4096 × 4096 pixels in chunks of 32 × 32, twice what a zone is wide.
const LIMIT: usize = 16 << 20;

/// The indexes of shards that were read last, by the name of the object; `None` stands for a shard that does not exist.
/// Shared by all arrays of a store.
#[derive(Debug, Default)]
pub(crate) struct IndexCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<String, Entry>,
    bytes: usize,
    /// Counts the questions.
    now: u64,
    /// How often a shard was forgotten; most never are.
    forgotten: HashMap<String, u64>,
}

#[derive(Debug)]
struct Entry {
    index: Option<Arc<ShardIndex>>,
    used: u64,
}

impl Entry {
    fn bytes(&self, object: &str) -> usize {
        object.len() + size_of::<Self>() + self.index.as_ref().map_or(0, |index| index.memory())
    }
}

impl IndexCache {
    /// What is known of a shard.
    pub(crate) fn get(&self, object: &str) -> Option<Option<Arc<ShardIndex>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.now += 1;
        let now = kept.now;
        let entry = kept.entries.get_mut(object)?;
        entry.used = now;
        Some(entry.index.clone())
    }

    /// How often a shard was forgotten. What was read before it changes does not belong to what is read afterwards.
    pub(crate) fn turn(&self, object: &str) -> u64 {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forgotten.get(object).copied().unwrap_or(0)
    }

    /// Keeps what was read of a shard since this turn, unless it was forgotten meanwhile.
    pub(crate) fn insert(&self, object: &str, index: Option<Arc<ShardIndex>>, turn: u64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.forgotten.get(object).copied().unwrap_or(0) != turn {
            return;
        }
        kept.now += 1;
        let entry = Entry { index, used: kept.now };
        kept.bytes += entry.bytes(object);
        if let Some(old) = kept.entries.insert(object.to_owned(), entry) {
            kept.bytes -= old.bytes(object);
        }
        if kept.bytes > LIMIT {
            kept.drop_older_half();
        }
    }

    /// Drops the index of a shard, so that it is read anew.
    pub(crate) fn remove(&self, object: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(object);
    }

    /// Forgets a shard that was replaced meanwhile: nobody may go on with its index.
    pub(crate) fn forget(&self, object: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept.forgotten.entry(object.to_owned()).or_default() += 1;
        kept.remove(object);
    }
}

impl Kept {
    fn remove(&mut self, object: &str) {
        if let Some(old) = self.entries.remove(object) {
            self.bytes -= old.bytes(object);
        }
    }

    /// Half at a time, so that the search for the oldest costs little on the whole.
    fn drop_older_half(&mut self) {
        let mut used: Vec<u64> = self.entries.values().map(|entry| entry.used).collect();
        let middle = used.len() / 2;
        let (_, middle, _) = used.select_nth_unstable(middle);
        let middle = *middle;
        self.entries.retain(|_, entry| entry.used > middle);
        self.bytes = self.entries.iter().map(|(object, entry)| entry.bytes(object)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_kept_within_the_limit() {
        let cache = IndexCache::default();
        let index = Arc::new(ShardIndex::new(vec![None; 16_384]));
        for shard in 0..1000 {
            cache.insert(&shard.to_string(), Some(index.clone()), 0);
            assert!(cache.get("0").is_some(), "used all the time");
            assert!(cache.0.lock().unwrap().bytes <= LIMIT);
        }
        assert!(cache.get("999").is_some_and(|index| index.is_some()) && cache.get("1").is_none());
        cache.insert("999", None, 0);
        assert!(cache.get("999").is_some_and(|index| index.is_none()));
        cache.forget("999");
        assert!(cache.get("999").is_none());
        // What was under way when it was forgotten is not kept.
        cache.insert("999", Some(index.clone()), 0);
        assert!(cache.get("999").is_none() && cache.turn("999") == 1);
        cache.insert("999", Some(index), 1);
        assert!(cache.get("999").is_some());
    }

    #[test]
    fn shards_that_do_not_exist_count_too() {
        let cache = IndexCache::default();
        for shard in 0..400_000 {
            cache.insert(&format!("utm31/embeddings/c/0/0/{shard}"), None, 0);
        }
        let kept = cache.0.lock().unwrap();
        assert!(kept.bytes <= LIMIT && kept.entries.len() > 10_000);
    }
}
