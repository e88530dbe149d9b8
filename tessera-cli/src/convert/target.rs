//! Where a tile store is to stand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use tessera_core::{ByteStore, QuantizedView, Tile, Year};
use tessera_stac::{Location, Site};
use tessera_zarr::{TileStore, TileWriter, WriteReport};

use crate::place::location;
use crate::remote;

/// Where a tile store is to stand: a path of this machine, or what begins with an address.
pub(super) struct Target {
    /// As it was typed, with names added to it.
    path: PathBuf,
    server: Option<Arc<dyn ByteStore>>,
}

impl Target {
    pub(super) fn new(path: PathBuf) -> Result<Self> {
        let location = location(&path)?;
        let (path, server) = match location.as_path() {
            Some(path) => (path.to_owned(), None),
            None => (path, Some(remote::store(&location)?)),
        };
        Ok(Self { path, server })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The store that stands there; `None` where nothing does, or what is no store of a server yet.
    pub(super) fn there(&self) -> Result<Option<TileStore>> {
        let Some(server) = &self.server else {
            return if self.path.exists() { Ok(Some(TileStore::open(&self.path)?)) } else { Ok(None) };
        };
        match TileStore::open_in(server.clone()) {
            Ok(store) => Ok(Some(store)),
            Err(tessera_zarr::OpenError::NotAStore { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the store of a tile.
    pub(super) fn write(
        &self,
        writer: &TileWriter,
        pixels: QuantizedView<'_>,
        tile: &dyn Tile,
        year: Year,
    ) -> Result<WriteReport> {
        let (grid, id, version) = (tile.grid(), tile.id(), tile.version());
        Ok(match &self.server {
            None => writer.write(&self.path, pixels, grid, id, year, version)?,
            Some(server) => writer.write_in(&**server, pixels, grid, id, year, version)?,
        })
    }

    /// The address of a file or store that stands at a path beside it, or of itself.
    pub(super) fn address(&self, path: &Path) -> Result<Location> {
        if self.server.is_none() {
            return Ok(Location::file(std::path::absolute(path)?)?);
        }
        Ok(Location::url(path.to_str().with_context(|| format!("{} is not text", path.display()))?)?)
    }

    /// The folder that it stands in, as the place of an item.
    pub(super) fn site(&self) -> Result<Site> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if self.server.is_none() {
            return Ok(Site::folder(std::path::absolute(folder)?)?);
        }
        Ok(Site::url(folder.to_str().with_context(|| format!("{} is not text", folder.display()))?)?)
    }
}
