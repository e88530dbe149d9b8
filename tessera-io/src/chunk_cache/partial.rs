//! A file while it is written.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::room::cost;
use super::root::{PARTIAL, make_folder, private};

/// A file while it is written, locked as long as its writer lives. Its name says how many bytes were taken for it.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    cost: u64,
    pub(super) file: File,
}

impl Partial {
    /// Begins a file, for which so many bytes were taken. The ledger must be held: between making and locking the file
    /// nobody may think that its writer is gone.
    pub(super) fn begin(root: &Path, cost: u64) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = root.join(PARTIAL).join(format!("{cost}-{}-{count}", std::process::id()));
            match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
                Ok(file) => {
                    let partial = Self { path, cost, file };
                    if let Err(error) = partial.file.lock() {
                        partial.remove();
                        return Err(error);
                    }
                    return Ok(partial);
                }
                // Of a process of the same number that was killed, or that is on another machine.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts the file in its place, or removes it where there is one and it is not to be replaced; how many bytes that
    /// frees. The ledger must be held.
    pub(super) fn place(&self, path: &Path, replace: bool) -> io::Result<u64> {
        let there = path.metadata().map(|metadata| cost(metadata.len())).ok();
        if there.is_some() && !replace {
            std::fs::remove_file(&self.path)?;
            return Ok(self.cost);
        }
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        std::fs::rename(&self.path, path)?;
        Ok(there.unwrap_or(0))
    }

    /// Removes the file; whether it is gone.
    pub(super) fn remove(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }
}

/// The bytes taken for files that are being written.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// For those whose writer lives.
    pub(super) alive: u64,
    /// For those whose writer is gone, which were removed.
    pub(super) dead: u64,
}

/// Removes the files whose writers are gone. The ledger must be held.
pub(super) fn sweep(root: &Path) -> io::Result<Swept> {
    let mut swept = Swept::default();
    for entry in root.join(PARTIAL).read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let taken = name.to_str().and_then(|name| name.split('-').next()?.parse::<u64>().ok());
        let Some(taken) = taken else { continue };
        let file = File::open(entry.path())?;
        match file.try_lock() {
            Ok(()) => {
                std::fs::remove_file(entry.path())?;
                swept.dead = swept.dead.saturating_add(taken);
            }
            Err(TryLockError::WouldBlock) => swept.alive = swept.alive.saturating_add(taken),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(swept)
}
