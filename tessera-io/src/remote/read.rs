//! Ranges of objects.

use std::io;

use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE};
use http::{Method, StatusCode};
use tessera_core::ByteRange;
use tokio::sync::OwnedMutexGuard;

use super::RemoteTrouble;
use super::answer::{Span, content_length, size_beyond};
use super::asked::{Asked, beyond};
use super::backoff::{Backoff, PROGRESS};
use super::cached::Lookup;
use super::failure::Failure;
use super::line::Reply;
use super::objects::Objects;
use super::traffic::count;
use super::versions::Version;

/// How an attempt ended that is not to be repeated as it was.
enum Stop {
    /// It is, if there is patience left.
    Failed(Failure),
    /// Something else is to be asked for, which is known now.
    Again,
    /// What the cache holds is still what is there.
    Unmodified,
    /// Nothing helps.
    Error(io::Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Error(error)
    }
}

/// A read under way: what came of it so far can be gone on from.
struct Reading<'a> {
    objects: &'a Objects,
    object: &'a str,
    range: ByteRange,
    out: Vec<u8>,
    /// Where all of what is wanted lies, once an answer has told it, and of what version.
    begun: Option<(Span, Version)>,
    /// The version of which the cache holds the range, if it is still there; and the turn to find that out.
    kept: Option<(Version, OwnedMutexGuard<()>)>,
}

/// The most memory that is taken on a server's word, or a caller's, before bytes come.
const RESERVED: u64 = 16 << 20;

impl Objects {
    /// Reads a range into `out`, whose memory is used again; none where there is no object. By one request, if nothing goes
    /// wrong.
    pub(super) async fn read(
        &self,
        object: &str,
        range: ByteRange,
        mut out: Vec<u8>,
    ) -> io::Result<Option<Vec<u8>>> {
        self.check(object)?;
        out.clear();
        let asked = match range {
            ByteRange::From { offset, length } => offset.checked_add(length).is_some() && length > 0,
            ByteRange::Last(length) => length > 0,
            ByteRange::All => true,
        };
        if !asked {
            // There is no range of HTTP for it.
            let Some((size, version)) = self.head(object).await? else { return Ok(None) };
            self.fix(object, &version)?;
            return match range {
                ByteRange::From { offset, length } if length > 0 || offset > size => {
                    Err(beyond(object, range, Some(size)))
                }
                _ => Ok(Some(out)),
            };
        }
        let known = self.version(object).is_some();
        let kept = match self.look_up(object, range, &mut out).await {
            Lookup::Found => return Ok(Some(out)),
            Lookup::Nothing => None,
            Lookup::Perhaps(kept, turn) => Some((kept, turn)),
        };
        let mut backoff = Backoff::new(&self.line.shared.options);
        let mut reading = Reading { objects: self, object, range, out, begun: None, kept };
        loop {
            let before = reading.out.len();
            backoff.attempt();
            let failure = match reading.attempt(backoff.attempts > 1).await {
                Ok(there) => {
                    if let (true, Some((span, version))) = (there, &reading.begun) {
                        self.keep(object, *span, version, known, &reading.out);
                    }
                    return Ok(there.then_some(reading.out));
                }
                Err(Stop::Unmodified) => {
                    if let Some((kept, turn)) = reading.kept.take() {
                        self.still_there(object, &kept)?;
                        drop(turn);
                        if self.take_kept(object, range, &kept, &mut reading.out) {
                            return Ok(Some(reading.out));
                        }
                    }
                    // Damaged since it was looked up.
                    continue;
                }
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Again) => continue,
                Err(Stop::Failed(failure)) => failure,
            };
            if reading.out.len().saturating_sub(before) as u64 >= PROGRESS {
                backoff.progress();
            }
            let attempts = backoff.attempts;
            let wait = backoff.wait(failure, self.line.answered());
            let wait =
                wait.map_err(|failure| failure.error(&self.line.target.about(object), "read", attempts))?;
            tokio::time::sleep(wait).await;
        }
    }
}

