//! Objects of a store as answers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response as Answer, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use tessera_core::{ByteRange, ObjectChanged, Stamp};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use super::answer::not_found;
use super::asked_range::{Asked, asked_range};
use super::media::media_type;
use super::objects::Objects;

/// How much of an object is read at a time.
const READ: usize = 256 << 10;
/// Pieces that wait to be sent.
const WAITING: usize = 4;
/// How often an object that is replaced again and again is begun anew.
const TRIES: usize = 3;

/// Answers with an object, or the part that is asked for, by one request to the store, whose answer is passed on as it
/// comes.
///
/// # Errors
/// What the store says before the first byte. What it says later breaks the answer off.
pub(super) async fn answer(
    objects: Arc<Objects>,
    method: &Method,
    asked: &HeaderMap,
    object: String,
    mut stamp: Stamp,
) -> io::Result<Response> {
    for _ in 0..TRIES {
        let (mut head, part) = head(method, asked, &object, &stamp);
        let Some((start, length)) = part.filter(|(_, length)| *length > 0) else {
            return Ok(head.into_response());
        };
        let (tell, mut told) = channel(WAITING);
        let (from, name) = (Arc::clone(&objects), object.clone());
        spawn_blocking(move || send(&from, &name, start, length, &tell));
        match told.recv().await {
            Some(Ok(first)) => {
                *head.body_mut() = Body::new(Pieces { first: Some(first), told, left: length });
                return Ok(head.into_response());
            }
            Some(Err(cause)) if ObjectChanged::is(&cause) || cause.kind() == io::ErrorKind::UnexpectedEof => {
                let (from, name) = (Arc::clone(&objects), object.clone());
                let again = move || {
                    from.store().forget(&name);
                    from.stamp(&name)
                };
                match spawn_blocking(again).await.map_err(io::Error::other)?? {
                    Some(now) => stamp = now,
                    None => return Ok(not_found()),
                }
            }
            Some(Err(cause)) => return Err(cause),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    Err(ObjectChanged { object }.into())
}

/// What is said before the bytes, and which of them follow.
fn head(
    method: &Method,
    asked: &HeaderMap,
    object: &str,
    stamp: &Stamp,
) -> (Answer<Body>, Option<(u64, u64)>) {
    let tag = tag(stamp);
    let mut answer = Answer::new(Body::empty());
    let headers = answer.headers_mut();
    if let Some(tag) = tag.as_ref().and_then(|tag| HeaderValue::from_str(tag).ok()) {
        headers.insert(ETAG, tag);
    }
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = |known: &str| {
        let ours = tag.as_deref().map(opaque);
        known.trim() == "*" || known.split(',').any(|one| ours.as_ref() == Some(&opaque(one)))
    };
    if asked.get_all(IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok()).any(known) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return (answer, None);
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let name = object.rsplit('/').next().unwrap_or_default();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    // A range of anything but GET is no range (RFC 9110, 14.2), nor is one of another version.
    let same = asked.get(IF_RANGE).is_none_or(|known| {
        tag.as_ref().is_some_and(|tag| !tag.starts_with("W/") && known.as_bytes() == tag.as_bytes())
    });
    let range = asked.get(RANGE).filter(|_| *method == Method::GET && same);
    let range = range.and_then(|range| range.to_str().ok());
    let (start, length) = match asked_range(range, stamp.bytes) {
        Asked::All => (0, stamp.bytes),
        Asked::Part { start, length } => {
            let text = format!("bytes {start}-{}/{}", start + length - 1, stamp.bytes);
            // Digits are a header.
            headers.extend(HeaderValue::from_str(&text).ok().map(|text| (CONTENT_RANGE, text)));
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            (start, length)
        }
        Asked::Outside => {
            let text = format!("bytes */{}", stamp.bytes);
            headers.extend(HeaderValue::from_str(&text).ok().map(|text| (CONTENT_RANGE, text)));
            headers.remove(CONTENT_TYPE);
            *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            return (answer, None);
        }
    };
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    let part = (*method == Method::GET).then_some((start, length));
    (answer, part)
}

/// The tag of a version: its ETag, or a weak one where the store tells nothing but a time; none where it tells nothing.
fn tag(stamp: &Stamp) -> Option<String> {
    let version = &stamp.version;
    if version.is_empty() {
        return None;
    }
    if version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Some(format!("\"{version}\""));
    }
    let mut hasher = DefaultHasher::new();
    (version, stamp.bytes).hash(&mut hasher);
    Some(format!("W/\"{:016x}\"", hasher.finish()))
}

/// Reads a part of an object and tells it piece by piece, as long as anybody listens.
fn send(objects: &Objects, object: &str, start: u64, length: u64, tell: &Sender<io::Result<Bytes>>) {
    let read = || {
        let range = ByteRange::From { offset: start, length };
        let reader = objects.store().reader(object, range)?;
        let mut reader = reader.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut left = length;
        while left > 0 {
            // No more than a piece.
            let mut piece = vec![0; left.min(READ as u64) as usize];
            reader.read_exact(&mut piece)?;
            left -= piece.len() as u64;
            if tell.blocking_send(Ok(piece.into())).is_err() {
                return Ok(());
            }
        }
        Ok(())
    };
    if let Err(cause) = read() {
        // Nobody listens any more, or hears it.
        let _ = tell.blocking_send(Err(cause));
    }
}

/// The body of an answer: pieces as they come.
struct Pieces {
    first: Option<Bytes>,
    told: Receiver<io::Result<Bytes>>,
    /// Bytes that are still to come.
    left: u64,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => match self.told.poll_recv(context) {
                Poll::Ready(next) => next,
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(match next {
            Some(Ok(piece)) => {
                self.left = self.left.saturating_sub(piece.len() as u64);
                Some(Ok(Frame::data(piece)))
            }
            Some(Err(cause)) => Some(Err(cause)),
            None if self.left > 0 => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
