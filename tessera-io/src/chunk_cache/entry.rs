//! A range of an object in a file.
//!
//! Its bytes; then, for each 64 KiB of them, the first 16 bytes of their BLAKE3 hash; then 88 bytes that end the file: 8
//! that say what it is, the key (32), start and end of the range (8 each, little-endian), and the hash of all that
//! follows the bytes (32). So a part of a long range is read and checked without the rest of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::key::Key;
use super::known::Known;

const MAGIC: &[u8; 8] = b"tschunk1";
/// Bytes that are checked together.
const BLOCK: u64 = 64 << 10;
/// Bytes kept of a hash.
const SUM: usize = 16;
/// Bytes of what ends the file, without the hash of it.
const END: usize = 8 + 32 + 8 + 8;

/// The bytes of the file of a range of so many bytes.
pub(super) fn file_len(length: u64) -> u64 {
    length.saturating_add(length.div_ceil(BLOCK) * SUM as u64 + (END + 32) as u64)
}

/// A range that is kept.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    range: Range<u64>,
}

impl Entry {
    /// What holds a range: just it, or the shortest that contains it.
    pub(super) fn find(root: &Path, known: &Known, key: &Key, wanted: &Range<u64>) -> Option<Self> {
        if wanted.is_empty() {
            return None;
        }
        let path = key.entry(root, wanted);
        if path.exists() {
            return Some(Self { path, range: wanted.clone() });
        }
        known.remove(key, wanted);
        // Each that is gone is forgotten; should others come and go all the time, that is a miss.
        for _ in 0..16 {
            let range = known.holding(root, key, wanted)?;
            let path = key.entry(root, &range);
            if path.exists() {
                return Some(Self { path, range });
            }
            known.remove(key, &range);
        }
        None
    }

    /// Reads a part of it in place of what `out` holds, which is a use of it; false where the file is not sound.
    pub(super) fn read(&self, key: &Key, wanted: &Range<u64>, out: &mut Vec<u8>) -> io::Result<bool> {
        out.clear();
        let mut file = File::open(&self.path)?;
        let length = self.range.end - self.range.start;
        if file.metadata()?.len() != file_len(length) {
            return Ok(false);
        }
        // All of these are less than the length of the file, which was looked at.
        let first = (wanted.start - self.range.start) / BLOCK;
        let last = (wanted.end - self.range.start).div_ceil(BLOCK);
        let (from, to) = (first * BLOCK, (last * BLOCK).min(length));
        file.seek(SeekFrom::Start(from))?;
        out.reserve((to - from) as usize);
        (&file).take(to - from).read_to_end(out)?;
        if to < length {
            file.seek(SeekFrom::Start(length))?;
        }
        let mut trailer = Vec::with_capacity((file_len(length) - length) as usize);
        (&file).take(file_len(length) - length).read_to_end(&mut trailer)?;

        let sums = length.div_ceil(BLOCK) as usize * SUM;
        if out.len() as u64 != to - from || trailer.len() != sums + END + 32 || !self.fits(key, &trailer) {
            return Ok(false);
        }
        let expected = trailer[first as usize * SUM..].chunks_exact(SUM);
        if out.chunks(BLOCK as usize).zip(expected).any(|(block, sum)| sum_of(block) != *sum) {
            return Ok(false);
        }
        let skip = (wanted.start - self.range.start - from) as usize;
        out.truncate(skip + (wanted.end - wanted.start) as usize);
        out.drain(..skip);
        // The time of the last use; where it cannot be set, the file goes a little early.
        drop(file.set_modified(SystemTime::now()));
        Ok(true)
    }

    /// Whether what follows the bytes is as it was written, and is of this range.
    fn fits(&self, key: &Key, trailer: &[u8]) -> bool {
        let (checked, sum) = trailer.split_at(trailer.len() - 32);
        let end = &checked[checked.len() - END..];
        blake3::hash(checked).as_bytes() == sum && end == end_of(key, &self.range)
    }
}

/// Writes the file of a range.
pub(super) fn write(file: &mut File, key: &Key, range: &Range<u64>, bytes: &[u8]) -> io::Result<()> {
    let sums = bytes.chunks(BLOCK as usize).flat_map(sum_of);
    let mut trailer: Vec<u8> = sums.chain(end_of(key, range)).collect();
    let sum = blake3::hash(&trailer);
    trailer.extend(sum.as_bytes());
    file.write_all(bytes)?;
    file.write_all(&trailer)
}

fn sum_of(block: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&blake3::hash(block).as_bytes()[..SUM]);
    sum
}

fn end_of(key: &Key, range: &Range<u64>) -> [u8; END] {
    let mut end = [0; END];
    end[..8].copy_from_slice(MAGIC);
    end[8..40].copy_from_slice(key.bytes());
    end[40..48].copy_from_slice(&range.start.to_le_bytes());
    end[48..].copy_from_slice(&range.end.to_le_bytes());
    end
}
