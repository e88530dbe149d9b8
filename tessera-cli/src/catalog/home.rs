//! Where a catalogue is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use tessera_core::ByteStore;
use tessera_io::Location;
use tessera_stac::CatalogIndex;

use crate::remote;

/// Where a catalogue is, or is to be: in a folder of this machine, or below an address.
pub(crate) enum Home {
    Folder(PathBuf),
    Store(Arc<dyn ByteStore>),
}

impl Home {
    /// What was typed where a path could be.
    pub(crate) fn of(typed: &Path) -> Result<Self> {
        let location = match typed.to_str() {
            Some(text) => text.parse()?,
            None => Location::Path(typed.to_owned()),
        };
        match location {
            Location::Path(path) => Ok(Self::Folder(path)),
            Location::Url(_) => Ok(Self::Store(remote::store(&location)?)),
        }
    }

    /// The indexes of the catalogue.
    pub(crate) fn index(self) -> Result<CatalogIndex> {
        Ok(match self {
            Self::Folder(path) => CatalogIndex::open(path)?,
            Self::Store(store) => CatalogIndex::open_in(store)?,
        })
    }
}
