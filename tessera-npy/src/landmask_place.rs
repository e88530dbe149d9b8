//! Where the landmask of a tile is.

use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, TileId};

use crate::look::Look;
use crate::place::Place;
use crate::{LandmaskError, LandmaskProblem};

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
        look: &impl Look,
        place: &Place,
        folder: &Path,
        id: TileId,
        version: &DatasetVersion,
    ) -> Result<Option<PathBuf>, LandmaskError> {
        let search = || {
            let error =
                |cause| LandmaskError { path: folder.to_owned(), problem: LandmaskProblem::Io(cause) };
            place.find_landmask(look, folder, id, version).map_err(error)
        };
        match self {
            Self::Search => search(),
            Self::In(landmasks) => {
                let path = landmasks.join(format!("{id}.tiff"));
                match look.exists(&path) {
                    Ok(true) => Ok(Some(path)),
                    Ok(false) => search(),
                    Err(cause) => Err(LandmaskError { path, problem: LandmaskProblem::Io(cause) }),
                }
            }
            Self::At(path) => Ok(Some(path.clone())),
            Self::Unused => Ok(None),
        }
    }
}
