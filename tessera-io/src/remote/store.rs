//! A store of objects on a server.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use tessera_core::{ByteRange, ByteRanges, ByteStore, Fetching, ObjectRange, ObjectWriter, Stamp, TakeRange};

use super::line::Line;
use super::many;
use super::objects::Objects;
use super::reader::{Pieces, read};
use super::writer::{ON_THEIR_WAY, PartsWriter};
use crate::RemoteUrl;

/// The objects below an address, read in ranges: a bucket of S3, which is listed and written too, or a web server. Made by
/// [`Remote::open`](crate::Remote::open).
///
/// A read is one request, if nothing goes wrong, and none asks for sizes first. The first answer fixes the version of an
/// object, by its ETag, or its time and size; another one is an error
/// ([`ObjectChanged`](tessera_core::ObjectChanged)) until it is told to forget. Passing troubles are waited for and tried
/// again, and a body that breaks is gone on with from where it broke. All threads may use it at once.
///
/// Errors carry a [`RemoteError`](crate::RemoteError).
#[derive(Debug)]
pub struct RemoteStore {
    objects: Arc<Objects>,
}

impl RemoteStore {
    pub(super) fn new(line: Line) -> Self {
        Self { objects: Arc::new(Objects::new(line)) }
    }

    /// The address that all names are below.
    #[must_use]
    pub fn url(&self) -> &RemoteUrl {
        &self.objects.line.target.url
    }

    /// Has something done by the threads of the runtime, and waits for it.
    fn wait<T, F>(&self, ask: impl FnOnce(Arc<Objects>) -> F) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
    {
        self.objects.line.shared.gate.wait(ask(Arc::clone(&self.objects)))
    }
}

impl ByteRanges for RemoteStore {
    fn name(&self) -> String {
        self.url().to_string()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        out.clear();
        let there = read(&self.objects, object, range, std::mem::take(out))?;
        Ok(there.map(|bytes| *out = bytes).is_some())
    }

    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn Read + '_>>> {
        Ok(Pieces::begin(&self.objects, object, range)?.map(|pieces| Box::new(pieces) as Box<dyn Read>))
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        many::read_many(&self.objects, ranges, take);
    }

    fn fetching(&self) -> Fetching {
        self.objects.line.shared.options.fetching
    }

    fn forget(&self, object: &str) {
        self.objects.forget(object);
    }

    /// That of the version that is being read, where there is one; else it is asked for.
    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        if let Some(bytes) = self.objects.version(object).and_then(|version| version.bytes) {
            return Ok(Some(bytes));
        }
        let object = object.to_owned();
        let found = self.wait(|objects| async move { objects.head(&object).await })?;
        Ok(found.map(|(size, _)| size))
    }

    /// One request; the version is the ETag, or the time of modification.
    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        let name = object.to_owned();
        let Some((bytes, version)) = self.wait(|objects| async move { objects.head(&name).await })? else {
            return Ok(None);
        };
        match version.text() {
            Some(version) => Ok(Some(Stamp { bytes, version })),
            None => {
                let why = format!("{} does not tell the version of {object}", self.name());
                Err(io::Error::new(io::ErrorKind::Unsupported, why))
            }
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let folder = folder.to_owned();
        self.wait(|objects| async move { objects.list(&folder).await })
    }

    /// A request for each thousand objects; the versions are the ETags that [`stamp`](ByteRanges::stamp) tells too.
    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        let folder = folder.to_owned();
        self.wait(|objects| async move { objects.walk(&folder).await })
    }
}

impl ByteStore for RemoteStore {
    /// In parts that are sent while more is written, three of which are held; an object of less than one is put at once.
    fn create(&self, object: &str) -> io::Result<Box<dyn ObjectWriter>> {
        Ok(Box::new(PartsWriter::begin(&self.objects, object)?))
    }

    fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() as u64 > self.objects.line.shared.options.part {
            let mut writer = PartsWriter::begin(&self.objects, object)?;
            io::Write::write_all(&mut writer, bytes)?;
            return Box::new(writer).finish();
        }
        let (object, bytes) = (object.to_owned(), Bytes::copy_from_slice(bytes));
        self.wait(|objects| async move { objects.put(&object, bytes).await.map(|_| ()) })
    }

    /// By `If-None-Match`. Where the server does not know that, or does not honour it, it is asked whether there is one
    /// first, and a notice says so. Where the answer was lost, and one with the same bytes is there then, it counts as put.
    fn put_new(&self, object: &str, bytes: &[u8]) -> io::Result<bool> {
        let (object, bytes) = (object.to_owned(), Bytes::copy_from_slice(bytes));
        self.wait(|objects| async move { objects.put_new(&object, bytes).await })
    }

    /// The parts on their way, and the one that is filled.
    fn held(&self) -> u64 {
        (ON_THEIR_WAY as u64 + 1).saturating_mul(self.objects.line.shared.options.part)
    }

    /// Two requests: S3 does not say whether there was one, so that is asked first.
    fn remove(&self, object: &str) -> io::Result<bool> {
        let object = object.to_owned();
        self.wait(|objects| async move { objects.remove(&object).await })
    }
}
