//! A request.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
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

    /// With what a browser should take the object for, by the ending of its name: pages and their scripts are of no use to it
    /// without. Others are bytes, as a store takes them for by itself.
    pub(super) fn with_media_type(self, object: &str) -> Self {
        let kind = match object.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("js" | "mjs") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("csv") => "text/csv; charset=utf-8",
            Some("json" | "zmetadata" | "zgroup" | "zattrs" | "zarray") => "application/json",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("tif" | "tiff") => "image/tiff",
            Some("parquet") => "application/vnd.apache.parquet",
            _ => return self,
        };
        self.with(CONTENT_TYPE, kind)
    }

    pub(super) fn body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }
}
