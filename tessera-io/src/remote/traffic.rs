//! What went over the network.

use std::sync::atomic::{AtomicU64, Ordering};

/// What went over the network since the beginning.
///
/// Undisturbed, [`requests`](Self::requests) are what was asked for; each trouble adds a request that is counted in
/// [`retries`](Self::retries) too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// All requests that were sent, repeated ones too.
    pub requests: u64,
    /// Those of them that were sent because one before them went wrong.
    pub retries: u64,
    /// Those of them that were answered by "not modified": what the cache holds is still good.
    pub unmodified: u64,
    /// Bytes of bodies that were received.
    pub bytes_read: u64,
    /// Bytes of bodies that were sent.
    pub bytes_written: u64,
    /// Ranges that came from the cache.
    pub cached: u64,
    /// Their bytes.
    pub bytes_cached: u64,
}

impl Traffic {
    /// What was added since an earlier time.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(before.requests),
            retries: self.retries.saturating_sub(before.retries),
            unmodified: self.unmodified.saturating_sub(before.unmodified),
            bytes_read: self.bytes_read.saturating_sub(before.bytes_read),
            bytes_written: self.bytes_written.saturating_sub(before.bytes_written),
            cached: self.cached.saturating_sub(before.cached),
            bytes_cached: self.bytes_cached.saturating_sub(before.bytes_cached),
        }
    }
}

/// Counts it.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) unmodified: AtomicU64,
    pub(super) bytes_read: AtomicU64,
    pub(super) bytes_written: AtomicU64,
    pub(super) cached: AtomicU64,
    pub(super) bytes_cached: AtomicU64,
}

/// Adds to a counter. Each stands for itself, so no order is kept among them.
pub(super) fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn traffic(&self) -> Traffic {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic {
            requests: of(&self.requests),
            retries: of(&self.retries),
            unmodified: of(&self.unmodified),
            bytes_read: of(&self.bytes_read),
            bytes_written: of(&self.bytes_written),
            cached: of(&self.cached),
            bytes_cached: of(&self.bytes_cached),
        }
    }
}
