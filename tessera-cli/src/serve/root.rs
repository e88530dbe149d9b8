//! What is served: a folder, or a store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tessera_core::ByteRanges;

use super::folder::{Folder, Found};
use super::live_index::Indexed;
use super::objects::Objects;
use super::served_path::ServedPath;
use crate::catalog::Home;

/// What need not be written as %XX in the path of an address (RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is served, and where in it the catalogue lies.
#[derive(Debug)]
pub(super) enum Root {
    Folder(Folder),
    Objects(Arc<Objects>),
}

impl Root {
    /// # Errors
    /// Where there is no catalogue, or where it is not certain which is meant.
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(match Home::of(path)? {
            Home::Folder(path) => Self::Folder(Folder::open(&path)?),
            Home::Store(store) => {
                // What was opened once can be opened again: nothing is asked of the server.
                let path = path.to_owned();
                let anew = move || match Home::of(&path) {
                    Ok(Home::Store(store)) => store as Arc<dyn ByteRanges>,
                    _ => Arc::clone(&store) as Arc<dyn ByteRanges>,
                };
                Self::Objects(Arc::new(Objects::open(Box::new(anew))?))
            }
        })
    }

    fn catalog_name(&self) -> Option<&str> {
        match self {
            Self::Folder(folder) => folder.catalog_name(),
            Self::Objects(objects) => objects.catalog_name(),
        }
    }

    /// The path of the catalogue's folder in addresses, from slash to slash: `/` or `/catalogue/`.
    pub(super) fn catalog_path(&self) -> String {
        match self.catalog_name() {
            Some(name) => format!("/{}/", utf8_percent_encode(name, UNRESERVED)),
            None => "/".to_owned(),
        }
    }

    /// A path as it stands below the folder of the catalogue: `2024/collection.json`.
    pub(super) fn below_catalog(&self, path: &ServedPath) -> Option<String> {
        let below = path.below();
        match self.catalog_name() {
            Some(name) => Some(below.strip_prefix(name)?.strip_prefix('/')?.to_owned()),
            None => Some(below),
        }
    }

    /// The folder of the catalogue, or its address.
    pub(super) fn catalog(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.catalog(),
            Self::Objects(objects) => objects.catalog().name().into(),
        }
    }

    /// Where the index of the catalogue is read.
    pub(super) fn indexed(&self) -> Indexed {
        match self {
            Self::Folder(folder) => Indexed::Folder(folder.catalog()),
            Self::Objects(objects) => Indexed::Store(Arc::clone(objects)),
        }
    }

    /// The store that is served, where it is no folder.
    pub(super) fn objects(&self) -> Option<&Arc<Objects>> {
        match self {
            Self::Folder(_) => None,
            Self::Objects(objects) => Some(objects),
        }
    }

    /// What lies at a path.
    ///
    /// # Errors
    /// Where the system, or the store, cannot say.
    pub(super) fn find(&self, path: &ServedPath) -> io::Result<Found> {
        match self {
            Self::Folder(folder) => folder.find(path),
            Self::Objects(objects) => objects.find(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_catalogue() {
        let disk = tempfile::tempdir().unwrap();
        std::fs::create_dir(disk.path().join("my stac")).unwrap();
        std::fs::write(disk.path().join("my stac/catalog.json"), "{}").unwrap();
        let path = disk.path().to_owned();
        let anew = move || Arc::new(tessera_core::Folder::new(&path)) as Arc<dyn ByteRanges>;
        for root in [
            Root::open(disk.path()).unwrap(),
            Root::Objects(Arc::new(Objects::open(Box::new(anew)).unwrap())),
        ] {
            assert_eq!(root.catalog_path(), "/my%20stac/");
            assert!(root.catalog().ends_with("my stac"));
            let below = |path: &str| root.below_catalog(&ServedPath::decode(path).unwrap());
            assert_eq!(below("/my%20stac/2024/x.json").as_deref(), Some("2024/x.json"));
            assert_eq!((below("/other/x.json"), below("/my%20stacks/x.json")), (None, None));
        }
    }
}
