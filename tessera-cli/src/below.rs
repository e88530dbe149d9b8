//! A folder of a store as a store of its own.

use std::io::{self, Read};
use std::sync::Arc;

use tessera_core::{ByteRange, ByteRanges, Fetching, ObjectRange, Stamp, TakeRange};

/// What lies in a folder of a store.
pub(crate) struct Below {
    store: Arc<dyn ByteRanges>,
    folder: String,
}

impl Below {
    pub(crate) fn new(store: Arc<dyn ByteRanges>, folder: &str) -> Self {
        Self { store, folder: folder.to_owned() }
    }

    fn object(&self, name: &str) -> String {
        if name.is_empty() { self.folder.clone() } else { format!("{}/{name}", self.folder) }
    }
}

impl ByteRanges for Below {
    fn name(&self) -> String {
        format!("{}/{}", self.store.name().trim_end_matches('/'), self.folder)
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.store.read_into(&self.object(object), range, out)
    }

    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn Read + '_>>> {
        self.store.reader(&self.object(object), range)
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        let names: Vec<_> = ranges.iter().map(|wanted| self.object(wanted.object)).collect();
        let ranges: Vec<_> = ranges
            .iter()
            .zip(&names)
            .map(|(wanted, object)| ObjectRange { object, range: wanted.range })
            .collect();
        self.store.read_many(&ranges, take);
    }

    fn fetching(&self) -> Fetching {
        self.store.fetching()
    }

    fn forget(&self, object: &str) {
        self.store.forget(&self.object(object));
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.store.size(&self.object(object))
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        self.store.stamp(&self.object(object))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.store.list(&self.object(folder))
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        let start = format!("{}/", self.folder);
        let all = self.store.walk(&self.object(folder))?.into_iter();
        Ok(all.filter_map(|(name, stamp)| Some((name.strip_prefix(&start)?.to_owned(), stamp))).collect())
    }
}
