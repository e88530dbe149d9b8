//! What is kept beside a zone store of how it was built.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::{ByteStore, Folder, Year};

use crate::zone_write::metadata::group_name;

/// `<store>.build`: a record for each shard; in a folder also locks, and objects that are not whole yet. Readers do not
/// need it; without it nothing says which tiles a shard was made from.
#[derive(Clone)]
pub(crate) struct Build {
    store: Arc<dyn ByteStore>,
    /// Where it is, if that is a folder of this machine.
    folder: Option<PathBuf>,
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Build").field(&self.store.name()).finish()
    }
}

impl Build {
    /// That of the store at a path.
    pub(crate) fn of(store: &Path) -> Self {
        let mut name = store.file_name().unwrap_or_default().to_owned();
        name.push(".build");
        let folder = store.with_file_name(name);
        Self { store: Arc::new(Folder::new(&folder)), folder: Some(folder) }
    }

    /// One whose records are objects.
    pub(crate) fn new(store: Arc<dyn ByteStore>) -> Self {
        Self { store, folder: None }
    }

    pub(crate) fn store(&self) -> &Arc<dyn ByteStore> {
        &self.store
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The records of a zone and year.
    pub(crate) fn records(zone: u8, year: Year) -> String {
        format!("{}/{year}", group_name(zone))
    }

    /// The record of a shard.
    pub(crate) fn record(zone: u8, year: Year, row: u64, col: u64) -> String {
        format!("{}/{row}.{col}.json", Self::records(zone, year))
    }

    /// The row and column of the shards of which there are records.
    pub(crate) fn recorded(&self, zone: u8, year: Year) -> io::Result<Vec<(u64, u64)>> {
        let folder = Self::records(zone, year);
        let names = self.store.list(&folder)?;
        if names.is_empty() && self.store.size(&folder)?.is_some() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let place = |name: &String| {
            let (row, col) = name.strip_suffix(".json")?.split_once('.')?;
            Some((row.parse().ok()?, col.parse().ok()?))
        };
        let mut found: Vec<(u64, u64)> = names.iter().filter_map(place).collect();
        found.sort_unstable();
        // A name that was not written here may stand for the same place: `+1.2.json`.
        found.dedup();
        Ok(found)
    }

    /// The file whose lock keeps two processes from putting objects of a zone in their place at once, in a folder.
    pub(crate) fn lock_of(&self, zone: u8) -> Option<PathBuf> {
        Some(self.folder()?.join(group_name(zone)).join("lock"))
    }

    /// The file whose lock keeps two processes from changing the store's metadata at once, in a folder.
    pub(crate) fn lock(&self) -> Option<PathBuf> {
        Some(self.folder()?.join("lock"))
    }
}

/// Where objects are while they are written, in the folder of a build.
pub(crate) fn partial_of(build: &Path) -> PathBuf {
    build.join("partial")
}
