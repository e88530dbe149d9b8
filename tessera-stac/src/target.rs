//! The files of a catalogue, while they are written.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::{CatalogError, stage};

/// Bytes compared at a time.
const PIECE: usize = 1 << 16;

/// Where the files of a catalogue are written: a folder that nobody sees yet, or one in use, in which a file is replaced
/// as a whole and only where its bytes are others.
#[derive(Debug)]
pub(crate) struct Target {
    /// Where they are written.
    root: PathBuf,
    /// What the folder is called in a message.
    name: PathBuf,
    in_use: bool,
    /// The files that are to be deleted elsewhere, where they are none of the folder.
    gone: Option<Mutex<Vec<String>>>,
    pub(crate) bytes: AtomicU64,
    pub(crate) changed: AtomicU64,
}

impl Target {
    pub(crate) fn new(root: &Path, name: &Path, in_use: bool) -> Self {
        let (bytes, changed) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { root: root.to_owned(), name: name.to_owned(), in_use, gone: None, bytes, changed }
    }

    /// A folder that holds what has changed of a catalogue that is elsewhere.
    pub(crate) fn of_changes(root: &Path, name: &Path) -> Self {
        Self { gone: Some(Mutex::default()), ..Self::new(root, name, false) }
    }

    /// The files that are to be deleted elsewhere.
    pub(crate) fn gone(&self) -> Vec<String> {
        let gone = self.gone.as_ref().map(|gone| gone.lock().unwrap_or_else(PoisonError::into_inner).clone());
        gone.unwrap_or_default()
    }

    /// What a file is called in a message.
    pub(crate) fn name_of(&self, path: &str) -> PathBuf {
        self.name.join(path)
    }

    /// Makes sure of a folder.
    pub(crate) fn folder(&self, path: &str) -> Result<(), CatalogError> {
        fs::create_dir_all(self.root.join(path)).map_err(self.error(path))
    }

    /// Writes a file.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Result<(), CatalogError> {
        let file = self.root.join(path);
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if !self.in_use {
            self.changed.fetch_add(1, Ordering::Relaxed);
            return create(&file, bytes).map_err(self.error(path));
        }
        let same = match File::open(&file) {
            Ok(old) => same(old, bytes).map_err(self.error(path))?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => false,
            Err(cause) => return Err(self.error(path)(cause)),
        };
        if same {
            return Ok(());
        }
        let mut new = self.partial(path)?;
        new.write_all(bytes).map_err(self.error(path))?;
        self.replace(path, new)
    }

    /// A file to be put in the place of `path` by [`put_file`](Self::put_file). Its folder is made.
    pub(crate) fn partial(&self, path: &str) -> Result<NamedTempFile, CatalogError> {
        let file = self.root.join(path);
        let folder = file.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)
            .and_then(|()| stage::builder().tempfile_in(folder))
            .map_err(self.error(path))
    }

    /// Gives a file its name.
    pub(crate) fn put_file(&self, path: &str, mut new: NamedTempFile) -> Result<(), CatalogError> {
        new.flush().map_err(self.error(path))?;
        let length = new.as_file().metadata().map_err(self.error(path))?.len();
        self.bytes.fetch_add(length, Ordering::Relaxed);
        if self.in_use && same_file(&self.root.join(path), &new, length).map_err(self.error(path))? {
            return Ok(());
        }
        self.replace(path, new)
    }

    /// Deletes a file of a catalogue in use, where it is there; takes note of one that is elsewhere.
    pub(crate) fn remove(&self, path: &str) -> Result<(), CatalogError> {
        if let Some(gone) = &self.gone {
            gone.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
            return Ok(());
        }
        match fs::remove_file(self.root.join(path)) {
            Ok(()) => {
                self.changed.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(cause) => Err(self.error(path)(cause)),
        }
    }

    /// Deletes a folder where it is empty.
    pub(crate) fn remove_empty(&self, path: &str) {
        // One that is not empty, or gone, stays as it is.
        let _ = fs::remove_dir(self.root.join(path));
    }

    fn replace(&self, path: &str, new: NamedTempFile) -> Result<(), CatalogError> {
        if self.in_use {
            new.as_file().sync_all().map_err(self.error(path))?;
        }
        new.persist(self.root.join(path)).map_err(|cause| self.error(path)(cause.error))?;
        self.changed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn error(&self, path: &str) -> impl FnOnce(io::Error) -> CatalogError + use<> {
        CatalogError::io(&self.name_of(path))
    }
}

/// A new file. Half of one is not left behind.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes).inspect_err(|_| drop(fs::remove_file(path)))
}

/// Whether a file has these bytes.
fn same(mut file: File, bytes: &[u8]) -> io::Result<bool> {
    if file.metadata()?.len() != bytes.len() as u64 {
        return Ok(false);
    }
    let mut old = Vec::with_capacity(bytes.len());
    file.read_to_end(&mut old)?;
    Ok(old == bytes)
}

fn same_file(old: &Path, new: &NamedTempFile, length: u64) -> io::Result<bool> {
    let mut old = match File::open(old) {
        Ok(old) => old,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(cause),
    };
    if old.metadata()?.len() != length {
        return Ok(false);
    }
    let mut new = new.reopen()?;
    let (mut a, mut b) = (vec![0; PIECE], vec![0; PIECE]);
    let mut left = length;
    while left > 0 {
        let piece = left.min(PIECE as u64) as usize;
        old.read_exact(&mut a[..piece])?;
        new.read_exact(&mut b[..piece])?;
        if a[..piece] != b[..piece] {
            return Ok(false);
        }
        left -= piece as u64;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_use_is_replaced_where_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(folder.path(), folder.path(), true);
        target.folder("2024").unwrap();
        let changed = || target.changed.load(Ordering::Relaxed);
        for (bytes, expected) in [("a", 1), ("a", 1), ("b", 2), ("bc", 3)] {
            target.put("2024/x.json", bytes.as_bytes()).unwrap();
            assert_eq!(changed(), expected);
            let mut file = target.partial("2024/y").unwrap();
            file.write_all(bytes.as_bytes()).unwrap();
            target.put_file("2024/y", file).unwrap();
            assert_eq!(fs::read(folder.path().join("2024/y")).unwrap(), bytes.as_bytes());
            target.changed.store(expected, Ordering::Relaxed);
        }
        assert_eq!(fs::read_dir(folder.path().join("2024")).unwrap().count(), 2);
        target.remove("2024/x.json").unwrap();
        target.remove("2024/x.json").unwrap();
        assert_eq!(changed(), 4);
    }

    #[test]
    fn a_new_file_is_never_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(folder.path(), Path::new("out"), false);
        target.put("a", b"1").unwrap();
        let error = target.put("a", b"2").unwrap_err();
        assert!(error.to_string().contains("out/a"), "{error}");
    }
}
