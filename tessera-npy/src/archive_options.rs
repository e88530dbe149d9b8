//! How to open an archive.

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::{ByteRanges, DatasetVersion, Year};

use crate::contents::Contents;
use crate::landmask_place::LandmaskPlace;
use crate::listing::Listing;
use crate::look::Local;
use crate::objects::Objects;
use crate::{ArchiveError, ListingProblem, NpyArchive, NpyTileOptions, RangedArchive};

/// How to open an archive: which of its datasets and years, what its folders do not say, and which text lists its tiles.
///
/// ```
/// use tessera_core::Archive;
/// use tessera_npy::NpyArchive;
///
/// let listing = "# tiles of the north\n\
///     npy/v1/2024/grid_-99.95_80.05\n\
///     npy/v1/2024/grid_0.15_52.05/grid_0.15_52.05.npy 15cabd98…\n\
///     npy/v1/2024/grid_0.15_52.05/grid_0.15_52.05_scales.npy b5ba0fb6…\n";
/// // No folder is looked at.
/// let archive = NpyArchive::options().open_listing("/data", listing.as_bytes())?;
/// let year = "2024".parse()?;
/// assert_eq!((archive.tiles(year).len(), archive.version().to_string()), (2, "v1".into()));
/// let folder = archive.folder_of("grid_0.15_52.05".parse()?, Some(year));
/// assert_eq!(folder, Some("/data/npy/v1/2024/grid_0.15_52.05".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NpyArchiveOptions {
    pub(crate) version: Option<DatasetVersion>,
    pub(crate) year: Option<Year>,
    pub(crate) listing: Option<PathBuf>,
    pub(crate) landmasks: LandmaskPlace,
    pub(crate) water_from_landmasks: bool,
    pub(crate) any_shape: bool,
}

