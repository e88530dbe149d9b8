//! Whether a catalogue may be put into a store.

use std::io;
use std::path::PathBuf;

use tessera_core::{ByteRanges, Year};

use crate::catalog_files::CatalogFiles;
use crate::map::MAP_PATH;
use crate::own_files::VENDOR;
use crate::own_object::OwnObject;
use crate::{Block, CATALOG_PATH, CatalogError};

/// Refuses a store that holds anything but what a catalogue of ours holds, or such a catalogue unless it may be
/// overwritten. What was left of one that is not complete may be gone over.
pub(crate) fn check_store(store: &dyn ByteRanges, overwrite: bool) -> Result<(), CatalogError> {
    let path = || PathBuf::from(store.name());
    let unlisted = |source| CatalogError::Unlisted { path: path(), source };
    let names = store.list("").map_err(unlisted)?;
    if let Some(found) = stranger(store, &names).map_err(unlisted)? {
        let found = CatalogFiles::object(store, &found);
        return Err(CatalogError::Stranger { path: path(), found });
    }
    if !overwrite && is_taken(store)? {
        return Err(CatalogError::Exists { path: path() });
    }
    Ok(())
}

/// Whether there is a catalogue.
pub(crate) fn is_taken(store: &dyn ByteRanges) -> Result<bool, CatalogError> {
    let there = store.size(CATALOG_PATH);
    Ok(there.map_err(CatalogError::io(&CatalogFiles::object(store, CATALOG_PATH)))?.is_some())
}

/// The first object that no catalogue of ours holds; a block of a year at a time is listed.
fn stranger(store: &dyn ByteRanges, names: &[String]) -> io::Result<Option<String>> {
    for name in names.iter().map(|name| name.trim_end_matches('/')) {
        let found = match name {
            "" | CATALOG_PATH | MAP_PATH | VENDOR => None,
            "map" => stranger_below(store, name)?,
            _ => match name.parse::<Year>() {
                Ok(_) => stranger_in_year(store, name)?,
                Err(_) => Some(name.to_owned()),
            },
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn stranger_in_year(store: &dyn ByteRanges, year: &str) -> io::Result<Option<String>> {
    for name in store.list(year)?.iter().map(|name| name.trim_end_matches('/')) {
        let path = format!("{year}/{name}");
        let found = match name.parse::<Block>() {
            _ if name.is_empty() => None,
            Ok(_) => stranger_below(store, &path)?,
            Err(_) => OwnObject::of(&path).is_none().then_some(path),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn stranger_below(store: &dyn ByteRanges, folder: &str) -> io::Result<Option<String>> {
    let all = store.walk(folder)?.into_iter().map(|(name, _)| name);
    Ok(all.filter(|name| !name.ends_with('/')).find(|name| OwnObject::of(name).is_none()))
}
