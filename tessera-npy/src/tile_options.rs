//! How to open a tile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::{ByteRanges, DatasetVersion, TileId, Year};

use crate::landmask_place::LandmaskPlace;
use crate::objects::Objects;
use crate::{NpyTile, RangedTile, TileError};

/// How to open a tile: what its path does not say, and what to accept.
///
/// ```
/// use tessera_npy::NpyTile;
///
/// # let dir = tempfile::tempdir()?;
/// # let pixels = tessera_core::Quantized::new(
/// #     ndarray::Array3::zeros((8, 6, 4)), tessera_core::Scales::Pixel(ndarray::Array2::ones((8, 6))))?;
/// # let made = tessera_npy::write_tile(dir.path(), "grid_0.15_52.05".parse()?, &pixels.view(), tessera_npy::Existing::Refuse)?;
/// # let (values, scales) = (made.join("grid_0.15_52.05.npy"), made.join("grid_0.15_52.05_scales.npy"));
/// use tessera_core::Tile;
///
/// let tile = NpyTile::options().year("2024".parse()?).any_shape().open_files(values, scales)?;
/// assert_eq!(tile.year().map(|year| year.number()), Some(2024));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NpyTileOptions {
    pub(crate) id: Option<TileId>,
    pub(crate) year: Option<Year>,
    pub(crate) version: Option<DatasetVersion>,
    pub(crate) landmask: LandmaskPlace,
    pub(crate) water_from_landmask: bool,
    pub(crate) any_shape: bool,
}

impl NpyTileOptions {
    /// The tile, where no name says it. Where a name says another tile, opening is an error.
    #[must_use]
    pub fn id(mut self, id: TileId) -> Self {
        self.id = Some(id);
        self
    }

    /// The year. Wins over the one that the path says; [`TileNotice::Year`](crate::TileNotice::Year) reports the
    /// difference.
    #[must_use]
    pub fn year(mut self, year: Year) -> Self {
        self.year = Some(year);
        self
    }

    /// The dataset version. Wins over the one that the path says;
    /// [`TileNotice::Version`](crate::TileNotice::Version) reports the difference.
    #[must_use]
    pub fn version(mut self, version: DatasetVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// The landmask. Otherwise it is looked for in the tile's folder, and in `landmasks/<version>/` or
    /// `global_0.1_degree_tiff_all/` above it.
    #[must_use]
    pub fn landmask(mut self, path: impl Into<PathBuf>) -> Self {
        self.landmask = LandmaskPlace::At(path.into());
        self
    }

    /// Water is what the landmask says, and nothing else: where its band 1 is 0, the scale becomes NaN, which says
    /// water; where it is not 0, a scale of NaN becomes +∞, which says no data. Other scales stay, and so do those of
    /// pixels beyond the edge of the landmask. Where a pixel has a scale for each channel, this goes for all of them.
    ///
    /// The landmask has one band of whole numbers of 8, 16 or 32 bits, in strips or tiles, packed by LZW or Deflate or
    /// not at all; one that cannot be read is an error. Where there is no landmask, water is what the scales say, and
    /// [`TileNotice::NoLandmask`](crate::TileNotice::NoLandmask) reports that. The scales are copied.
    ///
    /// ```
    /// use tessera_npy::{NpyTile, TileNotice};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let pixels = tessera_core::Quantized::new(
    /// #     ndarray::Array3::zeros((1119, 211, 4)), tessera_core::Scales::Pixel(ndarray::Array2::ones((1119, 211))))?;
    /// # let folder = tessera_npy::write_tile(dir.path(), "grid_-99.95_80.05".parse()?, &pixels.view(), tessera_npy::Existing::Refuse)?;
    /// let tile = NpyTile::options().water_from_landmask().open(folder)?;
    /// assert!(tile.landmask().is_none() && tile.notices().contains(&TileNotice::NoLandmask));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn water_from_landmask(mut self) -> Self {
        self.water_from_landmask = true;
        self
    }

    /// No landmask, even where there is one: the grid is computed from the name.
    #[must_use]
    pub fn without_landmask(mut self) -> Self {
        self.landmask = LandmaskPlace::Unused;
        self
    }

    /// Accepts a file of any shape. Otherwise one that is more than [`NpyTile::SHAPE_TOLERANCE`] pixels off the
    /// expected rows or columns is an error.
    #[must_use]
    pub fn any_shape(mut self) -> Self {
        self.any_shape = true;
        self
    }

    /// Opens a tile folder, or an embeddings file with its scales beside it.
    ///
    /// # Errors
    /// As [`NpyTile::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<NpyTile, TileError> {
        NpyTile::open_pair(crate::pair::Pair::find(path.as_ref(), self.id)?, self)
    }

    /// Opens two files of any name, embeddings and scales.
    ///
    /// # Errors
    /// As [`NpyTile::open`]; [`TileError::Nameless`] where neither a name nor [`id`](Self::id) says the tile.
    pub fn open_files(
        &self,
        embeddings: impl AsRef<Path>,
        scales: impl AsRef<Path>,
    ) -> Result<NpyTile, TileError> {
        NpyTile::open_pair(crate::pair::Pair::of_files(embeddings.as_ref(), scales.as_ref(), self.id)?, self)
    }

    /// Opens a tile in a store of objects, to be read in ranges: its folder there, or its embeddings (or scales) with the
    /// other beside them. The empty path is the root of the store. A landmask that is [given](Self::landmask) may lie in
    /// the store, by a path that begins with the store's name, or on this machine.
    ///
    /// # Errors
    /// As [`NpyTile::open`], or where the store refuses.
    pub fn open_in(&self, store: Arc<dyn ByteRanges>, path: &str) -> Result<RangedTile, TileError> {
        let objects = Objects::new(store);
        RangedTile::open(&objects, &objects.path(path), self)
    }
}
