//! What a user should know.

use std::fmt;

/// What a user should know of a server, said once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteNotice {
    /// The server gives no ranges: whole objects are read for parts of them.
    NoRanges {
        /// The object that showed it.
        url: String,
        /// Its size, all of which is read.
        bytes: u64,
    },
    /// The server does not keep what is there when it is asked to (`If-None-Match`): of two who write the same object at
    /// once, neither may learn of it.
    NoConditionalPut {
        /// The object that showed it.
        url: String,
    },
    /// The cache on disk is of no use for now; what is read comes from the server.
    Cache {
        /// What went wrong.
        problem: String,
    },
}

impl fmt::Display for RemoteNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRanges { url, bytes } => {
                write!(
                    f,
                    "{url}: the server gives no ranges: the whole object of {bytes} bytes is read for a part of it"
                )
            }
            Self::NoConditionalPut { url } => write!(
                f,
                "{url}: the server does not honour If-None-Match: do not let two processes write the same objects at once"
            ),
            Self::Cache { problem } => write!(f, "the cache on disk is of no use for now: {problem}"),
        }
    }
}
