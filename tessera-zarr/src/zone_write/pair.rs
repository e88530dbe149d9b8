//! The two objects of a shard while they are written.

use std::io::{self, BufWriter, Write};

use tessera_core::{ByteStore, ObjectWriter};

use crate::shard_index::ShardIndex;
use crate::zone_write::record::ObjectRecord;

/// Bytes that are gathered before they are handed to the store.
const BUFFER: usize = 1 << 20;

/// An object of inner chunks, appended in the order of the index, which comes last.
pub(crate) struct ShardFile {
    file: BufWriter<Box<dyn ObjectWriter>>,
    hash: blake3::Hasher,
    offset: u64,
    entries: Vec<Option<(u64, u64)>>,
}

/// An object all of whose bytes were handed to the store, not yet in its place.
pub(crate) struct WholeObject {
    pub(crate) writer: Box<dyn ObjectWriter>,
    pub(crate) record: ObjectRecord,
}

impl ShardFile {
    pub(crate) fn begin(store: &dyn ByteStore, object: &str) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, store.create(object)?);
        Ok(Self { file, hash: blake3::Hasher::new(), offset: 0, entries: Vec::new() })
    }

    /// The next inner chunk; `None` where it is left out, so that it reads as fill.
    pub(crate) fn push(&mut self, encoded: Option<&[u8]>) -> io::Result<()> {
        let Some(bytes) = encoded else {
            self.entries.push(None);
            return Ok(());
        };
        self.write(bytes)?;
        let length = bytes.len() as u64;
        self.entries.push(Some((self.offset, length)));
        self.offset += length;
        Ok(())
    }

    /// The whole object; `None` where every inner chunk was left out.
    pub(crate) fn finish(mut self) -> io::Result<Option<WholeObject>> {
        if self.entries.iter().all(Option::is_none) {
            return Ok(None);
        }
        let index = ShardIndex::new(std::mem::take(&mut self.entries)).encode();
        self.write(&index)?;
        let bytes = self.offset + index.len() as u64;
        let writer = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let record = ObjectRecord { bytes, blake3: self.hash.finalize().to_hex().to_string(), version: None };
        Ok(Some(WholeObject { writer, record }))
    }

    /// Inner chunks that were not left out.
    pub(crate) fn chunks(&self) -> u64 {
        self.entries.iter().flatten().count() as u64
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use tessera_core::Folder;

    use super::*;

    #[test]
    fn an_object_is_its_chunks_and_their_index() {
        let dir = tempfile::tempdir().unwrap();
        let store = Folder::new(dir.path());
        let mut shard = ShardFile::begin(&store, "c/0").unwrap();
        for chunk in [Some(&b"abc"[..]), None, Some(&b"de"[..])] {
            shard.push(chunk).unwrap();
        }
        assert_eq!(shard.chunks(), 2);
        let whole = shard.finish().unwrap().unwrap();
        let place = dir.path().join("c/0");
        assert!(!place.exists());
        whole.writer.finish().unwrap();
        let bytes = std::fs::read(place).unwrap();
        assert_eq!((bytes.len() as u64, &bytes[..5]), (whole.record.bytes, &b"abcde"[..]));
        let index = ShardIndex::decode(&bytes[5..]).unwrap();
        assert_eq!([0, 1, 2].map(|chunk| index.get(chunk)), [Some((0, 3)), None, Some((3, 2))]);
        assert_eq!(whole.record.blake3, blake3::hash(&bytes).to_hex().to_string());
        let mut empty = ShardFile::begin(&store, "c/1").unwrap();
        empty.push(None).unwrap();
        assert!(empty.finish().unwrap().is_none());
    }
}
