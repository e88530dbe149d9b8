//! How servers are spoken to.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tessera_core::Fetching;

use super::RemoteNotice;
use crate::ChunkCache;

/// Takes what a user should know.
pub(super) type TakeNotice = Arc<dyn Fn(&RemoteNotice) + Send + Sync>;

/// How servers are spoken to: how reads are put together, how long is waited and tried, and who one is.
///
/// ```
/// use std::time::Duration;
/// use tessera_io::RemoteOptions;
///
/// let options = RemoteOptions::new().in_flight(32).attempts(3).idle_timeout(Duration::from_secs(10)).anonymous(true);
/// assert_eq!(options.fetching().in_flight, 32);
/// ```
#[derive(Clone)]
pub struct RemoteOptions {
    pub(super) fetching: Fetching,
    pub(super) attempts: u32,
    pub(super) total: Duration,
    pub(super) first_wait: Duration,
    pub(super) longest_wait: Duration,
    pub(super) connect: Duration,
    pub(super) idle: Duration,
    pub(super) whole_object_limit: u64,
    pub(super) part: u64,
    pub(super) anonymous: bool,
    pub(super) variables: Option<HashMap<String, String>>,
    pub(super) cache: Option<ChunkCache>,
    pub(super) max_age: Duration,
    pub(super) on_notice: Option<TakeNotice>,
}

/// 32 requests in flight, of 4 MiB at most, which read 64 KiB along rather than be one more; ten attempts, within three
/// minutes of trouble, after 0.1 to 20 seconds; 10 seconds for a connection and 30 without a byte; 64 MiB of an object read
/// whole for a part of it; parts of 8 MiB.
impl Default for RemoteOptions {
    fn default() -> Self {
        Self {
            fetching: Fetching { gap: 64 << 10, most: 4 << 20, in_flight: 32 },
            attempts: 10,
            total: Duration::from_secs(180),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(20),
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            whole_object_limit: 64 << 20,
            part: 8 << 20,
            anonymous: false,
            variables: None,
            cache: None,
            max_age: Duration::ZERO,
            on_notice: None,
        }
    }
}

impl RemoteOptions {
    /// Those by default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How reads are put together, as is said to those who read.
    #[must_use]
    pub fn fetching(&self) -> Fetching {
        self.fetching
    }

    /// Bytes between two wanted ranges that are rather read along than left out by a request more.
    #[must_use]
    pub fn gap(mut self, bytes: u64) -> Self {
        self.fetching.gap = bytes;
        self
    }

    /// The most bytes of a request that ranges are joined to.
    #[must_use]
    pub fn most(mut self, bytes: u64) -> Self {
        self.fetching.most = bytes.max(1);
        self
    }

    /// How many requests wait for their answers at once, of all stores together; one at least.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.fetching.in_flight = requests.clamp(1, 4096);
        self
    }

    /// How often a request is sent until it is given up, where no bytes come; once at least.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// How long is tried, where no bytes come.
    #[must_use]
    pub fn retry_time(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// How long is waited before the second attempt, and at most before later ones: twice as long before each, shortened
    /// by chance.
    #[must_use]
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest.max(first);
        self
    }

    /// How long a connection may take.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect = time;
        self
    }

    /// How long is waited for the next byte.
    #[must_use]
    pub fn idle_timeout(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// The most bytes of an object that are read whole for a part of it, where the server gives no ranges.
    #[must_use]
    pub fn whole_object_limit(mut self, bytes: u64) -> Self {
        self.whole_object_limit = bytes;
        self
    }

    /// The size of the parts that large objects are written in, between 5 MiB, below which S3 takes none, and 5 GiB. Three
    /// of them are held for each object that is written.
    #[must_use]
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part = bytes.clamp(5 << 20, 5 << 30);
        self
    }

    /// Whether S3 is asked without credentials, for public buckets.
    #[must_use]
    pub fn anonymous(mut self, anonymous: bool) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Variables in place of those of the environment: `AWS_ACCESS_KEY_ID` and so on.
    #[must_use]
    pub fn variables<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.variables =
            Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }

    /// Where ranges that were read are kept for the next time. Each store asks once for each object whether what is kept
    /// is still what is there, by a request that has no data for its answer where it is; then what is kept costs none.
    #[must_use]
    pub fn cache(mut self, cache: ChunkCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// For how long it is taken for granted, and not asked, that what was found to be there still is; no time, if nothing
    /// is said. An object that is replaced meanwhile may be read as it was before.
    #[must_use]
    pub fn cache_max_age(mut self, time: Duration) -> Self {
        self.max_age = time;
        self
    }

    /// Who is told what a user should know, once for each server.
    #[must_use]
    pub fn on_notice(mut self, take: impl Fn(&RemoteNotice) + Send + Sync + 'static) -> Self {
        self.on_notice = Some(Arc::new(take));
        self
    }

    /// A variable of the environment, or of those in its place; none where it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let value = match &self.variables {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// Without the variables, among which are secrets.
impl fmt::Debug for RemoteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteOptions")
            .field("fetching", &self.fetching)
            .field("attempts", &self.attempts)
            .field("retry_time", &self.total)
            .field("waits", &(self.first_wait, self.longest_wait))
            .field("connect_timeout", &self.connect)
            .field("idle_timeout", &self.idle)
            .field("whole_object_limit", &self.whole_object_limit)
            .field("part_size", &self.part)
            .field("anonymous", &self.anonymous)
            .finish_non_exhaustive()
    }
}
