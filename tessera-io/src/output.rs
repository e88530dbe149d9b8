//! A file that appears whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Why an output cannot be put in its place. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// Something is there already.
    #[error("{}: exists already: expected nothing there; say overwrite to replace it", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// What is to be replaced is a folder, a device or the like.
    #[error("{}: is not a file: only a file is overwritten", path.display())]
    NotAFile {
        /// The place.
        path: PathBuf,
    },
    /// The system could not write it: a full disk is `ErrorKind::StorageFull`.
    #[error("{}: cannot be written: {cause}", path.display())]
    Io {
        /// The place.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// An output in the making: a temporary file beside the place where it is to stand. Dropped, it is removed; committed,
/// it is renamed into its place.
#[derive(Debug)]
pub(crate) struct Output {
    file: NamedTempFile,
    path: PathBuf,
    overwrite: bool,
}

impl Output {
    /// Begins a file that is to stand at `path`, whose folder must exist.
    pub(crate) fn begin(path: &Path, overwrite: bool) -> Result<Self, OutputError> {
        check_free(path, overwrite)?;
        let mut builder = Builder::new();
        builder.prefix(".tessera-");
        // The default is for secrets; the process's mask still applies.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder(path)).map_err(failed(path))?;
        Ok(Self { file, path: path.to_owned(), overwrite })
    }

    /// The file to write into.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// The place where it is to stand.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file without a name on the same file system, gone with its handle.
    pub(crate) fn scratch(&self) -> Result<File, OutputError> {
        tempfile::tempfile_in(folder(&self.path)).map_err(self.failed())
    }

    /// What went wrong, as an error that names the place.
    pub(crate) fn failed(&self) -> impl Fn(io::Error) -> OutputError {
        failed(&self.path)
    }

    /// Flushes it to the disk and lets it appear; returns its bytes.
    pub(crate) fn commit(self) -> Result<u64, OutputError> {
        let Self { file, path, overwrite } = self;
        let failed = failed(&path);
        file.as_file().sync_all().map_err(&failed)?;
        let bytes = file.as_file().metadata().map_err(&failed)?.len();
        check_free(&path, overwrite)?;
        let placed = if overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
        match placed {
            Ok(_) => {
                // Only unix can open a folder to make its names durable.
                if cfg!(unix) {
                    File::open(folder(&path)).and_then(|folder| folder.sync_all()).map_err(&failed)?;
                }
                Ok(bytes)
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Exists { path: path.clone() })
            }
            Err(error) => Err(failed(error.error)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> OutputError + use<> {
    let path = path.to_owned();
    move |cause| OutputError::Io { path: path.clone(), cause }
}

fn check_free(path: &Path, overwrite: bool) -> Result<(), OutputError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(failed(path)(cause)),
        Ok(_) if !overwrite => Err(OutputError::Exists { path: path.to_owned() }),
        // A rename would put the file in the place of a device, too.
        Ok(found) if !(found.is_file() || found.is_symlink()) => {
            Err(OutputError::NotAFile { path: path.to_owned() })
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn dropped_leaves_nothing_and_committed_leaves_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        let output = Output::begin(&path, false).unwrap();
        output.file().write_all(b"half").unwrap();
        output.scratch().unwrap().write_all(b"aside").unwrap();
        drop(output);
        assert_eq!(names(dir.path()), Vec::<String>::new());

        let output = Output::begin(&path, false).unwrap();
        output.file().write_all(b"whole").unwrap();
        assert_eq!(output.commit().unwrap(), 5);
        assert_eq!(names(dir.path()), ["a.csv"]);
        assert!(matches!(Output::begin(&path, false), Err(OutputError::Exists { .. })));

        let output = Output::begin(&path, true).unwrap();
        output.file().write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a.csv"]);
    }

    #[test]
    fn what_came_meanwhile_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        let output = Output::begin(&path, false).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(output.commit(), Err(OutputError::Exists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(dir.path()), ["a.csv"]);
    }

    #[test]
    fn only_a_file_is_replaced_and_only_in_a_folder_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Output::begin(dir.path(), true), Err(OutputError::NotAFile { .. })));
        let error = Output::begin(&dir.path().join("no/a.csv"), false).unwrap_err();
        assert!(matches!(error, OutputError::Io { .. }));
        assert!(error.to_string().contains("a.csv"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn others_can_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (ours, plain) = (dir.path().join("a"), dir.path().join("b"));
        Output::begin(&ours, false).unwrap().commit().unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(plain));
    }
}
