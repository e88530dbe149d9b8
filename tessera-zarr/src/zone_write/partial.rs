//! Objects that are not whole yet.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use crate::zone_write::build::partial_of;
use crate::zone_write::lock::Lock;

const LOCK: &str = "lock";

/// A folder for the objects that this process is writing, in the folder of a build. It is removed when the process is done with it, or, where the
/// process was killed, by the next one.
#[derive(Debug)]
pub(crate) struct Partial {
    // Given back before the folder is removed: fields are dropped in their order.
    _lock: Lock,
    folder: TempDir,
}

impl Partial {
    /// Makes the folder, and removes those that nobody has any more.
    pub(crate) fn begin(build: &Path) -> io::Result<Self> {
        let root = partial_of(build);
        fs::create_dir_all(&root)?;
        // While one process makes its folder and takes the lock in it, no other may clean up.
        let _one = Lock::wait(&root.join(LOCK))?;
        clean(&root)?;
        let folder = tempfile::Builder::new().prefix("p").tempdir_in(&root)?;
        let lock = Lock::wait(&folder.path().join(LOCK))?;
        Ok(Self { _lock: lock, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tessera_core::{ByteStore, Folder};

    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let build = dir.path().join("a.zarr.build");
        let mine = Partial::begin(&build).unwrap();
        let store = Folder::new(dir.path().join("a.zarr")).partial_in(mine.path());
        let mut object = store.create("c/0").unwrap();
        object.write_all(b"half").unwrap();
        let left = partial_of(&build).join("pleft");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("object"), "half").unwrap();
        let other = Partial::begin(&build).unwrap();
        assert!(!left.exists());
        object.finish().unwrap();
        assert!(dir.path().join("a.zarr/c/0").is_file());
        drop((mine, other));
        let names: Vec<_> =
            fs::read_dir(partial_of(&build)).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, [LOCK]);
    }
}
