//! What is known of an object, in a file: 8 bytes that say what it is, the key (32), the size of the object (8,
//! little-endian), the hash of these and of what follows (32), and its version as text. The time of the file is when that
//! was seen.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::key::Key;
use super::{CachedVersion, ChunkCache};

const MAGIC: &[u8; 8] = b"tsvers1\n";
const START: usize = 8 + 32 + 8;

/// Reads what is known; `None` where the file is not sound.
pub(super) fn read(path: &Path, key: &Key) -> io::Result<Option<CachedVersion>> {
    let file = File::open(path)?;
    let seen = file.metadata()?.modified()?;
    let mut text = Vec::new();
    file.take((START + 32 + ChunkCache::MAX_VERSION + 1) as u64).read_to_end(&mut text)?;
    Ok(decode(&text, key).map(|(version, bytes)| CachedVersion { version, bytes, seen }))
}

fn decode(text: &[u8], key: &Key) -> Option<(String, u64)> {
    let version = std::str::from_utf8(text.get(START + 32..)?).ok()?;
    let bytes = u64::from_le_bytes(text[40..START].try_into().ok()?);
    (encode(key, version, bytes) == text).then(|| (version.to_owned(), bytes))
}

/// The text of the file.
pub(super) fn encode(key: &Key, version: &str, bytes: u64) -> Vec<u8> {
    let start = [&MAGIC[..], key.bytes(), &bytes.to_le_bytes()].concat();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&start).update(version.as_bytes());
    [&start[..], hasher.finalize().as_bytes(), version.as_bytes()].concat()
}
