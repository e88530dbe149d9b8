//! One process at a time.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// A lock on a file, which the system gives back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other process, or thread, has the lock.
    pub(crate) fn wait(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        file.lock()?;
        Ok(Self { _file: file })
    }

    /// The lock, where nobody has it.
    pub(crate) fn try_now(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    File::options().create(true).truncate(false).write(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_had_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/lock");
        let first = Lock::try_now(&path).unwrap();
        assert!(first.is_some() && Lock::try_now(&path).unwrap().is_none());
        drop(first);
        assert!(Lock::try_now(&path).unwrap().is_some());
        Lock::wait(&path).unwrap();
    }
}