impl Reading<'_> {
    /// Sends the request for what is missing, and takes what comes; false where there is no object.
    async fn attempt(&mut self, again: bool) -> Result<bool, Stop> {
        // Without a version, what comes next may be of another one.
        if self.out.is_empty() || !self.begun.as_ref().is_some_and(|(_, version)| version.is_known()) {
            self.out.clear();
            self.begun = None;
        }
        let line = &self.objects.line;
        let mut call = self.objects.call(Method::GET, self.object, "read");
        let asked = self.asked()?;
        if let Some(header) = asked.map(|asked| asked.header()) {
            call = call.with(RANGE, &header);
        }
        if let Some(tag) = self.objects.version(self.object).as_ref().and_then(Version::strong) {
            call = call.with(IF_MATCH, tag);
        } else if let Some((kept, _)) = self.kept.as_ref().filter(|_| self.begun.is_none()) {
            call = match (&kept.tag, &kept.modified) {
                (Some(tag), _) => call.with(IF_NONE_MATCH, tag),
                (None, Some(time)) => call.with(IF_MODIFIED_SINCE, time),
                (None, None) => call,
            };
        }
        let reply = line.send(&call, again).await?;
        match (reply.parts.status, asked) {
            (StatusCode::PARTIAL_CONTENT, Some(asked)) => self.take_part(reply, asked).await,
            (StatusCode::OK, asked) => self.take_whole(reply, asked).await,
            (StatusCode::NOT_MODIFIED, _) if self.kept.is_some() => {
                count(&line.shared.counters.unmodified, 1);
                Err(Stop::Unmodified)
            }
            (StatusCode::NOT_FOUND | StatusCode::GONE, _) => match line.refusal(reply).await {
                failure if matches!(failure.trouble, RemoteTrouble::NoBucket(_)) => Err(failure.into()),
                _ if self.begun.is_some() => Err(self.objects.changed(self.object).into()),
                _ => Ok(false),
            },
            (StatusCode::PRECONDITION_FAILED, _) => Err(self.objects.changed(self.object).into()),
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(asked)) => {
                let size = size_beyond(&reply.parts.headers);
                let version = Version::of(&reply.parts.headers, size);
                let status = reply.parts.status;
                line.refusal(reply).await;
                match asked {
                    _ if self.begun.is_some() => Err(self.objects.changed(self.object).into()),
                    // The last bytes of an empty object are none.
                    Asked::Last(_) if size.unwrap_or(0) == 0 => {
                        self.objects.fix(self.object, &version)?;
                        Ok(true)
                    }
                    // So are those of one that has fewer all of it (RFC 9110, 14.1.2), which not all servers know.
                    Asked::Last(length) if size.is_some_and(|size| size < length) => {
                        self.range = ByteRange::All;
                        Err(Stop::Again)
                    }
                    Asked::Last(_) => Err(Failure::answer("416 for the end of an object", status).into()),
                    Asked::From { .. } => Err(beyond(self.object, self.range, size).into()),
                }
            }
            _ => Err(line.refusal(reply).await.into()),
        }
    }

    /// What to ask for: all that is wanted, or what is missing of it.
    fn asked(&self) -> io::Result<Option<Asked>> {
        if let Some((span, _)) = &self.begun {
            // No more than the span has was ever taken.
            return Ok(Some(Asked::From { start: span.start + self.out.len() as u64, end: span.end }));
        }
        match self.range {
            ByteRange::All => Ok(None),
            ByteRange::Last(length) => Ok(Some(Asked::Last(length))),
            ByteRange::From { offset, length } => match offset.checked_add(length) {
                Some(end) => Ok(Some(Asked::From { start: offset, end })),
                None => Err(beyond(self.object, self.range, None)),
            },
        }
    }

    /// Takes an answer of a part of the object.
    async fn take_part(&mut self, reply: Reply, asked: Asked) -> Result<bool, Stop> {
        let (status, headers) = (reply.parts.status, &reply.parts.headers);
        let Some(span) = Span::of(headers) else {
            return Err(Failure::answer("a part without a Content-Range that can be", status).into());
        };
        self.objects.fix(self.object, &Version::of(headers, span.total))?;
        if !asked.fits(&span) {
            return match (asked, span.total) {
                (Asked::From { end, .. }, Some(total)) if total < end => {
                    Err(beyond(self.object, self.range, Some(total)).into())
                }
                _ => {
                    let what = format!("asked for {}, got {}-{}", asked.header(), span.start, span.end - 1);
                    Err(Failure::answer(what, status).into())
                }
            };
        }
        if content_length(headers).is_some_and(|length| length != span.length()) {
            return Err(Failure::answer("a part longer or shorter than its range", status).into());
        }
        if self.begun.is_none() {
            self.begun = Some((span, Version::of(headers, span.total)));
        }
        self.take_body(reply, 0, Some(span.length())).await
    }

    /// Takes an answer of the whole object, be it asked for or not.
    async fn take_whole(&mut self, reply: Reply, asked: Option<Asked>) -> Result<bool, Stop> {
        let total = content_length(&reply.parts.headers);
        let version = Version::of(&reply.parts.headers, total);
        self.objects.fix(self.object, &version)?;
        let Some(asked) = asked else {
            // Without a size it cannot be gone on from where it breaks.
            self.begun = total.map(|total| (Span { start: 0, end: total, total: Some(total) }, version));
            return self.take_body(reply, 0, total).await;
        };
        let Some(total) = total else {
            let what = "it gives neither ranges of an object nor its size".to_owned();
            return Err(Failure::of(RemoteTrouble::Unsupported(what)).into());
        };
        let limit = self.objects.line.shared.options.whole_object_limit;
        let (start, end) = match asked {
            Asked::From { start, end } if end <= total => (start, end),
            Asked::From { .. } => return Err(beyond(self.object, self.range, Some(total)).into()),
            Asked::Last(length) => (total - length.min(total), total),
        };
        if end - start < total {
            if total > limit {
                return Err(Failure::of(RemoteTrouble::NoRanges { bytes: total, limit }).into());
            }
            self.objects.say_no_ranges(self.object, total);
        }
        if self.begun.is_none() {
            self.begun = Some((Span { start, end, total: Some(total) }, version));
        }
        self.take_body(reply, start, Some(end - start)).await
    }

    /// Appends the body after its first bytes, which are passed over, up to a length; what comes after that is not waited
    /// for.
    async fn take_body(
        &mut self,
        mut reply: Reply,
        mut skip: u64,
        length: Option<u64>,
    ) -> Result<bool, Stop> {
        let line = &self.objects.line;
        let mut left = length.unwrap_or(u64::MAX);
        self.out.reserve(length.unwrap_or(0).min(RESERVED) as usize);
        while left > 0 {
            let Some(bytes) = line.next(&mut reply).await? else { break };
            let passed = skip.min(bytes.len() as u64);
            skip -= passed;
            let bytes = &bytes[passed as usize..];
            let taken = left.min(bytes.len() as u64);
            self.out.extend_from_slice(&bytes[..taken as usize]);
            left -= taken;
        }
        match length {
            Some(_) if left > 0 => {
                let what = format!("{left} bytes of the body are missing");
                Err(Failure::of(RemoteTrouble::Broken(what)).into())
            }
            // The end belongs to the answer: seen, the connection is good for the next request.
            Some(_) => {
                let _ = line.next(&mut reply).await;
                Ok(true)
            }
            None => Ok(true),
        }
    }
}
