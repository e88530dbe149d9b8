//! The landmask GeoTIFF of a tile, which says where its pixels lie, and which of them are water.

use std::path::{Path, PathBuf};

use tessera_core::PixelGrid;

use crate::look::{Local, Look};
use crate::tiff_file::TiffFile;
use crate::{LandmaskError, LandmaskProblem, geotiff};

/// The landmask GeoTIFF of a tile: its CRS, transform and shape, which win over those computed from the tile's name.
/// Its pixels are read where [`NpyTileOptions::water_from_landmask`](crate::NpyTileOptions::water_from_landmask) asks
/// for it; otherwise water is what the scales say.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmask {
    path: PathBuf,
    grid: PixelGrid,
}

impl Landmask {
    /// Reads the georeference of a landmask.
    ///
    /// # Errors
    /// Where it is not a GeoTIFF, in another CRS than those of tiles, or not of 10 m pixels.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LandmaskError> {
        Self::open(&Local, path.as_ref()).map(|(landmask, _)| landmask)
    }

    /// The same, with the file, of which the pixels can be read.
    pub(crate) fn open(look: &impl Look, path: &Path) -> Result<(Self, TiffFile), LandmaskError> {
        let read = || -> Result<_, LandmaskProblem> {
            let mut tiff = look.open_tiff(path)?;
            Ok((geotiff::grid(&mut tiff)?, tiff))
        };
        let (grid, tiff) = read().map_err(|problem| LandmaskError { path: path.to_owned(), problem })?;
        Ok((Self { path: path.to_owned(), grid }, tiff))
    }

    pub(crate) fn error(&self, problem: LandmaskProblem) -> LandmaskError {
        LandmaskError { path: self.path.clone(), problem }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its pixels lie; perhaps off the 10 m lattice.
    #[must_use]
    pub fn grid(&self) -> &PixelGrid {
        &self.grid
    }
}
