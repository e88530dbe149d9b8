//! Objects that are put whole, and deleted.

use std::io;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ETAG, HeaderName, IF_NONE_MATCH};
use http::response::Parts;
use http::{Method, StatusCode};
use tessera_core::ByteRange;

use super::call::Call;
use super::failure::Failure;
use super::objects::{HONOURED, NOT_HONOURED, Objects};
use super::versions::unquoted;
use super::{RemoteNotice, RemoteTrouble};

/// What a server compares what came with, before it takes it
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>).
pub(super) const CRC32C: HeaderName = HeaderName::from_static("x-amz-checksum-crc32c");

pub(super) fn crc32c(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(crc32c::crc32c(bytes).to_be_bytes())
}

/// Whether an answer is that all went well.
pub(super) fn done(parts: &Parts, body: &[u8]) -> Result<(), Failure> {
    if parts.status.is_success() { Ok(()) } else { Err(Failure::refused(parts, body)) }
}

/// The version of what was put, as stamps have it.
pub(super) fn tag(parts: &Parts) -> Option<String> {
    parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(|tag| unquoted(tag.trim()).to_owned())
}

impl Objects {
    /// That objects can be written at all.
    pub(super) fn check_writable(&self, object: &str) -> io::Result<()> {
        self.check(object)?;
        if self.line.target.is_s3() {
            return Ok(());
        }
        let what = "a web server is only read from: write to a folder, or to s3://".to_owned();
        Err(Failure::of(RemoteTrouble::Unsupported(what)).error(&self.line.target.about(object), "write", 0))
    }

    /// Puts an object in its place; its version as stamps have it, where the server tells it.
    pub(super) async fn put(&self, object: &str, bytes: Bytes) -> io::Result<Option<String>> {
        self.check_writable(object)?;
        let sum = crc32c(&bytes);
        let call =
            self.call(Method::PUT, object, "write").with(CRC32C, &sum).with_media_type(object).body(bytes);
        let put = |parts: &Parts, body: &[u8]| done(parts, body).map(|()| tag(parts));
        let (version, _) = self.line.ask(&call, put).await?;
        self.forget(object);
        Ok(version)
    }

    /// Puts an object in its place where there is none; false where there is one.
    pub(super) async fn put_new(&self, object: &str, bytes: Bytes) -> io::Result<bool> {
        self.check_writable(object)?;
        let known = self.conditional.load(Ordering::Relaxed);
        // As long as it is not known that the server keeps what is there, it must not be put to the test with it.
        if known != HONOURED && self.head(object).await?.is_some() {
            return Ok(false);
        }
        if known == NOT_HONOURED {
            return self.put(object, bytes).await.map(|_| true);
        }
        let new = match self.put_if_none(object, &bytes).await {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.say_not_conditional(object);
                return self.put(object, bytes).await.map(|_| true);
            }
            new => new?,
        };
        if known != HONOURED {
            // Once for each store: the same again, over what is certainly there now, must be refused.
            let call = self.conditional_call(object, &bytes);
            if self.line.ask(&call, put_or_there).await?.0 {
                self.say_not_conditional(object);
            } else {
                self.conditional.store(HONOURED, Ordering::Relaxed);
            }
        }
        Ok(new)
    }

    async fn put_if_none(&self, object: &str, bytes: &Bytes) -> io::Result<bool> {
        let call = self.conditional_call(object, bytes);
        let (new, attempts) = self.line.ask(&call, put_or_there).await?;
        if new {
            self.forget(object);
            return Ok(true);
        }
        if attempts == 1 {
            return Ok(false);
        }
        // The answer to an attempt before may have been lost: what is there is what this one put, then.
        self.forget(object);
        Ok(self.read(object, ByteRange::All, Vec::new()).await?.is_some_and(|there| there == *bytes))
    }

    fn conditional_call(&self, object: &str, bytes: &Bytes) -> Call {
        let call =
            self.call(Method::PUT, object, "write").with(CRC32C, &crc32c(bytes)).with(IF_NONE_MATCH, "*");
        call.with_media_type(object).body(bytes.clone())
    }

    fn say_not_conditional(&self, object: &str) {
        if self.conditional.swap(NOT_HONOURED, Ordering::Relaxed) != NOT_HONOURED {
            let url = self.line.target.about(object);
            self.line.shared.notice(RemoteNotice::NoConditionalPut { url });
        }
    }

    /// Deletes an object; false where there is none, which is asked first: S3 says nothing of it.
    pub(super) async fn remove(&self, object: &str) -> io::Result<bool> {
        self.check_writable(object)?;
        if self.head(object).await?.is_none() {
            return Ok(false);
        }
        let call = self.call(Method::DELETE, object, "delete");
        let gone = |parts: &Parts, body: &[u8]| match parts.status {
            StatusCode::NOT_FOUND => Ok(()),
            _ => done(parts, body),
        };
        self.line.ask(&call, gone).await?;
        self.forget(object);
        Ok(true)
    }
}

/// Whether an object was put; not, where there is one.
fn put_or_there(parts: &Parts, body: &[u8]) -> Result<bool, Failure> {
    match parts.status {
        StatusCode::PRECONDITION_FAILED | StatusCode::NOT_MODIFIED => Ok(false),
        _ => done(parts, body).map(|()| true),
    }
}