impl NpyArchiveOptions {
    /// The dataset, where the root holds several; or the version of the tiles, where no folder says one.
    #[must_use]
    pub fn version(mut self, version: DatasetVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// That year alone, so that the others need not be listed; or the year of the tiles, where no folder says one.
    #[must_use]
    pub fn year(mut self, year: Year) -> Self {
        self.year = Some(year);
        self
    }

    /// A text that lists the tiles, so that no folder need be: what [`open_listing`](Self::open_listing) takes.
    #[must_use]
    pub fn listing(mut self, path: impl Into<PathBuf>) -> Self {
        self.listing = Some(path.into());
        self
    }

    /// The folder of the landmasks `grid_<lon>_<lat>.tiff`. Those that are not there are looked for where they are
    /// without it: see [`NpyTileOptions::landmask`](crate::NpyTileOptions::landmask).
    #[must_use]
    pub fn landmasks(mut self, folder: impl Into<PathBuf>) -> Self {
        self.landmasks = LandmaskPlace::In(folder.into());
        self
    }

    /// No landmasks: grids are computed from names.
    #[must_use]
    pub fn without_landmasks(mut self) -> Self {
        self.landmasks = LandmaskPlace::Unused;
        self
    }

    /// Water is what the landmasks say, as
    /// [`NpyTileOptions::water_from_landmask`](crate::NpyTileOptions::water_from_landmask) tells.
    #[must_use]
    pub fn water_from_landmasks(mut self) -> Self {
        self.water_from_landmasks = true;
        self
    }

    /// Accepts tiles of any shape, as [`NpyTileOptions::any_shape`](crate::NpyTileOptions::any_shape) does.
    #[must_use]
    pub fn any_shape(mut self) -> Self {
        self.any_shape = true;
        self
    }

    /// Opens the archive in a folder, or what a [`listing`](Self::listing) says that lies there.
    ///
    /// # Errors
    /// As [`NpyArchive::open`], or as [`open_listing`](Self::open_listing); where the folder of the
    /// [`landmasks`](Self::landmasks) cannot be looked at.
    pub fn open(&self, root: impl AsRef<Path>) -> Result<NpyArchive, ArchiveError> {
        let root = root.as_ref();
        self.check_landmasks()?;
        let contents = match &self.listing {
            Some(path) => {
                Contents::of_listing(&Local, root, Listing::open(path), &path.display().to_string(), self)?
            }
            None => Contents::of_folders(&Local, root, self)?,
        };
        Ok(NpyArchive::with(contents, self))
    }

    /// Opens the archive whose tiles a text lists, one a line: by the path of its folder or of one of its two files,
    /// relative to the root, as `sha256sum`, `find`, `aws s3 ls` and `rclone ls` print them. A size or SHA-256 of a file in
    /// its line is kept ([`NpyArchive::listed_files`]). Blank lines and comments that begin with `#` are ignored. Other
    /// lines, and those that name again what another does, are passed over and counted ([`NpyArchive::strangers`]).
    ///
    /// Year and dataset version are those that the folders in the path say, or that are given for them. Tiles of a year
    /// that is given lie in the folder of that year under the root where there is one, and otherwise in the root. Nothing
    /// else is looked at: a tile that is listed and not there is an error when it is opened.
    ///
    /// # Errors
    /// Where the text cannot be read or lists no tile, tiles of several datasets, of which none is chosen by
    /// [`version`](Self::version), or tiles of one year in several folders; where it lists nothing of the year or the
    /// dataset that is asked for.
    pub fn open_listing(
        &self,
        root: impl AsRef<Path>,
        listing: impl BufRead,
    ) -> Result<NpyArchive, ArchiveError> {
        let root = root.as_ref();
        self.check_landmasks()?;
        let name = format!("the listing of {}", root.display());
        Ok(NpyArchive::with(Contents::of_listing(&Local, root, Listing::read(listing), &name, self)?, self))
    }

    /// Opens the archive whose root is a store of objects, or what a [`listing`](Self::listing) says that lies there: a text
    /// on this machine, or else an object of the store. [`landmasks`](Self::landmasks) lie in the store where their path
    /// begins with its name, and otherwise on this machine.
    ///
    /// Names are listed, and no tile is asked for. A name like a tile's is taken for one, since a store does not say what
    /// is a folder.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`ArchiveError::Unlistable`] where the store cannot be listed, as over plain HTTP, and no
    /// listing is given.
    pub fn open_in(&self, store: Arc<dyn ByteRanges>) -> Result<RangedArchive, ArchiveError> {
        let objects = Objects::new(store);
        let root = objects.root();
        if let LandmaskPlace::In(folder) = &self.landmasks
            && objects.name_of(folder).is_err()
        {
            self.check_landmasks()?;
        }
        let contents = match &self.listing {
            Some(path) => {
                let listing = objects.open_text(path).map_err(ListingProblem::Io);
                let listing = listing.and_then(|text| Listing::read(BufReader::with_capacity(1 << 18, text)));
                Contents::of_listing(&objects, root, listing, &path.display().to_string(), self)?
            }
            None => Contents::of_folders(&objects, root, self).map_err(|error| match error {
                ArchiveError::Folder { folder, cause }
                    if matches!(cause.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) =>
                {
                    ArchiveError::Unlistable { folder, cause }
                }
                error => error,
            })?,
        };
        objects.forget_listed();
        Ok(RangedArchive::with(objects, contents, self))
    }

    /// How its tiles are opened.
    pub(crate) fn of_tile(&self, year: Option<Year>, version: &DatasetVersion) -> NpyTileOptions {
        NpyTileOptions {
            id: None,
            year,
            version: (*version != DatasetVersion::Unknown).then(|| version.clone()),
            landmask: self.landmasks.clone(),
            water_from_landmask: self.water_from_landmasks,
            any_shape: self.any_shape,
        }
    }

    /// A folder of landmasks that is not there would let every tile do without.
    fn check_landmasks(&self) -> Result<(), ArchiveError> {
        let LandmaskPlace::In(folder) = &self.landmasks else { return Ok(()) };
        let error = |cause| ArchiveError::Landmasks { folder: folder.clone(), cause };
        let metadata = folder.metadata().map_err(error)?;
        if metadata.is_dir() { Ok(()) } else { Err(error(std::io::ErrorKind::NotADirectory.into())) }
    }
}
