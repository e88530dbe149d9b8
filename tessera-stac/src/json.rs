//! STAC objects as bytes and files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Why a STAC object did not become a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The object has a value that JSON has not.
    #[error("cannot be written as JSON: {why}")]
    Value {
        /// What the serializer said.
        why: String,
    },
    /// The file is there already.
    #[error("{} exists: not overwritten unless told to", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A STAC object as JSON on one line, with a line break at its end. The same object, the same bytes.
///
/// # Errors
/// [`JsonError::Value`], which no object of this crate brings about.
pub fn to_json<T: Serialize>(object: &T) -> Result<Vec<u8>, JsonError> {
    let mut bytes =
        serde_json::to_vec(object).map_err(|cause| JsonError::Value { why: cause.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes a STAC object to a file, as of an item beside its store. It is written under another name beside it, flushed
/// and renamed, so that there is a whole file or none.
///
/// # Errors
/// [`JsonError::Exists`] unless `overwrite`, and whatever writing meets.
pub fn write_json<T: Serialize>(
    path: impl AsRef<Path>,
    object: &T,
    overwrite: bool,
) -> Result<(), JsonError> {
    let path = path.as_ref();
    let error = |source: io::Error| JsonError::Io { path: path.to_owned(), source };
    let bytes = to_json(object)?;
    if !overwrite && fs::symlink_metadata(path).is_ok() {
        return Err(JsonError::Exists { path: path.to_owned() });
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = crate::stage::builder().tempfile_in(folder).map_err(error)?;
    file.write_all(&bytes).map_err(error)?;
    file.as_file().sync_all().map_err(error)?;
    let renamed = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    match renamed {
        Ok(_) => Ok(()),
        Err(cause) if cause.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(JsonError::Exists { path: path.to_owned() })
        }
        Err(cause) => Err(error(cause.error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_whole_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.json");
        let (a, b) = (stac::Catalog::new("a", "first"), stac::Catalog::new("b", "second"));
        write_json(&path, &a, false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), to_json(&a).unwrap());
        assert!(matches!(write_json(&path, &b, false), Err(JsonError::Exists { .. })));
        assert_eq!(fs::read(&path).unwrap(), to_json(&a).unwrap());
        write_json(&path, &b, true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), to_json(&b).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_json(folder.path().join("no/item.json"), &1, false).unwrap_err();
        assert!(matches!(error, JsonError::Io { .. }) && error.to_string().contains("no/item.json"));
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_is_published() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("item.json"), folder.path().join("plain"));
        write_json(&ours, &1, false).unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
