//! Requests on their way to one server.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http_body_util::BodyExt;
use object_store::client::{HttpClient, HttpResponseBody};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::RemoteTrouble;
use super::backoff::Backoff;
use super::call::Call;
use super::client::Shared;
use super::failure::Failure;
use super::s3::Target;
use super::traffic::count;

/// The way to one server, and back.
pub(super) struct Line {
    pub(super) shared: Arc<Shared>,
    pub(super) target: Target,
    client: HttpClient,
    /// Whether it has ever been answered.
    answered: AtomicBool,
}

/// An answer whose body is still to come.
pub(super) struct Reply {
    pub(super) parts: Parts,
    body: HttpResponseBody,
    /// Held until the body is read, or dropped: it is in flight.
    _permit: OwnedSemaphorePermit,
}

/// The longest body of a refusal that is read.
const REFUSAL: usize = 64 << 10;

/// The longest body of an answer that is no object. A page of a listing has a thousand names, each of 1,024 bytes at most,
/// which may be three times as long where they are encoded.
const ANSWER: usize = 32 << 20;

/// The slowest that a body may be taken by a server.
const UPLOAD_BYTES_PER_SECOND: u64 = 64 << 10;

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn new(shared: Arc<Shared>, client: HttpClient, target: Target) -> Self {
        Self { shared, target, client, answered: AtomicBool::new(false) }
    }

    pub(super) fn answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Sends a request once, and waits for its answer without the body.
    pub(super) async fn send(&self, call: &Call, again: bool) -> Result<Reply, Failure> {
        let permit = Arc::clone(&self.shared.permits).acquire_owned().await;
        let permit = permit.map_err(|_| Failure::of(RemoteTrouble::Broken("nothing more is sent".into())))?;
        let request = self.target.request(call).await?;
        let (options, counters) = (&self.shared.options, &self.shared.counters);
        let length = call.body.len() as u64;
        let patience = options
            .connect
            .saturating_add(options.idle)
            .saturating_add(Duration::from_secs(length / UPLOAD_BYTES_PER_SECOND));
        count(&counters.requests, 1);
        count(&counters.retries, u64::from(again));
        count(&counters.bytes_written, length);
        let response = match timeout(patience, self.client.execute(request)).await {
            Ok(response) => response.map_err(|error| Failure::http(&error, options.connect))?,
            Err(_) => return Err(Failure::of(RemoteTrouble::TimedOut(patience))),
        };
        self.answered.store(true, Ordering::Relaxed);
        let (parts, body) = response.into_parts();
        Ok(Reply { parts, body, _permit: permit })
    }

    /// The next bytes of a body; none at its end.
    pub(super) async fn next(&self, reply: &mut Reply) -> Result<Option<Bytes>, Failure> {
        let options = &self.shared.options;
        loop {
            let frame = match timeout(options.idle, reply.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(Failure::http(&error, options.idle)),
                Ok(None) => return Ok(None),
                Err(_) => return Err(Failure::of(RemoteTrouble::TimedOut(options.idle))),
            };
            // Trailers are of no use here.
            if let Ok(bytes) = frame.into_data() {
                count(&self.shared.counters.bytes_read, bytes.len() as u64);
                return Ok(Some(bytes));
            }
        }
    }

    /// All of a body that is no longer than it may be.
    async fn body(&self, reply: &mut Reply, most: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(bytes) = self.next(reply).await? {
            if bytes.len() > most - body.len() {
                let what = format!("expected at most {most} bytes");
                return Err(Failure::answer(what, reply.parts.status));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    /// What an answer that is a refusal means. Its status tells enough where its body does not come.
    pub(super) async fn refusal(&self, mut reply: Reply) -> Failure {
        let body = self.body(&mut reply, REFUSAL).await.unwrap_or_default();
        Failure::refused(&reply.parts, &body)
    }

    /// Sends a request until it is answered, and takes all of the answer: as what `take` makes of it, which may refuse it.
    /// With how often it was sent.
    pub(super) async fn ask<T>(
        &self,
        call: &Call,
        take: impl Fn(&Parts, &[u8]) -> Result<T, Failure>,
    ) -> io::Result<(T, u32)> {
        let mut backoff = Backoff::new(&self.shared.options);
        loop {
            backoff.attempt();
            let failure = match self.send(call, backoff.attempts > 1).await {
                Ok(mut reply) => match self.body(&mut reply, ANSWER).await {
                    Ok(body) => match take(&reply.parts, &body) {
                        Ok(answer) => return Ok((answer, backoff.attempts)),
                        Err(failure) => failure,
                    },
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            let attempts = backoff.attempts;
            let wait = backoff.wait(failure, self.answered());
            let wait = wait.map_err(|failure| failure.error(&call.about, call.operation, attempts))?;
            tokio::time::sleep(wait).await;
        }
    }
}
