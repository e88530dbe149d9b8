//! Objects that are written in parts.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tessera_core::ObjectWriter;
use tokio::task::JoinHandle;

use super::objects::Objects;
use super::upload::{Part, Upload};

/// An object while it is written: parts are sent by the runtime's threads while the next one is filled.
///
/// An upload that is dropped is told to the server as ended; where that does not arrive, as of a process that was killed,
/// its parts are kept there, unseen, until a rule of the bucket removes them (`AbortIncompleteMultipartUpload`).
#[derive(Debug)]
pub(super) struct PartsWriter {
    objects: Arc<Objects>,
    object: String,
    /// What is not a part yet.
    filling: Vec<u8>,
    part: usize,
    upload: Option<Arc<Upload>>,
    on_their_way: VecDeque<JoinHandle<io::Result<Part>>>,
    sent: Vec<Part>,
}

/// Parts that are on their way, beside the one that is filled.
pub(super) const ON_THEIR_WAY: usize = 2;

/// The most parts that an object of S3 has (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>).
const PARTS: usize = 10_000;

/// How long an upload that is dropped is waited for until the server knows.
const GOODBYE: Duration = Duration::from_secs(10);

impl PartsWriter {
    pub(super) fn begin(objects: &Arc<Objects>, object: &str) -> io::Result<Self> {
        objects.check_writable(object)?;
        Ok(Self {
            objects: Arc::clone(objects),
            object: object.to_owned(),
            filling: Vec::new(),
            // 5 GiB at most.
            part: usize::try_from(objects.line.shared.options.part).unwrap_or(usize::MAX),
            upload: None,
            on_their_way: VecDeque::new(),
            sent: Vec::new(),
        })
    }

    fn wait<T, F>(&self, ask: impl FnOnce(Arc<Objects>, String) -> F) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
    {
        self.objects.line.shared.gate.wait(ask(Arc::clone(&self.objects), self.object.clone()))
    }

    /// Sends what was filled as a part.
    fn send(&mut self) -> io::Result<()> {
        let upload = match &self.upload {
            Some(upload) => Arc::clone(upload),
            None => {
                let upload =
                    self.wait(|objects, object| async move { objects.begin_upload(&object).await })?;
                let upload = Arc::new(upload);
                self.upload = Some(Arc::clone(&upload));
                upload
            }
        };
        while self.on_their_way.len() >= ON_THEIR_WAY {
            self.arrived()?;
        }
        let number = self.sent.len() + self.on_their_way.len() + 1;
        if number > PARTS {
            let why = format!(
                "{}: expected at most {PARTS} parts of {} bytes: make parts larger",
                self.objects.line.target.about(&self.object),
                self.part
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        let bytes = Bytes::from(std::mem::take(&mut self.filling));
        let (objects, object) = (Arc::clone(&self.objects), self.object.clone());
        let task = async move { objects.put_part(&object, &upload, number, bytes).await };
        self.on_their_way.push_back(self.objects.line.shared.gate.handle().spawn(task));
        Ok(())
    }

    /// Waits for the part that was sent first.
    fn arrived(&mut self) -> io::Result<()> {
        let Some(first) = self.on_their_way.pop_front() else { return Ok(()) };
        let part = self.wait(|_, _| async move { first.await.map_err(io::Error::other)? })?;
        self.sent.push(part);
        Ok(())
    }
}

impl Write for PartsWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A part is sent only when more comes: an object of one whole part is put at once.
        if self.filling.len() == self.part && !bytes.is_empty() {
            self.send()?;
            self.filling.reserve_exact(self.part);
        }
        let taken = bytes.len().min(self.part - self.filling.len());
        self.filling.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Waits for the parts that were sent. What is no whole part waits for more, or for the end.
    fn flush(&mut self) -> io::Result<()> {
        while !self.on_their_way.is_empty() {
            self.arrived()?;
        }
        Ok(())
    }
}

impl ObjectWriter for PartsWriter {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.finish_versioned().map(|_| ())
    }

    fn finish_versioned(mut self: Box<Self>) -> io::Result<Option<String>> {
        if self.upload.is_none() {
            let bytes = Bytes::from(std::mem::take(&mut self.filling));
            return self.wait(|objects, object| async move { objects.put(&object, bytes).await });
        }
        if !self.filling.is_empty() {
            self.send()?;
        }
        self.flush()?;
        let parts = std::mem::take(&mut self.sent);
        let Some(upload) = self.upload.clone() else { return Ok(None) };
        let version = self
            .wait(|objects, object| async move { objects.finish_upload(&object, &upload, &parts).await })?;
        // Nothing to be ended any more.
        self.upload = None;
        Ok(version)
    }
}

impl Drop for PartsWriter {
    fn drop(&mut self) {
        for part in self.on_their_way.drain(..) {
            part.abort();
        }
        if let Some(upload) = self.upload.take() {
            // Best effort: nothing is to be seen of it either way.
            let _ = self.wait(|objects, object| async move {
                let ended = objects.end_upload(&object, &upload);
                tokio::time::timeout(GOODBYE, ended).await.map_err(io::Error::other)?
            });
        }
    }
}
