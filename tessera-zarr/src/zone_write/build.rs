//! The folder beside a zone store that says how it was built.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tessera_core::Year;

use crate::zone_write::metadata::group_name;

/// `<store>.build`: a record for each shard, locks, and objects that are not whole yet. Readers do not need it; without
/// it nothing says which tiles a shard was made from.
#[derive(Debug, Clone)]
pub(crate) struct BuildFolder {
    root: PathBuf,
}

impl BuildFolder {
    /// That of the store at a path.
    pub(crate) fn of(store: &Path) -> Self {
        let mut name = store.file_name().unwrap_or_default().to_owned();
        name.push(".build");
        Self { root: store.with_file_name(name) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// The records of a zone and year.
    pub(crate) fn records(&self, zone: u8, year: Year) -> PathBuf {
        self.root.join(group_name(zone)).join(year.to_string())
    }

    /// The record of a shard.
    pub(crate) fn record(&self, zone: u8, year: Year, row: u64, col: u64) -> PathBuf {
        self.records(zone, year).join(format!("{row}.{col}.json"))
    }

    /// The row and column of the shards of which there are records.
    pub(crate) fn recorded(&self, zone: u8, year: Year) -> io::Result<Vec<(u64, u64)>> {
        let entries = match fs::read_dir(self.records(zone, year)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let place = name.to_str().and_then(|name| name.strip_suffix(".json")?.split_once('.'));
            if let Some((Ok(row), Ok(col))) = place.map(|(row, col)| (row.parse(), col.parse())) {
                found.push((row, col));
            }
        }
        found.sort_unstable();
        // A name that was not written here may stand for the same place: `+1.2.json`.
        found.dedup();
        Ok(found)
    }

    /// The file whose lock keeps two processes from putting objects of a zone in their place at once.
    pub(crate) fn lock_of(&self, zone: u8) -> PathBuf {
        self.root.join(group_name(zone)).join("lock")
    }

    /// The file whose lock keeps two processes from changing the store's metadata at once.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Where objects are while they are written.
    pub(crate) fn partial(&self) -> PathBuf {
        self.root.join("partial")
    }
}
