//! Files that take their names together.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;
use tessera_core::ByteStore;

use crate::place::{self, Place};

/// Files in the making, under other names in the folders where they are to stand, or, of a server, in the system's folder
/// for temporary files. Dropped, they are gone.
pub(crate) struct Files {
    overwrite: bool,
    made: Vec<(NamedTempFile, PathBuf)>,
    /// What is not to stand beside them.
    gone: Vec<PathBuf>,
}

/// Where a file is to stand.
enum Spot {
    Folder(PathBuf),
    Server(Arc<dyn ByteStore>, String),
}

impl Spot {
    fn of(path: &Path) -> Result<Self> {
        let name = || path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        Ok(match Place::of(path)? {
            Place::Folder(folder) => Self::Folder(folder),
            Place::Server(store) => {
                Self::Server(store, name().with_context(|| format!("{}: expected a name", path.display()))?)
            }
        })
    }

    /// Whether something is there; `path` is of this machine.
    fn is_taken(&self, path: &Path) -> Result<bool> {
        match self {
            Self::Folder(_) => Ok(path.try_exists()?),
            Self::Server(store, name) => {
                Ok(store.size(name).with_context(|| format!("cannot look at {}", path.display()))?.is_some())
            }
        }
    }
}

impl Files {
    pub(crate) fn new(overwrite: bool) -> Self {
        Self { overwrite, made: Vec::new(), gone: Vec::new() }
    }

    /// Whether there is a file, here or on a server.
    pub(crate) fn is_there(path: &Path) -> Result<bool> {
        Spot::of(path)?.is_taken(path)
    }

    /// Refuses a place that is taken, unless what is there may be replaced, and one in no folder.
    pub(crate) fn claim(&self, path: &Path) -> Result<()> {
        let spot = Spot::of(path)?;
        if !self.overwrite && spot.is_taken(path)? {
            bail!("{} exists already: expected nothing there; say --overwrite to replace it", path.display());
        }
        match spot {
            Spot::Folder(folder) if !folder.is_dir() => {
                bail!("{} is no folder: expected one to write {} into", folder.display(), path.display())
            }
            _ => Ok(()),
        }
    }

    /// Makes a file that is to stand at `path`; returns its size.
    pub(crate) fn add(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<u64> {
        self.claim(path)?;
        let folder = Place::of(path)?.staged_in();
        let mut file =
            new_file(&folder).with_context(|| format!("cannot write into {}", folder.display()))?;
        write(&mut file).with_context(|| format!("cannot write {}", path.display()))?;
        file.as_file().sync_all().with_context(|| format!("cannot write {}", path.display()))?;
        let size = file.as_file().metadata()?.len();
        self.made.push((file, path.to_owned()));
        Ok(size)
    }

    /// Says that no file is to stand at `path`: one of an earlier run would be of something else.
    pub(crate) fn remove(&mut self, path: &Path) -> Result<()> {
        self.claim(path)?;
        if Spot::of(path)?.is_taken(path)? {
            self.gone.push(path.to_owned());
        }
        Ok(())
    }

    /// Lets the files appear. Where one cannot, those before it go again, unless they replaced something, or are on a server.
    pub(crate) fn put(self) -> Result<()> {
        let failed = |path: &Path| format!("cannot write {}", path.display());
        let mut placed: Vec<PathBuf> = Vec::new();
        for (file, path) in self.made {
            if let Spot::Server(store, name) = Spot::of(&path)? {
                place::send(file.path(), &*store, &name, self.overwrite)?;
                continue;
            }
            let there = path.exists();
            if let Err(error) = file.persist(&path) {
                placed.iter().for_each(|path| drop(std::fs::remove_file(path)));
                return Err(error.error).with_context(|| failed(&path));
            }
            if !there {
                placed.push(path);
            }
        }
        for path in self.gone {
            match Spot::of(&path)? {
                Spot::Folder(_) => std::fs::remove_file(&path),
                Spot::Server(store, name) => store.remove(&name).map(|_| ()),
            }
            .with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }
}

/// A temporary file with the usual permissions: it becomes the real one.
fn new_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tessera.").suffix(".partial");
    #[cfg(unix)]
    builder.permissions(<std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir, read_dir, read_to_string, write};

    fn add(files: &mut Files, path: &Path, text: &str) -> Result<u64> {
        files.add(path, |file| Ok(file.write_all(text.as_bytes())?))
    }

    #[test]
    fn all_files_appear_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        let mut files = Files::new(false);
        assert_eq!((add(&mut files, &a, "one").unwrap(), add(&mut files, &b, "four").unwrap()), (3, 4));
        assert!(!a.exists() && !b.exists());
        // A folder takes the place of the second meanwhile.
        create_dir(&b).unwrap();
        assert!(files.put().is_err());
        assert!(!a.exists() && read_dir(dir.path()).unwrap().count() == 1);
        std::fs::remove_dir(&b).unwrap();
        let mut files = Files::new(false);
        add(&mut files, &a, "one").unwrap();
        add(&mut files, &b, "four").unwrap();
        files.put().unwrap();
        assert_eq!((read_to_string(&a).unwrap(), read_to_string(&b).unwrap()), ("one".into(), "four".into()));
        drop(add(&mut Files::new(true), &dir.path().join("c"), "left alone"));
        assert_eq!(read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_there_is_replaced_or_removed_when_told() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join(name));
        write(&a, "old").unwrap();
        write(&b, "old").unwrap();
        let mut files = Files::new(false);
        assert!(add(&mut files, &a, "new").unwrap_err().to_string().contains("--overwrite"));
        assert!(files.remove(&b).unwrap_err().to_string().contains("--overwrite"));
        files.remove(&c).unwrap();
        files.put().unwrap();
        assert_eq!(read_to_string(&a).unwrap(), "old");
        let mut files = Files::new(true);
        add(&mut files, &a, "new").unwrap();
        files.remove(&b).unwrap();
        files.remove(&c).unwrap();
        assert!(b.exists());
        files.put().unwrap();
        assert_eq!((read_to_string(&a).unwrap(), b.exists()), ("new".into(), false));
    }
}
