//! The folder that is served.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tessera_core::Stamp;

use super::served_path::{ServedPath, is_served};
use crate::report::list;

/// The file that a catalogue starts with.
pub(super) const CATALOG: &str = "catalog.json";

/// The folder that is served, and where in it the catalogue lies.
#[derive(Debug)]
pub(super) struct Folder {
    /// Without symbolic links, so that what lies below it can be told by its path.
    root: PathBuf,
    /// The subfolder of the catalogue; none where it lies in the root.
    catalog: Option<String>,
}

/// What lies at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File(PathBuf),
    /// An object of a store, by its name.
    Object(String, Stamp),
    Folder,
    Nothing,
}

impl Folder {
    /// # Errors
    /// Where there is no catalogue, or where it is not certain which is meant.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let look = || format!("cannot look at {}", path.display());
        let root = fs::canonicalize(path).with_context(look)?;
        if root.join(CATALOG).is_file() {
            return Ok(Self { root, catalog: None });
        }
        let mut catalogs = Vec::new();
        for entry in fs::read_dir(&root).with_context(look)? {
            let name = entry.with_context(look)?.file_name();
            if let Some(name) = name.to_str().filter(|name| is_served(name))
                && root.join(name).join(CATALOG).is_file()
            {
                catalogs.push(name.to_owned());
            }
        }
        catalogs.sort_unstable();
        match catalogs.len() {
            0 => bail!(
                "{} has no catalogue: expected {CATALOG} in it or in one of its subfolders, as `tessera catalog build` \
                 writes it",
                path.display()
            ),
            1 => Ok(Self { root, catalog: catalogs.pop() }),
            _ => bail!(
                "{} has several catalogues: expected one, or serve one of its subfolders {}",
                path.display(),
                list(&catalogs)
            ),
        }
    }

    /// The subfolder of the catalogue; none where it lies in the root.
    pub(super) fn catalog_name(&self) -> Option<&str> {
        self.catalog.as_deref()
    }

    /// The folder of the catalogue.
    pub(super) fn catalog(&self) -> PathBuf {
        self.catalog.iter().fold(self.root.clone(), |root, name| root.join(name))
    }

    /// What lies at a path: nothing, too, where links lead out of the folder, to what is hidden, or in a circle, and where
    /// it is neither a file nor a folder or nobody may read it.
    ///
    /// # Errors
    /// What else the system says.
    pub(super) fn find(&self, path: &ServedPath) -> io::Result<Found> {
        let mut joined = self.root.clone();
        joined.extend(path.names());
        let real = match fs::canonicalize(&joined) {
            Ok(real) => real,
            Err(cause) if is_nothing(&cause) => return Ok(Found::Nothing),
            Err(cause) => return Err(cause),
        };
        let Ok(below) = real.strip_prefix(&self.root) else { return Ok(Found::Nothing) };
        if !below.iter().all(|name| name.to_str().is_some_and(is_served)) {
            return Ok(Found::Nothing);
        }
        match fs::metadata(&real) {
            Ok(found) if found.is_file() => Ok(Found::File(real)),
            Ok(found) if found.is_dir() => Ok(Found::Folder),
            // A pipe would wait for somebody to write into it.
            Ok(_) => Ok(Found::Nothing),
            Err(cause) if is_nothing(&cause) => Ok(Found::Nothing),
            Err(cause) => Err(cause),
        }
    }
}

/// Whether an error says that there is nothing to be had at a path.
pub(super) fn is_nothing(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::PermissionDenied
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: PathBuf) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }

    fn found(folder: &Folder, path: &str) -> Found {
        folder.find(&ServedPath::decode(path).unwrap()).unwrap()
    }

    #[test]
    fn the_catalogue_is_here_or_one_below() {
        let root = tempfile::tempdir().unwrap();
        let open = || Folder::open(root.path());
        assert!(open().unwrap_err().to_string().contains("catalog.json"));
        touch(root.path().join("deep/er/catalog.json"));
        touch(root.path().join(".hidden/catalog.json"));
        assert!(open().is_err());
        touch(root.path().join("my stac/catalog.json"));
        let folder = open().unwrap();
        assert_eq!(folder.catalog_name(), Some("my stac"));
        assert!(folder.catalog().ends_with("my stac"));
        touch(root.path().join("other/catalog.json"));
        assert!(open().unwrap_err().to_string().contains("my stac, other"));
        touch(root.path().join("catalog.json"));
        assert_eq!(open().unwrap().catalog_name(), None);
        assert!(Folder::open(&root.path().join("none")).is_err());
    }

    #[test]
    fn files_and_folders_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        touch(root.path().join("catalog.json"));
        touch(root.path().join("a.zarr/.zgroup"));
        let folder = Folder::open(root.path()).unwrap();
        assert!(matches!(found(&folder, "/a.zarr/.zgroup"), Found::File(_)));
        assert!(matches!(found(&folder, "/a.zarr"), Found::Folder));
        assert!(matches!(found(&folder, "/"), Found::Folder));
        for nothing in ["/b", "/catalog.json/b", &format!("/{}", "x".repeat(5000))] {
            assert_eq!(found(&folder, nothing), Found::Nothing, "{nothing:.20}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_inside() {
        use std::os::unix::fs::symlink;
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        touch(root.path().join("catalog.json"));
        touch(root.path().join(".git/config"));
        touch(outside.path().join("secret"));
        for (to, name) in [
            (outside.path().join("secret"), "file"),
            (outside.path().to_owned(), "folder"),
            (root.path().join("catalog.json"), "inside"),
            (root.path().join(".git"), "git"),
            (root.path().join("gone"), "dangling"),
            (PathBuf::from("/dev/null"), "device"),
        ] {
            symlink(to, root.path().join(name)).unwrap();
        }
        let folder = Folder::open(root.path()).unwrap();
        assert!(matches!(found(&folder, "/inside"), Found::File(_)));
        for path in ["/file", "/folder", "/folder/secret", "/git/config", "/dangling", "/device"] {
            assert_eq!(found(&folder, path), Found::Nothing, "{path}");
        }
        // A folder that is itself reached by a link is served.
        let link = outside.path().join("link");
        symlink(root.path(), &link).unwrap();
        assert!(matches!(found(&Folder::open(&link).unwrap(), "/catalog.json"), Found::File(_)));
    }
}
