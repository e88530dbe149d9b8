//! Files that are not whole yet.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// The folder in which they are.
const FOLDER: &str = ".partial";
const LOCK: &str = "lock";

/// A hidden folder in the one that is written, on the same file system. All who write share a lock in it; who has it alone
/// removes what a killed process left, and at the end the folder.
#[derive(Debug)]
pub(super) struct Partial {
    folder: PathBuf,
    lock: File,
}

impl Partial {
    pub(super) fn begin(root: &Path) -> io::Result<Self> {
        let folder = root.join(FOLDER);
        loop {
            fs::create_dir_all(&folder)?;
            let lock = match File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))
            {
                Ok(lock) => lock,
                // Removed meanwhile by one who was the last.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if is_alone(&lock)? {
                clean(&folder)?;
                lock.unlock()?;
            }
            lock.lock_shared()?;
            if folder.join(LOCK).exists() {
                return Ok(Self { folder, lock });
            }
        }
    }

    /// A new file, removed when dropped unless it is put in its place.
    pub(super) fn file(&self) -> io::Result<NamedTempFile> {
        let mut builder = Builder::new();
        // The default is for secrets; the process's mask still applies.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(&self.folder)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next one.
        if self.lock.unlock().is_ok() && is_alone(&self.lock).unwrap_or(false) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn is_alone(lock: &File) -> io::Result<bool> {
    match lock.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn clean(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != LOCK {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Puts a file in its place, over what is there; with `sync` both the file and the name are on disk when this is done.
pub(super) fn put(file: NamedTempFile, place: &Path, sync: bool) -> io::Result<()> {
    let parent = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    if sync {
        file.as_file().sync_all()?;
    }
    file.persist(place).map_err(|error| error.error)?;
    // Only unix can open a folder to sync it.
    if sync && cfg!(unix) {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_another_writes_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("left"), "half").unwrap();
        let first = Partial::begin(dir.path()).unwrap();
        assert!(!folder.join("left").exists());
        let file = first.file().unwrap();
        let second = Partial::begin(dir.path()).unwrap();
        assert!(file.path().exists());
        drop(second);
        put(file, &dir.path().join("a/c/0"), true).unwrap();
        drop(first);
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["a"]);
    }
}
