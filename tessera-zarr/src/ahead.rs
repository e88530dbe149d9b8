//! Objects of a store that are read before they are needed.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tessera_core::{ByteRange, ByteRanges, Fetches, Fetching, ObjectRange, TakeRange};

use crate::asked::Asked;

/// A store of which some objects were read ahead, all at once, and which counts what it is asked for: for what is read
/// when a store is opened.
pub(crate) struct Ahead {
    bytes: Arc<dyn ByteRanges>,
    /// Whole objects; `None` where there is no such object.
    objects: Mutex<HashMap<String, Option<Vec<u8>>>>,
    asked: Asked,
}

impl Ahead {
    pub(crate) fn new(bytes: Arc<dyn ByteRanges>) -> Arc<Self> {
        Arc::new(Self { bytes, objects: Mutex::default(), asked: Asked::default() })
    }

    /// Reads whole objects at once, where answers have to be waited for. One that cannot be read is asked for again when
    /// it is needed.
    pub(crate) fn read<T: AsRef<str>>(&self, objects: &[T]) {
        if self.bytes.fetching().in_flight <= 1 {
            return;
        }
        let range = |object| ObjectRange { object, range: ByteRange::All };
        let ranges: Vec<_> = objects.iter().map(|object| range(object.as_ref())).collect();
        self.read_many(&ranges, &|at, got| {
            if let (Some(range), Ok(found)) = (ranges.get(at), got) {
                self.objects().insert(range.object.to_owned(), found.map(<[u8]>::to_vec));
            }
            ControlFlow::Continue(())
        });
    }

    /// What was asked so far.
    pub(crate) fn total(&self) -> Fetches {
        self.asked.total().unwrap_or_default()
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<String, Option<Vec<u8>>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ByteRanges for Ahead {
    fn name(&self) -> String {
        self.bytes.name()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        if range == ByteRange::All
            && let Some(found) = self.objects().get(object)
        {
            out.clear();
            out.extend_from_slice(found.as_deref().unwrap_or_default());
            return Ok(found.is_some());
        }
        let there = self.bytes.read_into(object, range, out);
        self.asked.add(if let Ok(true) = there { out.len() as u64 } else { 0 });
        there
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        self.bytes.read_many(ranges, &|at, got| {
            self.asked.add(got.as_ref().map_or(0, |found| found.map_or(0, |bytes| bytes.len() as u64)));
            take(at, got)
        });
    }

    fn fetching(&self) -> Fetching {
        self.bytes.fetching()
    }

    fn forget(&self, object: &str) {
        self.objects().remove(object);
        self.bytes.forget(object);
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.asked.add(0);
        self.bytes.size(object)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.asked.add(0);
        self.bytes.list(folder)
    }
}
