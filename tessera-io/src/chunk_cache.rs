//! Ranges of objects, kept on disk.

mod entry;
mod inner;
mod key;
mod known;
mod ledger;
mod partial;
mod record;
mod room;
mod root;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use inner::Inner;
use key::Key;
use known::Known;
use ledger::Ledger;

/// Ranges of objects, kept on disk in a folder of their own: by address, version and range, at most so many bytes of
/// them. What was used last longest ago goes first.
///
/// Several processes may use one folder at once, with this or another limit, and any of them may be killed at any time:
/// the folder never grows past the limit, and what was not written as a whole is never read. All that is read is checked
/// against a checksum; what does not fit it is removed, and counts as not there.
///
/// Files count with the blocks of 4 KiB that they take, whether they are whole or being written; folders do not count.
/// An entry of more than an eighth of the limit is not kept. Addresses are not written down, only their hashes, and
/// files can be read by their owner alone.
///
/// A cache is a help and never a need: whoever uses it may go on without it where it fails.
///
/// ```
/// use tessera_io::ChunkCache;
///
/// let dir = tempfile::tempdir()?;
/// let cache = ChunkCache::open(dir.path().join("chunks"), 10 << 20)?;
/// let (url, etag) = ("https://example.org/utm31/scales/c/0", "\"5f1a\"");
/// cache.put(url, etag, 100..107, b"indexes")?;
/// cache.set_version(url, etag, 5000)?;
///
/// let mut out = Vec::new();
/// assert!(cache.get(url, etag, 100..107, &mut out) && out == b"indexes");
/// assert!(cache.get(url, etag, 102..104, &mut out) && out == b"de", "a part of what is kept");
/// assert!(!cache.get(url, "\"6002\"", 100..107, &mut out), "another version");
/// assert_eq!(cache.version(url).unwrap().bytes, 5000);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ChunkCache {
    inner: Arc<Inner>,
}

/// What is known of an object as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachedVersion {
    /// Its version: an ETag.
    pub version: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was said last that this is the version that is there.
    pub seen: SystemTime,
}

impl ChunkCache {
    /// The least limit.
    pub const MIN_LIMIT: u64 = 1 << 20;

    /// The longest version that is kept, in bytes.
    pub const MAX_VERSION: usize = 1024;

    /// Opens the cache in a folder, which is made where there is none, with its limit in bytes. What processes left
    /// behind that were killed is removed, and where there is more than the limit, what was used last longest ago.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] for less than [`MIN_LIMIT`](Self::MIN_LIMIT), and for a folder with files in it
    /// that is not a cache; [`io::ErrorKind::Unsupported`] for a cache of another format; or where the system refuses,
    /// as a file system without locks does.
    pub fn open(dir: impl AsRef<Path>, limit: u64) -> io::Result<Self> {
        let root = dir.as_ref().to_owned();
        if limit < Self::MIN_LIMIT {
            let why = format!("a cache of {limit} bytes: expected at least {}", Self::MIN_LIMIT);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        root::prepare(&root)?;
        let ledger = Ledger::open(&root.join(root::LEDGER))?;
        let inner = Inner { root, limit, ledger, known: Known::default() };
        {
            let mut held = inner.ledger.lock()?;
            root::mark(&inner.root)?;
            let mut books = inner.books(&mut held)?;
            let left_behind = partial::sweep(&inner.root)?.dead;
            if left_behind > 0 {
                books.used = books.used.saturating_sub(left_behind);
                held.write(books)?;
            }
            if books.used > limit {
                room::make(&inner.root, &mut held, limit)?;
            }
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.inner.root
    }

    /// The most bytes that it takes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.inner.limit
    }

    /// The bytes that it takes, with those that are being written; after a process was killed perhaps more than there
    /// are, until they are counted again.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn bytes(&self) -> io::Result<u64> {
        let mut held = self.inner.ledger.lock()?;
        self.inner.books(&mut held).map(|books| books.used)
    }

    /// What is known of the object at an address; `None` where nothing is.
    #[must_use]
    pub fn version(&self, url: &str) -> Option<CachedVersion> {
        let key = Key::of_url(url);
        let path = key.record(&self.inner.root);
        match record::read(&path, &key).ok()? {
            Some(known) => Some(known),
            None => {
                self.inner.discard(&path);
                None
            }
        }
    }

    /// Says which version of an object is there now, and how many bytes it has as a whole.
    ///
    /// # Errors
    /// For a version longer than [`MAX_VERSION`](Self::MAX_VERSION), or where the system refuses.
    pub fn set_version(&self, url: &str, version: &str, bytes: u64) -> io::Result<()> {
        if version.len() > Self::MAX_VERSION {
            let why = format!("a version of {} bytes: expected at most {}", version.len(), Self::MAX_VERSION);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let key = Key::of_url(url);
        let path = key.record(&self.inner.root);
        // Mostly it is the one that is known: then only the time is new.
        if let Ok(Some(known)) = record::read(&path, &key)
            && (known.version.as_str(), known.bytes) == (version, bytes)
            && touch(&path)
        {
            return Ok(());
        }
        let text = record::encode(&key, version, bytes);
        self.inner.keep(&path, true, text.len() as u64, |file| io::Write::write_all(file, &text))
    }

    /// Puts a range of a version of an object in place of what `out` holds; false, and nothing in `out`, where it is not
    /// there. It may be a part of a longer range that was put.
    #[must_use]
    pub fn get(&self, url: &str, version: &str, range: Range<u64>, out: &mut Vec<u8>) -> bool {
        out.clear();
        let key = Key::of_object(url, version);
        // A range that is not sound is removed, and another may serve.
        while let Some(entry) = self.inner.find(&key, &range) {
            match entry.read(&key, &range, out) {
                Ok(true) => return true,
                // Gone since it was found.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Ok(false) if self.inner.discard(&entry.path) => {}
                _ => break,
            }
        }
        out.clear();
        false
    }

    /// Whether a range is there, as a file of its own or in a longer one. That it is sound shows when it is read.
    #[must_use]
    pub fn contains(&self, url: &str, version: &str, range: Range<u64>) -> bool {
        self.inner.find(&Key::of_object(url, version), &range).is_some()
    }

    /// Keeps a range of a version of an object. Nothing happens where it is there already, is empty, or is longer than
    /// an eighth of the limit.
    ///
    /// # Errors
    /// Where there are not as many bytes as the range says, or the system refuses.
    pub fn put(&self, url: &str, version: &str, range: Range<u64>, bytes: &[u8]) -> io::Result<()> {
        if range.end.checked_sub(range.start) != Some(bytes.len() as u64) {
            let why = format!("{} bytes, expected those of the range {range:?}", bytes.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let key = Key::of_object(url, version);
        if range.is_empty() || self.inner.find(&key, &range).is_some() {
            return Ok(());
        }
        let path = key.entry(&self.inner.root, &range);
        let length = entry::file_len(bytes.len() as u64);
        self.inner.keep(&path, false, length, |file| entry::write(file, &key, &range, bytes))?;
        self.inner.known.add(&key, &range);
        Ok(())
    }
}

/// Says that a file was used now; whether that could be said.
fn touch(path: &Path) -> bool {
    File::open(path).and_then(|file| file.set_modified(SystemTime::now())).is_ok()
}
