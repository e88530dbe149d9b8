//! A place in a store of objects where a Zarr store appears last of all.

use std::collections::HashSet;
use std::io;

use tessera_core::ByteStore;

use crate::puts::place;
use crate::{StagingError, WriteError};

/// Documents by which readers open a group: no other object makes it a store. In the order in which they are put, so that
/// the one that is looked for before anything is overwritten comes last.
const ROOTS: [&str; 3] = [".zmetadata", ".zgroup", "zarr.json"];
/// Of these, those without which nothing is a store.
const STORE: [&str; 2] = [".zgroup", "zarr.json"];
/// What names of objects begin with that are no part of a store.
const OWN: &str = ".tessera-";
/// Says that a store stood here which was to be overwritten, so that all that lies here may be removed.
const OVERWRITTEN: &str = ".tessera-overwritten";

/// Whether a document is one by which readers open a store.
pub(crate) fn is_root(name: &str) -> bool {
    ROOTS.contains(&name)
}

/// A place in a store of objects, which cannot be renamed: a Zarr store is written there object by object, and what makes
/// it one, the documents of its root, comes last. What an interrupted program left is written over.
///
/// Two programs that write different stores to one place at once are told so, the one that ends later; until one of them
/// has written it again their objects may be mixed.
pub(crate) struct Target<'a> {
    store: &'a dyn ByteStore,
    overwrite: bool,
    /// Whether anything lies there that may not belong to the new store.
    littered: bool,
}

impl<'a> Target<'a> {
    /// Looks at the place, and takes a store that is to be overwritten away from its readers. `known` says whether an object
    /// of this name, or in a folder of this name, can be what an interrupted program left.
    pub(crate) fn begin(
        store: &'a dyn ByteStore,
        overwrite: bool,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Self, StagingError> {
        let failed = |cause| StagingError::Io { object: store.name(), cause };
        let (there, littered) = match store.list("") {
            Ok(names) => {
                let littered = !names.is_empty();
                (names, littered)
            }
            Err(error) if is_refused(&error) => {
                let mut there = Vec::new();
                for root in ROOTS {
                    if store.size(root).map_err(failed)?.is_some() {
                        there.push(root.to_owned());
                    }
                }
                (there, false)
            }
            Err(error) => return Err(failed(error)),
        };
        let has = |name: &str| there.iter().any(|other| other == name);
        if STORE.into_iter().any(has) {
            if !overwrite {
                return Err(StagingError::Exists { name: store.name() });
            }
            if littered && !has(OVERWRITTEN) {
                store.put(OVERWRITTEN, b"").map_err(failed)?;
            }
        } else if littered && !has(OVERWRITTEN) {
            let known = |name: &str| known(name) || is_root(name) || name.starts_with(OWN);
            let ours = there.iter().all(|name| known(name))
                && store.walk("").map_err(failed)?.iter().all(|(name, _)| known(name));
            if !ours {
                let name = store.name();
                return Err(if overwrite {
                    StagingError::NotAStore { name }
                } else {
                    StagingError::Exists { name }
                });
            }
        }
        for root in ROOTS.into_iter().filter(|root| has(root)) {
            store.remove(root).map_err(|cause| StagingError::Io { object: place(store, root), cause })?;
        }
        Ok(Self { store, overwrite, littered })
    }

    pub(crate) fn store(&self) -> &'a dyn ByteStore {
        self.store
    }

    /// Removes what does not belong to the new store, all of whose objects are in their place, and puts the documents of its
    /// root there.
    pub(crate) fn commit(
        self,
        written: impl FnOnce() -> HashSet<String>,
        mut roots: Vec<(String, String)>,
    ) -> Result<(), WriteError> {
        let store = self.store;
        if self.littered {
            let written = written();
            let found = store.walk("").map_err(WriteError::io(store.name()))?;
            let (mark, stale): (Vec<_>, Vec<_>) = found
                .iter()
                .map(|(name, _)| name.as_str())
                // A root that is there now was put by another one, who came first.
                .filter(|name| !written.contains(*name) && !is_root(name))
                .partition(|name| *name == OVERWRITTEN);
            for name in stale.into_iter().chain(mark) {
                store.remove(name).map_err(WriteError::io(place(store, name)))?;
            }
        }
        roots.sort_by_key(|(name, _)| ROOTS.iter().position(|root| root == name));
        for (name, text) in roots {
            let (bytes, failed) = (text.as_bytes(), WriteError::io(place(store, &name)));
            if self.overwrite {
                store.put(&name, bytes).map_err(failed)?;
            } else if !store.put_new(&name, bytes).map_err(failed)? {
                return Err(StagingError::Exists { name: store.name() }.into());
            }
        }
        Ok(())
    }
}

/// Whether a store does not tell names: it cannot, or not to us.
fn is_refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}
