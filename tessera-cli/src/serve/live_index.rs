//! The index of the catalogue, as it is now.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use tessera_core::{ByteRanges, Stamp, Year};
use tessera_stac::{CATALOG_PATH, CatalogIndex, IndexError, YearIndex, coverage_path, index_path};

use super::objects::Objects;

/// How long an index on disk, and one in a store, is used without looking whether it has changed.
const TRUST: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];

/// Where the index of a catalogue is read.
#[derive(Clone)]
pub(super) enum Indexed {
    Folder(PathBuf),
    Store(Arc<Objects>),
}

/// The index of a catalogue that may be updated while it is served.
#[derive(Debug)]
pub(super) struct LiveIndex {
    indexed: Indexed,
    known: RwLock<Known>,
    /// Held by who looks whether it has changed: the others take what is known.
    looking: Mutex<()>,
    /// Whether something read since shows that it has changed.
    old: AtomicBool,
}

#[derive(Debug)]
struct Known {
    index: Arc<CatalogIndex>,
    stamps: Stamps,
    looked: Instant,
}

/// What tells whether the files of an index have changed.
type Stamps = Vec<(String, Option<Stamp>)>;

impl fmt::Debug for Indexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => f.debug_tuple("Folder").field(path).finish(),
            Self::Store(objects) => f.debug_tuple("Store").field(objects).finish(),
        }
    }
}

impl LiveIndex {
    /// The index of the catalogue in a folder or a store; `None` where it has none.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub(super) fn open(indexed: Indexed) -> Result<Option<Self>, IndexError> {
        let before = indexed.stamps(&[]);
        let index = match indexed.open() {
            Ok(index) => Arc::new(index),
            Err(IndexError::NotACatalog { .. }) => return Ok(None),
            Err(cause) => return Err(cause),
        };
        // Of a store it is known only now which files there are.
        let stamps = match indexed {
            Indexed::Folder(_) => before,
            Indexed::Store(_) => {
                indexed.stamps(&index.years().iter().map(YearIndex::year).collect::<Vec<_>>())
            }
        };
        let known = RwLock::new(Known { index, stamps, looked: Instant::now() });
        Ok(Some(Self { indexed, known, looking: Mutex::new(()), old: AtomicBool::new(false) }))
    }

    /// The index as it is now. While an update is under way, whose files do not belong together yet, it is the one before.
    pub(super) fn current(&self) -> Arc<CatalogIndex> {
        let (known, fresh) = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&known.index), known.looked.elapsed() < self.indexed.trust())
        };
        if fresh && !self.old.load(Ordering::Relaxed) {
            return known;
        }
        let Ok(_looking) = self.looking.try_lock() else { return known };
        self.old.store(false, Ordering::Relaxed);
        let years: Vec<_> = known.years().iter().map(YearIndex::year).collect();
        let now = self.indexed.stamps(&years);
        let changed = now != self.known.read().unwrap_or_else(PoisonError::into_inner).stamps;
        let index = if changed { self.indexed.open().ok().map(Arc::new) } else { None };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.looked = Instant::now();
        if let Some(index) = index {
            known.stamps = match self.indexed {
                Indexed::Folder(_) => now,
                // Of the years that there are now; those that were there before were looked at before it was read.
                Indexed::Store(_) if same_years(&index, &years) => now,
                Indexed::Store(_) => Vec::new(),
            };
            known.index = index;
        }
        Arc::clone(&known.index)
    }

    /// What was read is of an index that is no longer there: the next who asks looks.
    pub(super) fn is_old(&self) {
        self.old.store(true, Ordering::Relaxed);
    }
}

fn same_years(index: &CatalogIndex, years: &[Year]) -> bool {
    index.years().iter().map(YearIndex::year).eq(years.iter().copied())
}

impl Indexed {
    fn trust(&self) -> Duration {
        TRUST[usize::from(matches!(self, Self::Store(_)))]
    }

    fn open(&self) -> Result<CatalogIndex, IndexError> {
        match self {
            Self::Folder(path) => CatalogIndex::open(path),
            // By itself, so that all that is ever read of this index is of one version of its files.
            Self::Store(objects) => CatalogIndex::open_in(objects.catalog_anew()),
        }
    }

    /// What tells whether the files have changed; of a store, of these years.
    fn stamps(&self, years: &[Year]) -> Stamps {
        match self {
            Self::Folder(path) => stamps_in(path),
            Self::Store(objects) => {
                let files = years.iter().flat_map(|year| [index_path(*year), coverage_path(*year)]);
                let files: Vec<_> = [CATALOG_PATH.to_owned()].into_iter().chain(files).collect();
                stamps_of(&*objects.catalog(), files)
            }
        }
    }
}

/// The stamps of objects, asked for many at once.
fn stamps_of(store: &dyn ByteRanges, files: Vec<String>) -> Stamps {
    let at_once = store.fetching().in_flight.max(1);
    let mut stamps = Vec::with_capacity(files.len());
    for files in files.chunks(at_once) {
        let asked = |file: &String| {
            // A server that does not tell versions tells sizes.
            let sized = |file| {
                let size = store.size(file).ok().flatten();
                size.map(|bytes| Stamp { bytes, version: String::new() })
            };
            store.stamp(file).unwrap_or_else(|_: std::io::Error| sized(file))
        };
        let asked = &asked;
        let found = thread::scope(|scope| {
            let all: Vec<_> = files.iter().map(|file| scope.spawn(move || asked(file))).collect();
            all.into_iter().map(|one| one.join().ok().flatten()).collect::<Vec<_>>()
        });
        stamps.extend(files.iter().cloned().zip(found));
    }
    stamps
}

fn stamps_in(folder: &Path) -> Stamps {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let years = names.filter_map(|name| name.to_str()?.parse::<Year>().ok());
    let files = years.flat_map(|year| [index_path(year), coverage_path(year)]);
    let stamps = files.filter_map(|file| {
        let found = fs::metadata(folder.join(&file)).ok()?;
        let version = Stamp::of_time(found.modified().ok()?);
        Some((file, Some(Stamp { bytes: found.len(), version })))
    });
    let mut stamps: Stamps = stamps.collect();
    stamps.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    stamps
}
