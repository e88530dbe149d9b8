//! Files that appear together.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tessera_core::MemoryBudget;

use crate::place::{self, Place};

/// Files and stores in the making, in a hidden folder. Dropped, they are gone.
pub(super) struct Stage {
    stage: TempDir,
    place: Place,
    overwrite: bool,
}

impl Stage {
    /// Begins outputs that are to stand in the folder of `output`; one of this machine must exist.
    pub(super) fn begin(output: &Path, overwrite: bool) -> Result<Self> {
        let place = Place::of(output)?;
        Ok(Self { stage: place.staging()?, place, overwrite })
    }

    /// Refuses, before any work is done, a name whose place is taken.
    pub(super) fn claim(&self, name: &Path) -> Result<()> {
        match &self.place {
            Place::Folder(folder) => check_free(&folder.join(name), self.overwrite),
            Place::Server(store) => place::check_free(&**store, text_of(name)?, self.overwrite),
        }
    }

    /// Refuses, before any work is done, more bytes than the disk has room for, where the system tells that.
    pub(super) fn check_room(&self, needed: u64) -> Result<()> {
        let Some(free) = free_bytes(self.stage.path()) else { return Ok(()) };
        if needed <= free {
            return Ok(());
        }
        let folder = self.place.staged_in();
        let [needed, free] = [needed, free.max(1)].map(MemoryBudget::from_bytes);
        Err(io::Error::from(ErrorKind::StorageFull)).with_context(|| match (needed, free) {
            (Ok(needed), Ok(free)) => {
                format!("the answer takes {needed}, and {} has {free} free", folder.display())
            }
            _ => format!("{} is full", folder.display()),
        })
    }

    /// Where to write what is to have this name.
    pub(super) fn path(&self, name: &Path) -> PathBuf {
        self.stage.path().join(name)
    }

    /// Lets the outputs appear, all or none. To a server they are sent one after another, the first last: where that one is
    /// there, all are.
    pub(super) fn place(self, names: &[PathBuf]) -> Result<()> {
        let folder = match &self.place {
            Place::Folder(folder) => folder,
            Place::Server(store) => {
                let send =
                    |name: &PathBuf| place::send(&self.path(name), &**store, text_of(name)?, self.overwrite);
                return names.iter().rev().try_for_each(send);
            }
        };
        let mut placed = Vec::new();
        for name in names {
            let target = folder.join(name);
            if let Err(error) = self.put(name, &target, &mut placed) {
                // What took the place of something stays: the old is gone.
                placed.iter().for_each(|path: &PathBuf| drop(remove(path)));
                return Err(error);
            }
        }
        // Only unix can open a folder to make its names durable.
        if cfg!(unix) {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.with_context(|| format!("cannot write into {}", folder.display()))?;
        }
        Ok(())
    }

    fn put(&self, name: &Path, target: &Path, placed: &mut Vec<PathBuf>) -> Result<()> {
        check_free(target, self.overwrite)?;
        let failed = || format!("cannot write {}", target.display());
        let staged = self.path(name);
        let there = fs::symlink_metadata(target).ok();
        match &there {
            Some(old) if old.is_dir() != staged.is_dir() => {
                bail!("{} is a {}: only the same is overwritten", target.display(), kind(old.is_dir()));
            }
            // A folder cannot be renamed onto another: the old one steps aside, and comes back if that fails.
            Some(old) if old.is_dir() => {
                let aside = tempfile::Builder::new().prefix("old-").tempdir_in(self.stage.path());
                let aside = aside.with_context(failed)?.keep().join("store");
                fs::rename(target, &aside).with_context(failed)?;
                if let Err(cause) = fs::rename(&staged, target) {
                    fs::rename(&aside, target).with_context(failed)?;
                    return Err(cause).with_context(failed);
                }
            }
            _ => fs::rename(&staged, target).with_context(failed)?,
        }
        if there.is_none() {
            placed.push(target.to_owned());
        }
        Ok(())
    }
}

fn text_of(name: &Path) -> Result<&str> {
    name.to_str()
        .with_context(|| format!("{} is not text: expected a name that a URL can hold", name.display()))
}

#[cfg(target_os = "linux")]
fn free_bytes(folder: &Path) -> Option<u64> {
    rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(target_os = "linux"))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

fn kind(is_folder: bool) -> &'static str {
    if is_folder { "folder" } else { "file" }
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Refuses a place that is taken, unless by a file or a store that may be overwritten.
fn check_free(path: &Path, overwrite: bool) -> Result<()> {
    let there = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        there => there.with_context(|| format!("cannot look at {}", path.display()))?,
    };
    if !overwrite {
        bail!("{} exists already: expected nothing there; say --overwrite to replace it", path.display());
    }
    let is_store = || [".zgroup", "zarr.json"].iter().any(|name| path.join(name).is_file());
    if !(there.is_file() || there.is_symlink() || is_store()) {
        bail!("{} is neither a file nor a Zarr store: only these are overwritten", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_appear_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let (output, both) = (dir.path().join("a.npy"), ["a.npy", "a.json"].map(PathBuf::from));
        let stage = |overwrite, text: &str| {
            let stage = Stage::begin(&output, overwrite).unwrap();
            both.iter().for_each(|name| fs::write(stage.path(name), text).unwrap());
            stage
        };
        drop(stage(false, "half"));
        assert_eq!(names(dir.path()), Vec::<String>::new());
        stage(false, "new").place(&both).unwrap();
        assert_eq!(names(dir.path()), ["a.json", "a.npy"]);
        fs::remove_file(dir.path().join("a.npy")).unwrap();
        assert!(
            stage(false, "other").place(&both).unwrap_err().to_string().contains("a.json exists already")
        );
        assert_eq!(names(dir.path()), ["a.json"]);
        stage(true, "other").place(&both).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("a.json")).unwrap(), "other");
        assert_eq!(names(dir.path()), ["a.json", "a.npy"]);
    }

    #[test]
    fn only_stores_among_folders_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (output, name) = (dir.path().join("a.zarr"), PathBuf::from("a.zarr"));
        let stage = || {
            let stage = Stage::begin(&output, true).unwrap();
            fs::create_dir(stage.path(&name)).unwrap();
            fs::write(stage.path(&name).join("zarr.json"), "new").unwrap();
            stage
        };
        fs::create_dir(&output).unwrap();
        assert!(stage().claim(&name).is_err());
        fs::write(output.join("zarr.json"), "old").unwrap();
        fs::write(output.join("more"), "").unwrap();
        stage().place(std::slice::from_ref(&name)).unwrap();
        assert_eq!(names(&output), ["zarr.json"]);
        assert_eq!(names(dir.path()), ["a.zarr"]);
    }
}
