//! Where a Zarr store is written.

use std::collections::HashSet;
use std::path::Path;

use tessera_core::{ByteStore, Folder};

use crate::metadata::Documents;
use crate::puts::{Puts, place, with_puts};
use crate::staging::Staging;
use crate::target::{Target, is_root};
use crate::{StagingError, WriteError};

/// Where a Zarr store is written: in a folder that is renamed, or among objects of which the last makes it a store.
pub(crate) enum Place<'a> {
    Folder { staging: Staging, folder: Folder, sync: bool },
    Objects(Target<'a>),
}

impl<'a> Place<'a> {
    /// The folder at a path, whose parent folder must exist. With `sync` all is on disk before it takes its place.
    pub(crate) fn folder(path: &Path, overwrite: bool, sync: bool) -> Result<Self, StagingError> {
        let staging = Staging::begin(path, overwrite)?;
        let folder = Folder::new(staging.path()).unseen().sync(sync);
        Ok(Self::Folder { staging, folder, sync })
    }

    /// The root of a store of objects. `known` says whether an object of this name, or in a folder of this name, can be what
    /// an interrupted program left.
    pub(crate) fn objects(
        store: &'a dyn ByteStore,
        overwrite: bool,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Self, StagingError> {
        Target::begin(store, overwrite, known).map(Self::Objects)
    }

    pub(crate) fn store(&self) -> &dyn ByteStore {
        match self {
            Self::Folder { folder, .. } => folder,
            Self::Objects(target) => target.store(),
        }
    }

    /// Writes objects, then documents, those of the root last: then the store is there. `names` are those of the objects.
    pub(crate) fn write<T, E: From<WriteError>>(
        self,
        documents: &Documents,
        names: impl FnOnce() -> HashSet<String>,
        objects: impl FnOnce(&Puts<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut texts = Vec::new();
        for (name, document) in documents {
            let text = serde_json::to_string_pretty(document)
                .map_err(|error| WriteError::Metadata { why: error.to_string() })?;
            texts.push((name.clone(), text));
        }
        let (roots, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(name, _)| is_root(name));
        let done = with_puts(self.store(), |puts| {
            let done = objects(puts)?;
            for (name, text) in &others {
                puts.put(name.clone(), text.as_bytes())?;
            }
            Ok::<T, E>(done)
        })?;
        match self {
            Self::Folder { staging, folder, sync } => {
                for (name, text) in roots {
                    let failed = WriteError::io(place(&folder, &name));
                    folder.put(&name, text.as_bytes()).map_err(failed)?;
                }
                staging.commit(sync).map_err(WriteError::from)?;
            }
            Self::Objects(target) => {
                let written = || {
                    let mut written = names();
                    written.extend(others.into_iter().map(|(name, _)| name));
                    written
                };
                target.commit(written, roots)?;
            }
        }
        Ok(done)
    }
}
