//! Ranges that the cache on disk holds.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tessera_core::ByteRange;
use tokio::sync::OwnedMutexGuard;
use tokio::task::block_in_place;

use super::answer::Span;
use super::objects::Objects;
use super::traffic::count;
use super::versions::Version;

/// The objects that are being asked for whether they have changed. Whoever wants to know the same waits, and knows then.
#[derive(Debug, Default)]
pub(super) struct Asking(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Asking {
    async fn turn(&self, object: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut asking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody waits for any more.
            if asking.len() >= 256 {
                asking.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(asking.entry(object.to_owned()).or_default())
        };
        turn.lock_owned().await
    }
}

/// What the cache has of a range.
pub(super) enum Lookup {
    /// The bytes, of the version that is there.
    Found,
    /// The bytes of a version that may be there still; until that is known, others who want to know wait.
    Perhaps(Version, OwnedMutexGuard<()>),
    /// Nothing.
    Nothing,
}

/// Where a range lies in an object of so many bytes; none where it is not all there.
fn within(range: ByteRange, bytes: u64) -> Option<Range<u64>> {
    let found = match range {
        ByteRange::All => 0..bytes,
        ByteRange::From { offset, length } => offset..offset.checked_add(length)?,
        ByteRange::Last(length) => bytes - length.min(bytes)..bytes,
    };
    (!found.is_empty() && found.end <= bytes).then_some(found)
}

impl Objects {
    /// Looks a range up.
    pub(super) async fn look_up(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> Lookup {
        let options = &self.line.shared.options;
        let Some(cache) = &options.cache else { return Lookup::Nothing };
        if let Some(version) = self.version(object) {
            return if self.take_kept(object, range, &version, out) {
                Lookup::Found
            } else {
                Lookup::Nothing
            };
        }
        let url = self.line.target.object_url(object);
        let may_have = || {
            let known = cache.version(&url)?;
            let place = within(range, known.bytes)?;
            cache.contains(&url, &known.version, place).then_some(known)
        };
        if block_in_place(may_have).is_none() {
            return Lookup::Nothing;
        }
        let turn = self.asking.turn(object).await;
        // Someone else may have asked meanwhile.
        if let Some(version) = self.version(object) {
            return if self.take_kept(object, range, &version, out) {
                Lookup::Found
            } else {
                Lookup::Nothing
            };
        }
        let Some(known) = block_in_place(may_have) else { return Lookup::Nothing };
        let version = Version::of_key(&known.version, known.bytes);
        // A clock that was set back makes nothing young.
        let is_young = known.seen.elapsed().is_ok_and(|age| age < options.max_age);
        if is_young && self.fix(object, &version).is_ok() && self.take_kept(object, range, &version, out) {
            return Lookup::Found;
        }
        Lookup::Perhaps(version, turn)
    }

    /// Takes a range of a version out of the cache; false where it is not there.
    pub(super) fn take_kept(
        &self,
        object: &str,
        range: ByteRange,
        version: &Version,
        out: &mut Vec<u8>,
    ) -> bool {
        let shared = &self.line.shared;
        let (Some(cache), Some(key)) = (&shared.options.cache, version.key()) else { return false };
        let Some(place) = version.bytes.and_then(|bytes| within(range, bytes)) else { return false };
        let url = self.line.target.object_url(object);
        let there = block_in_place(|| cache.get(&url, &key, place, out));
        if there {
            count(&shared.counters.cached, 1);
            count(&shared.counters.bytes_cached, out.len() as u64);
        } else {
            out.clear();
        }
        there
    }

    /// Takes it that a version of the cache is the one that is there.
    pub(super) fn still_there(&self, object: &str, version: &Version) -> io::Result<()> {
        self.fix(object, version)?;
        self.remember(object, version);
        Ok(())
    }

    /// Keeps what was read. `known` is whether the version was known before, and so is to the cache.
    pub(super) fn keep(&self, object: &str, span: Span, version: &Version, known: bool, bytes: &[u8]) {
        let (Some(cache), Some(key)) = (&self.line.shared.options.cache, version.key()) else { return };
        if bytes.len() as u64 != span.length() {
            return;
        }
        let url = self.line.target.object_url(object);
        if let Err(error) = block_in_place(|| cache.put(&url, &key, span.start..span.end, bytes)) {
            self.say_no_cache(&error);
        }
        if !known {
            self.remember(object, version);
        }
    }

    /// What the cache takes for an object is not there any more.
    pub(super) fn drop_cached(&self, object: &str) {
        let gone = Version { tag: Some(String::new()), modified: None, bytes: Some(0) };
        self.remember(object, &gone);
    }

    fn remember(&self, object: &str, version: &Version) {
        let (Some(cache), Some(key), Some(bytes)) =
            (&self.line.shared.options.cache, version.key(), version.bytes)
        else {
            return;
        };
        let url = self.line.target.object_url(object);
        if let Err(error) = block_in_place(|| cache.set_version(&url, &key, bytes)) {
            self.say_no_cache(&error);
        }
    }
}
