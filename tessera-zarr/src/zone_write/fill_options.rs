//! How shards are filled.

use tessera_core::ScaleLimit;

use crate::UnitReport;

/// How the shards of a zone store are filled.
#[derive(Debug, Clone, PartialEq)]
pub struct FillOptions {
    pub(crate) limit: ScaleLimit,
    pub(crate) memory: u64,
    pub(crate) sync: bool,
    pub(crate) prune: bool,
    pub(crate) overwrite: bool,
}

impl Default for FillOptions {
    /// Scales below 1 are believed, 512 MiB, everything on disk before it counts, nothing lost.
    fn default() -> Self {
        Self { limit: ScaleLimit::default(), memory: 512 << 20, sync: true, prune: false, overwrite: false }
    }
}

impl FillOptions {
    /// Another limit of the scales that are believed.
    #[must_use]
    pub fn limit(mut self, limit: ScaleLimit) -> Self {
        self.limit = limit;
        self
    }

    /// The bytes of memory that a process may be resident with.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Whether objects are on disk (`fsync`) before they take their place.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Whether tiles that a shard holds and the archive no longer has are left out of it; otherwise that is an error.
    #[must_use]
    pub fn prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// Whether shards are written anew of which nothing says what is in them; otherwise that is an error.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }
}

/// What happens while shards are filled.
#[derive(Debug)]
#[non_exhaustive]
pub enum FillEvent<'a> {
    /// So many more bytes of tiles, not encoded, are done.
    Bytes(u64),
    /// A shard is done, was left as it is, or failed.
    Unit(&'a UnitReport),
}
