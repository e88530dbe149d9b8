//! Objects that are not whole yet.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use crate::zone_write::build::BuildFolder;
use crate::zone_write::lock::Lock;

const LOCK: &str = "lock";

/// A folder for the objects that this process is writing. It is removed when the process is done with it, or, where the
/// process was killed, by the next one.
#[derive(Debug)]
pub(crate) struct Partial {
    // Given back before the folder is removed: fields are dropped in their order.
    _lock: Lock,
    folder: TempDir,
}

impl Partial {
    /// Makes the folder, and removes those that nobody has any more.
    pub(crate) fn begin(build: &BuildFolder) -> io::Result<Self> {
        let root = build.partial();
        fs::create_dir_all(&root)?;
        // While one process makes its folder and takes the lock in it, no other may clean up.
        let _one = Lock::wait(&root.join(LOCK))?;
        clean(&root)?;
        let folder = tempfile::Builder::new().prefix("p").tempdir_in(&root)?;
        let lock = Lock::wait(&folder.path().join(LOCK))?;
        Ok(Self { _lock: lock, folder })
    }

    /// A new file, removed when dropped unless it is put in its place.
    pub(crate) fn file(&self) -> io::Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("o");
        // It becomes an object of the store, so it gets the usual permissions and not a temporary file's private ones.
        #[cfg(unix)]
        builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
        builder.tempfile_in(self.folder.path())
    }
}

fn clean(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && Lock::try_now(&entry.path().join(LOCK))?.is_some() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Puts a file in its place, over what is there; with `sync` both the file and the name are on disk when this is done.
pub(crate) fn put(file: NamedTempFile, place: &Path, sync: bool) -> io::Result<()> {
    let parent: PathBuf = place.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(&parent)?;
    if sync {
        file.as_file().sync_all()?;
    }
    file.persist(place).map_err(|error| error.error)?;
    if sync && cfg!(unix) {
        fs::File::open(&parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let build = BuildFolder::of(&dir.path().join("a.zarr"));
        let mine = Partial::begin(&build).unwrap();
        let file = mine.file().unwrap();
        let left = build.partial().join("pleft");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("object"), "half").unwrap();
        let other = Partial::begin(&build).unwrap();
        assert!(!left.exists() && file.path().exists());
        put(file, &dir.path().join("a.zarr/c/0"), true).unwrap();
        assert!(dir.path().join("a.zarr/c/0").is_file());
        drop((mine, other));
        let names: Vec<_> = fs::read_dir(build.partial()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, [LOCK]);
    }
}
