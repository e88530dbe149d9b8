//! What the tests share.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The bytes of an object, from its address and version: any range of it can be checked without keeping it.
pub(crate) fn object(url: &str, version: &str, length: usize) -> Vec<u8> {
    let mut state =
        url.bytes().chain(version.bytes()).fold(7_u64, |n, b| n.wrapping_mul(131).wrapping_add(b.into()));
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found.push(entry.path()),
            }
        }
    }
    found
}

/// The files of ranges.
pub(crate) fn entries(cache: &Path) -> Vec<PathBuf> {
    files(&cache.join("objects"))
}

/// The bytes of all files below a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    files(folder).iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// The bytes of all files of a cache at one moment: nothing is renamed or removed while its ledger is held.
pub(crate) fn size_at_once(cache: &Path) -> u64 {
    let ledger = File::open(cache.join("ledger")).unwrap();
    ledger.lock().unwrap();
    size(cache)
}

/// Makes a file one that was used so many seconds ago.
pub(crate) fn used_ago(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::open(path).unwrap().set_modified(time).unwrap();
}
