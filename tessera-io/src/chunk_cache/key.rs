//! Under which names things are kept.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::root::{OBJECTS, VERSIONS};

/// The hash of an address, or of an address and a version: a name that says neither, in case an address has a secret
/// in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// Of what is known of the object at an address.
    pub(super) fn of_url(url: &str) -> Self {
        Self::of(b"url", &[url])
    }

    /// Of the bytes of a version of an object.
    pub(super) fn of_object(url: &str, version: &str) -> Self {
        Self::of(b"obj", &[url, version])
    }

    fn of(kind: &[u8; 3], parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(kind);
        for part in parts {
            // With its length, so that no part can look like the end of the one before.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The file that says what is known of an object.
    pub(super) fn record(&self, root: &Path) -> PathBuf {
        self.under(root.join(VERSIONS))
    }

    /// The folder of the ranges of an object.
    pub(super) fn folder(&self, root: &Path) -> PathBuf {
        self.under(root.join(OBJECTS))
    }

    /// The file of a range of an object.
    pub(super) fn entry(&self, root: &Path, range: &Range<u64>) -> PathBuf {
        self.folder(root).join(file_name(range))
    }

    /// In one of 256 folders, so that none has too many names in it.
    fn under(&self, folder: PathBuf) -> PathBuf {
        let name = blake3::Hash::from_bytes(self.0).to_hex();
        let (first, rest) = name.split_at(2);
        folder.join(first).join(rest)
    }
}

fn file_name(range: &Range<u64>) -> String {
    format!("{}-{}", range.start, range.end)
}

/// The range that the name of a file says.
pub(super) fn range_of(name: &str) -> Option<Range<u64>> {
    let (start, end) = name.split_once('-')?;
    let range = start.parse().ok()?..end.parse().ok()?;
    (!range.is_empty() && file_name(&range) == name).then_some(range)
}
