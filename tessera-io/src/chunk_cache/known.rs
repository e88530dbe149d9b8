//! Which ranges of an object there are, as far as this process knows.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::key::{Key, range_of};

/// How long a listing is believed. What another process puts meanwhile is only not found, unless it is asked for by just
/// its range.
const BELIEVED: Duration = Duration::from_secs(1);
/// Objects that are remembered.
const OBJECTS: usize = 64;

/// The ranges of the objects that were asked for last: listing a folder takes a millisecond for a thousand of them, and
/// each miss would do it.
#[derive(Debug, Default)]
pub(super) struct Known {
    objects: Mutex<HashMap<Key, Listed>>,
}

#[derive(Debug)]
struct Listed {
    at: Instant,
    /// By start and end.
    ranges: BTreeSet<(u64, u64)>,
}

impl Known {
    /// The shortest range that contains one. It may be gone.
    pub(super) fn holding(&self, root: &Path, key: &Key, wanted: &Range<u64>) -> Option<Range<u64>> {
        let recent = |objects: &HashMap<Key, Listed>| {
            objects.get(key).filter(|listed| listed.at.elapsed() < BELIEVED).map(|listed| listed.find(wanted))
        };
        let found = recent(&self.lock());
        if let Some(found) = found {
            return found;
        }
        let listed = Listed::read(&key.folder(root));
        let found = listed.find(wanted);
        let mut objects = self.lock();
        if objects.len() >= OBJECTS && !objects.contains_key(key) {
            let oldest = objects.iter().min_by_key(|(_, listed)| listed.at).map(|(key, _)| *key);
            oldest.map(|key| objects.remove(&key));
        }
        objects.insert(*key, listed);
        found
    }

    /// A range was put.
    pub(super) fn add(&self, key: &Key, range: &Range<u64>) {
        if let Some(listed) = self.lock().get_mut(key) {
            listed.ranges.insert((range.start, range.end));
        }
    }

    /// A range is gone.
    pub(super) fn remove(&self, key: &Key, range: &Range<u64>) {
        if let Some(listed) = self.lock().get_mut(key) {
            listed.ranges.remove(&(range.start, range.end));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Listed>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listed {
    fn read(folder: &Path) -> Self {
        // Mostly there is no such folder.
        let names = folder.read_dir().into_iter().flatten().filter_map(Result::ok);
        let ranges = names.filter_map(|entry| range_of(entry.file_name().to_str()?));
        let ranges = ranges.map(|range| (range.start, range.end)).collect();
        Self { at: Instant::now(), ranges }
    }

    fn find(&self, wanted: &Range<u64>) -> Option<Range<u64>> {
        let before = self.ranges.range(..=(wanted.start, u64::MAX));
        let holding = before.filter(|(_, end)| *end >= wanted.end);
        holding.min_by_key(|(start, end)| end - start).map(|&(start, end)| start..end)
    }
}
