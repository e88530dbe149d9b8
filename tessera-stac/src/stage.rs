//! A folder that appears whole or not at all.

use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What the names of hidden temporary files begin with.
pub(crate) const PREFIX: &str = ".tessera-";

/// Makes hidden temporary files, which others may read as any new file once they are renamed.
pub(crate) fn builder() -> tempfile::Builder<'static, 'static> {
    with_mode(0o666)
}

fn with_mode(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(".partial");
    // Narrowed by the process's umask, as for any new file.
    #[cfg(unix)]
    builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode));
    builder
}

/// A hidden folder beside `target` that takes its place when it is complete, and vanishes when it is not.
#[derive(Debug)]
pub(crate) struct Stage {
    folder: TempDir,
    target: PathBuf,
}

impl Stage {
    /// What is replaced is called so in the folder that is to be deleted.
    pub(crate) const OLD: &str = "old";

    /// A stage for `target`, whose parent is made where it does not exist.
    pub(crate) fn new(target: &Path) -> io::Result<Self> {
        let parent = parent(target);
        fs::create_dir_all(parent)?;
        Ok(Self { folder: with_mode(0o777).tempdir_in(parent)?, target: target.to_owned() })
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Flushes what was written and gives it its name. What had the name, an empty folder or one that may be replaced,
    /// is returned, to be deleted; on an error it is back in its place.
    pub(crate) fn commit(self) -> io::Result<Option<TempDir>> {
        flush(self.folder.path())?;
        let parent = parent(&self.target);
        let old = match fs::symlink_metadata(&self.target) {
            Ok(_) => {
                let old = with_mode(0o700).tempdir_in(parent)?;
                fs::rename(&self.target, old.path().join(Self::OLD))?;
                Some(old)
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(cause),
        };
        if let Err(cause) = fs::rename(self.folder.path(), &self.target) {
            if let Some(old) = old {
                fs::rename(old.path().join(Self::OLD), &self.target)?;
            }
            return Err(cause);
        }
        // The folder has another name now: there is nothing to delete under the old one.
        let _ = self.folder.keep();
        flush(parent)?;
        Ok(old)
    }
}

fn parent(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings what was written to the disk: all of the file system at once, because flushing a million small files one by
/// one takes hours.
pub(crate) fn flush(folder: &Path) -> io::Result<()> {
    let folder = File::open(folder)?;
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(&folder)?;
    #[cfg(not(target_os = "linux"))]
    folder.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn appears_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("out");
        let stage = Stage::new(&target).unwrap();
        fs::write(stage.path().join("a"), "a").unwrap();
        assert!(!target.exists());
        drop(stage);
        assert!(names(root.path()).is_empty());

        for content in ["a", "b"] {
            let stage = Stage::new(&target).unwrap();
            fs::write(stage.path().join(content), content).unwrap();
            drop(stage.commit().unwrap());
            assert_eq!((names(root.path()), names(&target)), (vec!["out".into()], vec![content.into()]));
        }
    }

    #[cfg(unix)]
    #[test]
    fn others_may_look_into_it() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let (ours, plain) = (root.path().join("ours"), root.path().join("plain"));
        Stage::new(&ours).unwrap().commit().unwrap();
        fs::create_dir(&plain).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
