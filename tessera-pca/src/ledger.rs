//! A file of results, each under a name.

mod error;
mod file;
mod record;

pub use error::LedgerError;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use file::LedgerFile;
use record::Hash;

/// A file of results, each under a name, to which results are only ever appended: the moments of finished tiles, say, so
/// that an interrupted run goes on where it was, and another run need not take them again.
///
/// One process writes it at a time; others may read what was there when they opened it. A result whose writing was cut off
/// is dropped when the file is next opened for writing, and is not seen by readers. A result that is put again, or
/// removed, still takes its place in the file.
///
/// 8 bytes of magic, then records: u32 length of the name, u32 length of the value (2³² − 1: the name is removed), u32 CRC-32C
/// of both lengths, name and value, u32 CRC-32C of these three numbers; then name (UTF-8) and value. Little-endian.
///
/// ```
/// use tessera_pca::Ledger;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("moments.ledger");
/// let ledger = Ledger::open(&path)?;
/// ledger.put("2024/grid_0.15_52.05", b"some bytes")?;
/// drop(ledger);
/// let ledger = Ledger::read(&path)?;
/// assert_eq!(ledger.get("2024/grid_0.15_52.05")?.as_deref(), Some(&b"some bytes"[..]));
/// assert_eq!(ledger.get("2024/grid_0.25_52.05")?, None);
/// assert_eq!(ledger.keys()?, ["2024/grid_0.15_52.05"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: LedgerFile,
    /// Where the record of a name begins, by a hash of the name.
    places: HashMap<Hash, u64>,
}

impl Ledger {
    /// Opens a ledger to read and write; makes it where nothing is there.
    ///
    /// # Errors
    /// [`LedgerError`]: another process writes it, it is something else, or the system refuses.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let path = path.as_ref();
        let (file, places) = LedgerFile::open(path)?;
        Ok(Self { path: path.to_owned(), inner: Mutex::new(Inner { file, places }) })
    }

    /// Opens a ledger to read what it holds now, whether or not another process writes it.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where nothing is there.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let path = path.as_ref();
        let (file, places) = LedgerFile::read(path)?;
        Ok(Self { path: path.to_owned(), inner: Mutex::new(Inner { file, places }) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many results there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner().places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The result under a name; `None` where there is none.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] where its bytes have changed since they were written, or the system refuses.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let mut inner = self.inner();
        let Some(&place) = inner.places.get(&Hash::of(key)) else { return Ok(None) };
        let record = inner.file.record(place)?;
        Ok(record.filter(|record| record.key == key).map(|record| record.value))
    }

    /// Puts a result under a name, in the place of the one that is there.
    ///
    /// # Errors
    /// Where it was opened to be read only, the result is too long, or the system refuses; a full disk is
    /// `ErrorKind::StorageFull`. The ledger is then as it was.
    pub fn put(&self, key: &str, value: &[u8]) -> Result<(), LedgerError> {
        let mut inner = self.inner();
        let place = inner.file.append(key, Some(value))?;
        inner.places.insert(Hash::of(key), place);
        Ok(())
    }

    /// Removes the result under a name, where there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn remove(&self, key: &str) -> Result<(), LedgerError> {
        let mut inner = self.inner();
        if inner.places.contains_key(&Hash::of(key)) {
            inner.file.append(key, None)?;
            inner.places.remove(&Hash::of(key));
        }
        Ok(())
    }

    /// Removes all results, and gives back their place.
    ///
    /// # Errors
    /// Where it was opened to be read only, or the system refuses.
    pub fn clear(&self) -> Result<(), LedgerError> {
        let mut inner = self.inner();
        inner.file.clear()?;
        inner.places.clear();
        Ok(())
    }

    /// All names, in the order in which their results were put.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn keys(&self) -> Result<Vec<String>, LedgerError> {
        let mut inner = self.inner();
        let mut places: Vec<u64> = inner.places.values().copied().collect();
        places.sort_unstable();
        places.into_iter().map(|place| inner.file.key(place)).collect()
    }

    /// Brings what was put to disk (`fsync`).
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn sync(&self) -> Result<(), LedgerError> {
        self.inner().file.sync()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
