//! The store that is served.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tessera_core::{ByteRanges, ObjectChanged, Stamp};

use super::folder::{CATALOG, Found, is_nothing};
use super::served_path::{ServedPath, is_served};
use crate::below::Below;
use crate::report::list;

/// Gives the store another time: one that knows nothing of the versions that were read.
pub(super) type Anew = Box<dyn Fn() -> Arc<dyn ByteRanges> + Send + Sync>;

/// The store that is served, and where in it the catalogue lies. Objects are asked for by their names; nothing but the
/// catalogue is looked for.
pub(super) struct Objects {
    store: Arc<dyn ByteRanges>,
    anew: Anew,
    /// The folder of the catalogue; none where it lies in the root.
    catalog: Option<String>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("catalog", &self.catalog).finish_non_exhaustive()
    }
}

impl Objects {
    /// # Errors
    /// Where there is no catalogue, or where it is not certain which is meant.
    pub(super) fn open(anew: Anew) -> Result<Self> {
        let store = anew();
        let name = store.name();
        let look = || format!("cannot look at {name}");
        let there = |object: &str| match store.size(object) {
            Err(cause) if cause.kind() == ErrorKind::PermissionDenied => Ok(None),
            found => found,
        };
        if there(CATALOG).with_context(look)?.is_some() {
            return Ok(Self { store, anew, catalog: None });
        }
        let names = match store.list("") {
            Err(cause) if cause.kind() == ErrorKind::Unsupported => Vec::new(),
            names => names.with_context(look)?,
        };
        let mut catalogs = Vec::new();
        for folder in names.iter().filter(|name| is_served(name)) {
            if there(&format!("{folder}/{CATALOG}")).with_context(look)?.is_some() {
                catalogs.push(folder.clone());
            }
        }
        match catalogs.len() {
            0 => bail!(
                "{name} has no catalogue: expected {CATALOG} in it or, where it can be listed, in one of its subfolders"
            ),
            1 => Ok(Self { store, anew, catalog: catalogs.pop() }),
            _ => bail!(
                "{name} has several catalogues: expected one, or serve one of its subfolders {}",
                list(&catalogs)
            ),
        }
    }

    pub(super) fn catalog_name(&self) -> Option<&str> {
        self.catalog.as_deref()
    }

    /// The store of the catalogue alone.
    pub(super) fn catalog(&self) -> Arc<dyn ByteRanges> {
        self.below(Arc::clone(&self.store))
    }

    /// The store of the catalogue alone, another time.
    pub(super) fn catalog_anew(&self) -> Arc<dyn ByteRanges> {
        self.below((self.anew)())
    }

    fn below(&self, store: Arc<dyn ByteRanges>) -> Arc<dyn ByteRanges> {
        match &self.catalog {
            Some(folder) => Arc::new(Below::new(store, folder)),
            None => store,
        }
    }

    pub(super) fn store(&self) -> &Arc<dyn ByteRanges> {
        &self.store
    }

    /// What lies at a path. Of folders, only that of the catalogue is known. Who may not list a bucket of S3 is told that
    /// he may not read what is not there: that is nothing, too.
    ///
    /// # Errors
    /// What else the store says.
    pub(super) fn find(&self, path: &ServedPath) -> io::Result<Found> {
        let object = path.below();
        if Some(&object) == self.catalog.as_ref() {
            return Ok(Found::Folder);
        }
        match self.stamp(&object) {
            Ok(Some(stamp)) => Ok(Found::Object(object, stamp)),
            Ok(None) => Ok(Found::Nothing),
            Err(cause) if is_nothing(&cause) => Ok(Found::Nothing),
            Err(cause) => Err(cause),
        }
    }

    /// What is there now, whatever was read before.
    pub(super) fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        let stamp = || match self.store.stamp(object) {
            // A server that does not tell a version is asked for the size alone: nothing can be kept by clients then.
            Err(cause) if cause.kind() == ErrorKind::Unsupported => {
                let size = self.store.size(object)?;
                Ok(size.map(|bytes| Stamp { bytes, version: String::new() }))
            }
            stamp => stamp,
        };
        match stamp() {
            Err(cause) if ObjectChanged::is(&cause) => {
                self.store.forget(object);
                stamp()
            }
            stamp => stamp,
        }
    }
}
