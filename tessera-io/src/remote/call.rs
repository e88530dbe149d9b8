//! A request.

use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Method};

/// A request, before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What it is for, in a word for messages.
    pub(super) operation: &'static str,
    /// What it is about, for messages.
    pub(super) about: String,
}

impl Call {
    pub(super) fn new(method: Method, url: String, operation: &'static str, about: String) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new(), operation, about }
    }

    /// With a header; without it, where the value is none that a header can have, as a server's ETag with odd letters.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }
}
