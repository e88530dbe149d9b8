//! The objects of a store, for those who read and write them on the runtime.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Method, StatusCode};
use tessera_core::ObjectChanged;

use super::RemoteNotice;
use super::answer::content_length;
use super::cached::Asking;
use super::call::Call;
use super::failure::Failure;
use super::line::Line;
use super::versions::{Version, Versions};
use crate::remote_url::is_plain;

/// The objects of a store.
#[derive(Debug)]
pub(super) struct Objects {
    pub(super) line: Line,
    versions: Mutex<Versions>,
    /// What was said already.
    said_no_ranges: AtomicBool,
    said_no_cache: AtomicBool,
    /// The objects that are being asked for whether they have changed, so that each is asked for once.
    pub(super) asking: Asking,
    /// Whether the server keeps what is there when it is asked to.
    pub(super) conditional: AtomicU8,
}

/// It is not known yet whether the server keeps what is there when it is asked to.
const UNKNOWN: u8 = 0;
/// It does.
pub(super) const HONOURED: u8 = 1;
/// It does not.
pub(super) const NOT_HONOURED: u8 = 2;

/// Objects whose versions are known at once; of 200 bytes each.
const VERSIONS: usize = 32_768;

impl Objects {
    pub(super) fn new(line: Line) -> Self {
        Self {
            line,
            versions: Mutex::new(Versions::new(VERSIONS)),
            said_no_ranges: AtomicBool::new(false),
            said_no_cache: AtomicBool::new(false),
            asking: Asking::default(),
            conditional: AtomicU8::new(UNKNOWN),
        }
    }

    fn versions(&self) -> MutexGuard<'_, Versions> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version that is being read.
    pub(super) fn version(&self, object: &str) -> Option<Version> {
        self.versions().get(object)
    }

    /// Takes the version of an answer for that which is being read.
    pub(super) fn fix(&self, object: &str, version: &Version) -> io::Result<()> {
        if self.versions().fix(object, version) { Ok(()) } else { Err(self.changed(object)) }
    }

    pub(super) fn forget(&self, object: &str) {
        self.versions().forget(object);
    }

    pub(super) fn changed(&self, object: &str) -> io::Error {
        self.drop_cached(object);
        ObjectChanged { object: self.line.target.about(object) }.into()
    }

    /// The name of an object, which leads nowhere else.
    pub(super) fn check(&self, object: &str) -> io::Result<()> {
        if is_plain(object) {
            return Ok(());
        }
        let why = format!("object name {object:?}: expected names with / between them, without . and ..");
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }

    /// A request about an object.
    pub(super) fn call(&self, method: Method, object: &str, operation: &'static str) -> Call {
        let target = &self.line.target;
        Call::new(method, target.object_url(object), operation, target.about(object))
    }

    pub(super) fn say_no_cache(&self, error: &io::Error) {
        if !self.said_no_cache.swap(true, Ordering::Relaxed) {
            self.line.shared.notice(RemoteNotice::Cache { problem: error.to_string() });
        }
    }

    pub(super) fn say_no_ranges(&self, object: &str, bytes: u64) {
        if !self.said_no_ranges.swap(true, Ordering::Relaxed) {
            let url = self.line.target.about(object);
            self.line.shared.notice(RemoteNotice::NoRanges { url, bytes });
        }
    }

    /// The version that is there, with its size; none where there is no object.
    pub(super) async fn head(&self, object: &str) -> io::Result<Option<(u64, Version)>> {
        self.check(object)?;
        let call = self.call(Method::HEAD, object, "ask for its size");
        let take = |parts: &http::response::Parts, body: &[u8]| match parts.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            StatusCode::OK => {
                let size = content_length(&parts.headers);
                let size = size.ok_or_else(|| Failure::answer("no size was told", parts.status))?;
                Ok(Some((size, Version::of(&parts.headers, Some(size)))))
            }
            _ => Err(Failure::refused(parts, body)),
        };
        Ok(self.line.ask(&call, take).await?.0)
    }
}
