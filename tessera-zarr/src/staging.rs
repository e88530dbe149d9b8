//! A folder that appears whole or not at all.

use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A store in the making: a temporary folder beside the place where it is to stand. Dropped, it is removed; committed,
/// it is renamed into place.
#[derive(Debug)]
pub(crate) struct Staging {
    temporary: TempDir,
    target: PathBuf,
    overwrite: bool,
}

/// Why a store cannot be put in its place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagingError {
    /// Something is there already.
    #[error("{name} exists already: expected nothing there; say overwrite to replace it")]
    Exists {
        /// The path or address of the place.
        name: String,
    },
    /// What is to be replaced is not a Zarr store, so it is not touched.
    #[error("{name} is not a Zarr store: only a store is overwritten")]
    NotAStore {
        /// The path or address of the place.
        name: String,
    },
    /// The file system, or the store, refused.
    #[error("cannot write {object}")]
    Io {
        /// The path or address of the file, folder or object.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl StagingError {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { object: path.display().to_string(), cause }
    }
}

impl Staging {
    /// Begins a store that is to stand at `target`, whose parent folder must exist.
    pub(crate) fn begin(target: &Path, overwrite: bool) -> Result<Self, StagingError> {
        check_free(target, overwrite)?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let (prefix, suffix) = (format!(".{name}."), ".partial");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(suffix);
        // The folder becomes the store, so it gets the usual permissions and not a temporary folder's private ones.
        #[cfg(unix)]
        builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o777));
        let temporary = builder.tempdir_in(parent).map_err(StagingError::io(parent))?;
        Ok(Self { temporary, target: target.to_owned(), overwrite })
    }

    /// The folder to write into.
    pub(crate) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the store in its place. With `sync` all folders are on disk before, as its files must be.
    pub(crate) fn commit(self, sync: bool) -> Result<(), StagingError> {
        let failed = StagingError::io(&self.target);
        if sync {
            sync_folders(self.path()).map_err(&failed)?;
        }
        check_free(&self.target, self.overwrite)?;
        let parent = self.path().parent().map(Path::to_owned).unwrap_or_default();
        // A folder cannot be renamed onto one that holds something: the old store steps aside first, and is removed with
        // its temporary folder, or steps back if the new one cannot take its place.
        let aside = if self.target.exists() {
            let aside = tempfile::Builder::new().prefix(".replaced.").tempdir_in(&parent).map_err(&failed)?;
            fs::rename(&self.target, aside.path().join("old")).map_err(&failed)?;
            Some(aside)
        } else {
            None
        };
        if let Err(cause) = fs::rename(self.path(), &self.target) {
            if let Some(aside) = aside {
                fs::rename(aside.path().join("old"), &self.target).map_err(&failed)?;
            }
            return Err(failed(cause));
        }
        // Renamed away: there is nothing left to remove.
        let _ = self.temporary.keep();
        if sync {
            sync_folder(&parent).map_err(&failed)?;
        }
        Ok(())
    }
}

fn check_free(target: &Path, overwrite: bool) -> Result<(), StagingError> {
    let name = || target.display().to_string();
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(StagingError::Io { object: name(), cause }),
        Ok(_) if !overwrite => Err(StagingError::Exists { name: name() }),
        Ok(_) if target.join(".zgroup").is_file() || target.join("zarr.json").is_file() => Ok(()),
        Ok(_) => Err(StagingError::NotAStore { name: name() }),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // Only unix can open a folder to sync it.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn sync_folders(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn dropped_leaves_nothing_and_committed_leaves_all() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.zarr");
        let staging = Staging::begin(&target, false).unwrap();
        fs::write(staging.path().join(".zgroup"), "{}").unwrap();
        drop(staging);
        assert_eq!(names(dir.path()), Vec::<String>::new());
        let staging = Staging::begin(&target, false).unwrap();
        fs::write(staging.path().join(".zgroup"), "{}").unwrap();
        staging.commit(true).unwrap();
        assert_eq!(names(dir.path()), ["a.zarr"]);
        assert!(matches!(Staging::begin(&target, false), Err(StagingError::Exists { .. })));
        let staging = Staging::begin(&target, true).unwrap();
        fs::write(staging.path().join("zarr.json"), "{}").unwrap();
        staging.commit(false).unwrap();
        assert_eq!(names(dir.path()), ["a.zarr"]);
        assert_eq!(names(&target), ["zarr.json"]);
    }

    #[test]
    fn only_a_store_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("letter.txt"), "dear").unwrap();
        assert!(matches!(Staging::begin(dir.path(), true), Err(StagingError::NotAStore { .. })));
        assert!(matches!(
            Staging::begin(&dir.path().join("letter.txt"), true),
            Err(StagingError::NotAStore { .. })
        ));
        assert!(matches!(Staging::begin(&dir.path().join("no/a.zarr"), false), Err(StagingError::Io { .. })));
    }
}
