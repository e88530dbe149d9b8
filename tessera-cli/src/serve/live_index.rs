//! The index of the catalogue, as it is now.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use tessera_core::Year;
use tessera_stac::{CatalogIndex, IndexError, coverage_path, index_path};

/// How long an index is used without looking whether it has changed.
const TRUST: Duration = Duration::from_secs(1);

/// The index of a catalogue that may be updated while it is served.
#[derive(Debug)]
pub(super) struct LiveIndex {
    folder: PathBuf,
    known: RwLock<Known>,
}

#[derive(Debug)]
struct Known {
    index: Arc<CatalogIndex>,
    stamp: Stamp,
    looked: Instant,
}

/// What tells whether the files of an index have changed: when each was written, and its length.
type Stamp = Vec<(PathBuf, SystemTime, u64)>;

impl LiveIndex {
    /// The index of the catalogue in a folder; `None` where it has none.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, IndexError> {
        let stamp = stamp(folder);
        let index = match CatalogIndex::open(folder) {
            Ok(index) => Arc::new(index),
            Err(IndexError::NotACatalog { .. }) => return Ok(None),
            Err(cause) => return Err(cause),
        };
        let known = RwLock::new(Known { index, stamp, looked: Instant::now() });
        Ok(Some(Self { folder: folder.to_owned(), known }))
    }

    /// The index as it is now. While an update is under way, whose files do not belong together yet, it is the one before.
    pub(super) fn current(&self) -> Arc<CatalogIndex> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.looked.elapsed() < TRUST {
            return Arc::clone(&known.index);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.looked.elapsed() >= TRUST {
            let now = stamp(&self.folder);
            if now != known.stamp
                && let Ok(index) = CatalogIndex::open(&self.folder)
            {
                (known.index, known.stamp) = (Arc::new(index), now);
            }
            known.looked = Instant::now();
        }
        Arc::clone(&known.index)
    }
}

fn stamp(folder: &Path) -> Stamp {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let years = names.filter_map(|name| name.to_str()?.parse::<Year>().ok());
    let files = years.flat_map(|year| [index_path(year), coverage_path(year)]);
    let stamps = files.filter_map(|file| {
        let path = folder.join(file);
        let found = fs::metadata(&path).ok()?;
        Some((path, found.modified().ok()?, found.len()))
    });
    let mut stamps: Stamp = stamps.collect();
    stamps.sort_unstable();
    stamps
}
