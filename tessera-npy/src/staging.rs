//! Output that appears whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::{Existing, WriteError};

/// Temporary names begin with this; an archive passes over what is hidden.
const PREFIX: &str = ".tessera-";

/// The folder that a path lies in.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes a builder whose files or folders have the permissions that plain creation gives, as others are to read them.
fn builder(#[cfg_attr(not(unix), expect(unused_variables))] mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// Makes the names in a folder durable, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Writes a file through a temporary one beside it, fsynced and renamed.
pub(crate) fn file(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), WriteError> {
    if existing == Existing::Refuse && fs::symlink_metadata(path).is_ok() {
        return Err(WriteError::Exists { path: path.to_owned() });
    }
    let stage = || -> io::Result<NamedTempFile> {
        let mut file = builder(0o666).tempfile_in(parent(path))?;
        write(file.as_file_mut())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = stage().map_err(|cause| WriteError::io(path, cause))?;
    let placed = match existing {
        Existing::Refuse => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    match placed {
        Ok(_) => sync_folder(parent(path)).map_err(|cause| WriteError::io(path, cause)),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteError::Exists { path: path.to_owned() })
        }
        Err(failed) => Err(WriteError::io(path, failed.error)),
    }
}

/// A folder that is filled beside the place where it is to appear. Dropped unfinished, it is gone.
#[derive(Debug)]
pub(crate) struct Folder {
    stage: TempDir,
    path: PathBuf,
    existing: Existing,
}

impl Folder {
    /// Begins a folder; makes those above it. `parts` are the names that a folder in its place may have in it to be
    /// replaced: what else lies there is not ours to delete.
    pub(crate) fn begin(path: &Path, existing: Existing, parts: &[String]) -> Result<Self, WriteError> {
        match (fs::symlink_metadata(path), existing) {
            (Ok(_), Existing::Refuse) => return Err(WriteError::Exists { path: path.to_owned() }),
            (Ok(_), Existing::Replace) => check_parts(path, parts)?,
            (Err(_), _) => {}
        }
        let stage = fs::create_dir_all(parent(path)).and_then(|()| builder(0o777).tempdir_in(parent(path)));
        let stage = stage.map_err(|cause| WriteError::io(path, cause))?;
        Ok(Self { stage, path: path.to_owned(), existing })
    }

    /// Writes and fsyncs a file in it.
    pub(crate) fn write(
        &self,
        name: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let stage = || -> io::Result<()> {
            let mut file = File::create_new(self.stage.path().join(name))?;
            write(&mut file)?;
            file.sync_all()
        };
        stage().map_err(|cause| WriteError::io(&self.path.join(name), cause))
    }

    /// Lets it appear in its place.
    pub(crate) fn finish(self) -> Result<PathBuf, WriteError> {
        let Self { stage, path, existing } = self;
        let error = |cause| WriteError::io(&path, cause);
        sync_folder(stage.path()).map_err(error)?;
        // A folder cannot be renamed over a full one: the old one steps aside first, and comes back if that fails.
        let aside = match existing {
            Existing::Replace if path.exists() => {
                let aside = builder(0o700).tempdir_in(parent(&path)).map_err(error)?;
                fs::rename(&path, aside.path().join("old")).map_err(error)?;
                Some(aside)
            }
            _ => None,
        };
        if let Err(cause) = fs::rename(stage.path(), &path) {
            if let Some(aside) = aside {
                // Nothing more can be done where this fails too; the first cause is what explains both.
                let returned = fs::rename(aside.path().join("old"), &path);
                if returned.is_err() {
                    drop(aside.keep());
                }
            }
            return Err(match cause.kind() {
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                    WriteError::Exists { path }
                }
                _ => WriteError::Io { path, cause },
            });
        }
        // It has another name now, where its guard would delete it.
        drop(stage.keep());
        sync_folder(parent(&path)).map_err(|cause| WriteError::io(&path, cause))?;
        Ok(path)
    }
}

/// Refuses to replace anything but a folder that holds these names at most.
fn check_parts(path: &Path, parts: &[String]) -> Result<(), WriteError> {
    let names = path.read_dir().and_then(Iterator::collect::<io::Result<Vec<_>>>);
    for entry in names.map_err(|cause| WriteError::io(path, cause))? {
        if !parts.iter().any(|part| entry.file_name() == part.as_str()) {
            return Err(WriteError::Foreign { path: path.to_owned(), found: entry.path() });
        }
    }
    Ok(())
}
