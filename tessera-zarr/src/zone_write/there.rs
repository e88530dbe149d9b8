//! Whether the objects of a shard are there, as they were recorded.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tessera_core::ByteStore;

use crate::zone_write::record::{ObjectRecord, Record};

/// Size of an object, and its version, where the store tells one.
type Seen = (u64, Option<String>);

/// The objects of folders by their names, as they were when a folder was first asked for; none where the store does not
/// list names.
type Listed = Arc<OnceLock<Option<HashMap<String, Seen>>>>;

/// Looks at the objects of shards: one by one on a disk, where a question costs nothing, and listed where each is a
/// request.
pub(crate) struct There<'a> {
    store: &'a dyn ByteStore,
    by_list: bool,
    folders: Mutex<HashMap<String, Listed>>,
}

/// What is there of a shard, beside its record.
pub(crate) enum Found {
    /// Something else, or nothing.
    Other,
    /// What is recorded.
    Same,
    /// The bytes that are recorded in versions that are not: the store was copied. The record with these versions.
    Moved(Box<Record>),
}

impl<'a> There<'a> {
    pub(crate) fn new(store: &'a dyn ByteStore, by_list: bool) -> Self {
        Self { store, by_list, folders: Mutex::default() }
    }

    /// Compares the objects of a shard, which have these names, with its record.
    pub(crate) fn find(&self, objects: &[Option<String>; 2], record: &Record) -> io::Result<Found> {
        if self.by_list {
            let mut same = true;
            for (object, expected) in objects.iter().zip([&record.embeddings, &record.scales]) {
                let seen = object.as_ref().map(|object| self.listed(object)).transpose()?.flatten();
                same &= object.is_some() && is_of(seen.as_ref(), expected.as_ref(), true);
            }
            if same {
                return Ok(Found::Same);
            }
        }
        // It may have been written since the folder was listed.
        find_now(self.store, objects, record, self.by_list)
    }

    fn listed(&self, object: &str) -> io::Result<Option<Seen>> {
        let folder = folder_of(object);
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = Arc::clone(folders.entry(folder.to_owned()).or_default());
        drop(folders);
        let listed = listed.get_or_init(|| {
            let found = self.store.walk(folder).ok()?;
            Some(found.into_iter().map(|(name, stamp)| (name, (stamp.bytes, Some(stamp.version)))).collect())
        });
        match listed {
            Some(listed) => Ok(listed.get(object).cloned()),
            None => seen(self.store, object),
        }
    }
}

/// Compares the objects of a shard, as they are now, with its record; where versions do not tell, by reading them.
pub(crate) fn find_now(
    store: &dyn ByteStore,
    objects: &[Option<String>; 2],
    record: &Record,
    versions: bool,
) -> io::Result<Found> {
    let mut now = record.clone();
    for (object, expected) in objects.iter().zip([&mut now.embeddings, &mut now.scales]) {
        let Some(object) = object else { return Ok(Found::Other) };
        store.forget(object);
        let seen = seen(store, object)?;
        if is_of(seen.as_ref(), expected.as_ref(), versions) {
            continue;
        }
        let (Some((bytes, version)), Some(expected)) = (seen, expected) else { return Ok(Found::Other) };
        if bytes != expected.bytes
            || !ObjectRecord::of(store, object)?.is_some_and(|got| got.is_same(expected))
        {
            return Ok(Found::Other);
        }
        expected.version = version;
    }
    Ok(if now == *record { Found::Same } else { Found::Moved(Box::new(now)) })
}

/// The folder of all shards of an array and a year: `utm31/embeddings/c/0`.
fn folder_of(object: &str) -> &str {
    object.match_indices('/').nth(3).map_or("", |(end, _)| &object[..end])
}

/// Size and version of an object, as they are known.
pub(crate) fn seen(store: &dyn ByteStore, object: &str) -> io::Result<Option<(u64, Option<String>)>> {
    match store.stamp(object) {
        Ok(stamp) => Ok(stamp.map(|stamp| (stamp.bytes, Some(stamp.version)))),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            Ok(store.size(object)?.map(|bytes| (bytes, None)))
        }
        Err(error) => Err(error),
    }
}

/// Whether what was seen is what is expected; its version too, where both tell one.
fn is_of(seen: Option<&Seen>, expected: Option<&ObjectRecord>, versions: bool) -> bool {
    match (seen, expected) {
        (None, None) => true,
        (Some((bytes, version)), Some(expected)) => {
            let same = |(a, b): (&String, &String)| a == b;
            *bytes == expected.bytes
                && (!versions || version.as_ref().zip(expected.version.as_ref()).is_none_or(same))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_of_a_year_are_listed_together() {
        assert_eq!(folder_of("utm31/embeddings/c/12/0/3/4"), "utm31/embeddings/c/12");
        assert_eq!(folder_of("utm31/scales/c/12/3/4"), "utm31/scales/c/12");
    }

    #[test]
    fn another_version_is_another_object_where_versions_count() {
        let record = |version: Option<&str>| ObjectRecord {
            bytes: 3,
            blake3: "x".into(),
            version: version.map(Into::into),
        };
        let seen = |version: Option<&str>| (3, version.map(Into::into));
        for (have, recorded, same) in [
            (Some("a"), Some("a"), true),
            (Some("a"), Some("b"), false),
            (None, Some("b"), true),
            (Some("a"), None, true),
        ] {
            assert_eq!(
                is_of(Some(&seen(have)), Some(&record(recorded)), true),
                same,
                "{have:?} {recorded:?}"
            );
            assert!(is_of(Some(&seen(have)), Some(&record(recorded)), false));
        }
        assert!(!is_of(Some(&(4, None)), Some(&record(None)), false));
        assert!(is_of(None, None, true) && !is_of(None, Some(&record(None)), false));
    }
}
