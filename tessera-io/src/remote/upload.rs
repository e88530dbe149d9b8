//! Uploads in parts, as S3 has them.

use std::fmt::Write;
use std::io;

use bytes::Bytes;
use http::header::{ETAG, HeaderName};
use http::response::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;

use super::call::Call;
use super::failure::Failure;
use super::objects::Objects;
use super::put::{CRC32C, crc32c, done, tag};
use super::versions::unquoted;

/// An upload that was begun
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>).
#[derive(Debug)]
pub(super) struct Upload {
    id: String,
    /// What the object is marked with, so that it is known again when the answer to the last request was lost.
    mark: String,
}

/// A part that has arrived.
#[derive(Debug)]
pub(super) struct Part {
    tag: String,
    sum: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    upload_id: String,
}

const ALGORITHM: HeaderName = HeaderName::from_static("x-amz-checksum-algorithm");
const MARK: HeaderName = HeaderName::from_static("x-amz-meta-upload");

impl Objects {
    pub(super) async fn begin_upload(&self, object: &str) -> io::Result<Upload> {
        let mark = format!("{:032x}", fastrand::u128(..));
        let call = self
            .upload_call(Method::POST, object, &[("uploads", "")])
            .with(ALGORITHM, "CRC32C")
            .with(MARK, &mark)
            .with_media_type(object);
        let begun = |parts: &Parts, body: &[u8]| {
            done(parts, body)?;
            let begun: Result<Begun, _> = quick_xml::de::from_reader(body);
            begun.map_err(|error| Failure::answer(error.to_string(), parts.status))
        };
        let (begun, _) = self.line.ask(&call, begun).await?;
        Ok(Upload { id: begun.upload_id, mark })
    }

    pub(super) async fn put_part(
        &self,
        object: &str,
        upload: &Upload,
        number: usize,
        bytes: Bytes,
    ) -> io::Result<Part> {
        let sum = crc32c(&bytes);
        let query = [("partNumber", number.to_string()), ("uploadId", upload.id.clone())];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let call = self.upload_call(Method::PUT, object, &query).with(CRC32C, &sum).body(bytes);
        let arrived = |parts: &Parts, body: &[u8]| {
            done(parts, body)?;
            let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            tag.ok_or_else(|| Failure::answer("a part without an ETag", parts.status))
        };
        let (tag, _) = self.line.ask(&call, arrived).await?;
        Ok(Part { tag, sum })
    }

    /// Puts the object in its place; its version as stamps have it, where the server tells it.
    pub(super) async fn finish_upload(
        &self,
        object: &str,
        upload: &Upload,
        parts: &[Part],
    ) -> io::Result<Option<String>> {
        let mut body = String::from("<CompleteMultipartUpload>");
        for (at, Part { tag, sum }) in parts.iter().enumerate() {
            let tag = quick_xml::escape::escape(tag.as_str());
            let number = at + 1;
            // Writing to a string cannot fail.
            let _ = write!(
                body,
                "<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag><ChecksumCRC32C>{sum}</ChecksumCRC32C></Part>"
            );
        }
        body.push_str("</CompleteMultipartUpload>");
        let call = self.upload_call(Method::POST, object, &[("uploadId", &upload.id)]).body(body.into());
        let finished = |parts: &Parts, body: &[u8]| match parts.status {
            // Ended by an attempt before this one, whose answer was lost, or by someone else.
            StatusCode::NOT_FOUND if says(body, "NoSuchUpload") => Ok(None),
            // A refusal may come with a status that says otherwise: the answer begins before the work is done.
            _ if says(body, "Error") => Err(Failure::refused(parts, body)),
            _ => done(parts, body).map(|()| Some(finished_tag(body))),
        };
        let (finished, attempts) = self.line.ask(&call, finished).await?;
        let finished = match finished {
            None if attempts > 1 => self.marked(object, upload).await?,
            finished => finished,
        };
        let Some(version) = finished else {
            let failure = Failure::answer("the upload was ended by someone else", StatusCode::NOT_FOUND);
            return Err(failure.error(&call.about, call.operation, attempts));
        };
        self.forget(object);
        Ok(version)
    }

    /// Ends an upload of which nothing is to be seen.
    pub(super) async fn end_upload(&self, object: &str, upload: &Upload) -> io::Result<()> {
        let call = self.upload_call(Method::DELETE, object, &[("uploadId", &upload.id)]);
        let ended = |parts: &Parts, body: &[u8]| match parts.status {
            StatusCode::NOT_FOUND => Ok(()),
            _ => done(parts, body),
        };
        self.line.ask(&call, ended).await?;
        Ok(())
    }

    /// The version of what is there, where that came of an upload.
    async fn marked(&self, object: &str, upload: &Upload) -> io::Result<Option<Option<String>>> {
        let call = self.call(Method::HEAD, object, "write");
        let marked = |parts: &Parts, body: &[u8]| match parts.status {
            StatusCode::NOT_FOUND => Ok(None),
            _ => done(parts, body).map(|()| {
                let own = parts.headers.get(&MARK).is_some_and(|mark| *mark == *upload.mark);
                own.then(|| tag(parts))
            }),
        };
        Ok(self.line.ask(&call, marked).await?.0)
    }

    fn upload_call(&self, method: Method, object: &str, query: &[(&str, &str)]) -> Call {
        let target = &self.line.target;
        Call::new(method, target.query_url(object, query), "write", target.about(object))
    }
}

/// The version that an answer tells of an upload that is finished.
fn finished_tag(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Finished {
        #[serde(rename = "ETag")]
        tag: Option<String>,
    }
    let finished: Finished = quick_xml::de::from_reader(body).ok()?;
    Some(unquoted(finished.tag?.trim()).to_owned())
}

/// Whether an answer has an element of a name, or a code.
fn says(body: &[u8], word: &str) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains(&format!("<{word}>")) || text.contains(&format!("<Code>{word}</Code>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_upload_is_in_the_answer() {
        let answer = br#"<?xml version="1.0"?><CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
            <Location>x</Location><ETag>&quot;3858f62230ac3c915f300c664312c11f-9&quot;</ETag></CompleteMultipartUploadResult>"#;
        assert_eq!(finished_tag(answer).as_deref(), Some("3858f62230ac3c915f300c664312c11f-9"));
        assert_eq!(finished_tag(b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"), None);
        assert_eq!(finished_tag(b""), None);
    }
}
