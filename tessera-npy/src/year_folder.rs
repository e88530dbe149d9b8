//! The tiles of a year, by their names alone.

use std::io;
use std::path::{Path, PathBuf};

use tessera_core::TileId;

use crate::Strangers;
use crate::listed_file::ListedFiles;
use crate::look::{Kind, Look};

/// The folder that the tiles of a year lie in, and which tiles it has, in their order.
#[derive(Debug)]
pub(crate) struct YearFolder {
    pub(crate) folder: PathBuf,
    tiles: Vec<TileId>,
    /// What a listing says of their files.
    pub(crate) files: ListedFiles,
}

impl YearFolder {
    /// A folder with tiles named in any order and any number of times.
    pub(crate) fn new(folder: PathBuf, mut tiles: Vec<TileId>) -> Self {
        tiles.sort_unstable();
        tiles.dedup();
        Self::listed(folder, tiles, ListedFiles::default())
    }

    /// A folder with tiles that are in order, each once, and what is said of their files.
    pub(crate) fn listed(folder: PathBuf, mut tiles: Vec<TileId>, files: ListedFiles) -> Self {
        tiles.shrink_to_fit();
        Self { folder, tiles, files }
    }

    /// The tiles in a folder, and what else lies there. The folder is read once, and no tile is looked into: that a name
    /// is a folder is what the system's listing says. A link counts as a folder without being followed, and so does a name
    /// of a store of objects, which says no more.
    pub(crate) fn read(look: &impl Look, folder: &Path) -> io::Result<(Self, Strangers)> {
        let (mut tiles, mut strangers) = (Vec::new(), Strangers::default());
        look.each(folder, &mut |name, kind| match name.parse() {
            Ok(tile) if kind != Kind::File => tiles.push(tile),
            _ => strangers.add(folder.join(name), name, kind),
        })?;
        Ok((Self::new(folder.to_owned(), tiles), strangers))
    }

    pub(crate) fn tiles(&self) -> &[TileId] {
        &self.tiles
    }
}
