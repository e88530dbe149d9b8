//! Where the landmask of a tile is.

use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, TileId};

use crate::place::Place;

/// Where the landmask of a tile is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum LandmaskPlace {
    /// In one of the documented places, or nowhere.
    #[default]
    Search,
    /// In this folder; or else in one of the documented places, or nowhere.
    In(PathBuf),
    /// Here.
    At(PathBuf),
    /// Not to be used.
    Unused,
}

impl LandmaskPlace {
    /// The landmask of a tile, where there is one.
    pub(crate) fn find(
        &self,
        place: &Place,
        folder: &Path,
        id: TileId,
        version: &DatasetVersion,
    ) -> Option<PathBuf> {
        let search = || place.find_landmask(folder, id, version);
        match self {
            Self::Search => search(),
            Self::In(landmasks) => {
                let path = landmasks.join(format!("{id}.tiff"));
                if path.exists() { Some(path) } else { search() }
            }
            Self::At(path) => Some(path.clone()),
            Self::Unused => None,
        }
    }
}
