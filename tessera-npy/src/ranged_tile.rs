//! A tile in two NPY files in a store of objects.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::{
    ByteRanges, Channels, DatasetVersion, Fetches, PixelGrid, Quantized, Scales, Source, SourceError, Tile,
    TileId, Window, Year,
};

use crate::check::{check_embeddings, check_scales};
use crate::float::Float;
use crate::landmask_place::LandmaskPlace;
use crate::look::Look;
use crate::npy_head::NpyHead;
use crate::objects::Objects;
use crate::pair::Pair;
use crate::place::Place;
use crate::ranged_file::{Opened, RangedFile};
use crate::ranged_read::{RangedPixels, RangedScales, Wanted};
use crate::said::Said;
use crate::{
    Landmask, LandmaskError, LandmaskProblem, NpyFileError, NpyFileProblem, NpyTileOptions, TileError,
    TileNotice, scales, water,
};

/// A tile in two NPY files in a store of objects, read in ranges: opening reads the two headers, at once; a window reads
/// its rows, or the columns of them where what lies between is more than [`Fetching::gap`](tessera_core::Fetching::gap),
/// joined to requests of at most [`Fetching::most`](tessera_core::Fetching::most) bytes, of which the store answers
/// several at once.
///
/// It is checked as [`NpyTile`](crate::NpyTile) is, and says and gives the same, but for landmasks: those that lie in the
/// store are looked for only where water is to be taken from them
/// ([`NpyTileOptions::water_from_landmask`]) or they are given, since each place costs a request. Scales in Fortran order,
/// and those into which a landmask marks water, are read as a whole when the tile is opened, and kept.
///
/// ```
/// use std::sync::Arc;
/// use tessera_core::{Channels, Folder, Source, Tile, Window};
/// use tessera_npy::NpyTile;
///
/// # let dir = tempfile::tempdir()?;
/// # let pixels = tessera_core::Quantized::new(
/// #     ndarray::Array3::ones((1119, 211, 4)), tessera_core::Scales::Pixel(ndarray::Array2::ones((1119, 211))))?;
/// # tessera_npy::write_tile(dir.path().join("2024"), "grid_-99.95_80.05".parse()?, &pixels.view(), tessera_npy::Existing::Refuse)?;
/// // Any store will do; here it is a folder.
/// let store = Arc::new(Folder::new(dir.path()));
/// let tile = NpyTile::options().open_in(store, "2024/grid_-99.95_80.05")?;
/// assert_eq!((tile.id().to_string().as_str(), tile.year().unwrap().number()), ("grid_-99.95_80.05", 2024));
///
/// let window = Window::new(1000, 0, 100, 211);
/// let asked = tile.fetches(window, &Channels::All)?.unwrap();
/// assert_eq!((asked.requests, asked.bytes), (2, 100 * 211 * (4 + 4)));
/// assert_eq!(tile.read_window(window, &Channels::from(0..3))?.view().dim(), (100, 211, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RangedTile {
    bytes: Arc<dyn ByteRanges>,
    said: Said,
    grid: PixelGrid,
    pixels: RangedPixels,
    landmask: Option<Landmask>,
    opening: Fetches,
}

impl RangedTile {
    pub(crate) fn open(objects: &Objects, path: &Path, options: &NpyTileOptions) -> Result<Self, TileError> {
        let pair = Pair::in_store(objects, path, options.id)?;
        let Opened { files, fetches: mut opening } =
            RangedFile::open_both(objects, [&pair.embeddings, &pair.scales])?;
        let (embeddings, scales_file) = match files {
            [Some(embeddings), Some(scales)] => (embeddings, scales),
            [embeddings, scales] => {
                return Err(pair.absent(objects, [embeddings.is_some(), scales.is_some()]));
            }
        };
        let dim = check_embeddings(embeddings.head())?;
        check_scales(scales_file.head(), dim, &pair.embeddings)?;

        let folder = objects.full(&pair.embeddings).parent().map(Path::to_owned).unwrap_or_default();
        let place = Place::of_tile_folder(&folder);
        let mut said = Said::of(&pair, &place, options)?;
        let landmask = Self::landmask_of(objects, &place, &folder, (said.id, &said.version), options)?;
        let (landmask, mask) = landmask.map(|path| Landmask::open(objects, &path)).transpose()?.unzip();
        let converted = (!scales::native(scales_file.head())).then(|| scales_file.head());
        let grid = said.settle(&pair, dim, landmask.as_ref(), converted, options)?;

        let mask = mask.filter(|_| options.water_from_landmask);
        let scales = if mask.is_some() || scales_file.head().header().fortran_order() {
            let whole = read_whole(objects, &scales_file, &mut opening)?;
            RangedScales::Whole(match (&landmask, mask) {
                (Some(landmask), Some(mut mask)) => {
                    water::mark(whole, &mut mask).map_err(|problem| landmask.error(problem))?
                }
                _ => whole,
            })
        } else {
            RangedScales::Rows(Float::of(scales_file.head())?)
        };
        if options.water_from_landmask && landmask.is_none() {
            said.notices.push(TileNotice::NoLandmask);
        }
        let pixels = RangedPixels { embeddings, scales_file, scales, dim };
        Ok(Self { bytes: Arc::clone(&objects.bytes), said, grid, pixels, landmask, opening })
    }

    /// The landmask of a tile, where one is wanted and there.
    pub(crate) fn landmask_of(
        objects: &Objects,
        place: &Place,
        folder: &Path,
        (id, version): (TileId, &DatasetVersion),
        options: &NpyTileOptions,
    ) -> Result<Option<PathBuf>, LandmaskError> {
        match &options.landmask {
            LandmaskPlace::Search if !options.water_from_landmask => Ok(None),
            LandmaskPlace::In(landmasks) if !options.water_from_landmask => {
                let path = landmasks.join(format!("{id}.tiff"));
                let there = objects.exists(&path);
                let there = there.map_err(|cause| LandmaskError {
                    path: path.clone(),
                    problem: LandmaskProblem::Io(cause),
                });
                Ok(there?.then_some(path))
            }
            wanted => wanted.find(objects, place, folder, id, version),
        }
    }

    /// What is unusual about the tile.
    #[must_use]
    pub fn notices(&self) -> &[TileNotice] {
        &self.said.notices
    }

    /// The landmask that says where the pixels lie; `None` where that is computed from the name.
    #[must_use]
    pub fn landmask(&self) -> Option<&Landmask> {
        self.landmask.as_ref()
    }

    /// Bytes of both files.
    #[must_use]
    pub fn file_len(&self) -> u64 {
        self.pixels.embeddings.head().len() + self.pixels.scales_file.head().len()
    }

    fn read(&self, wanted: Wanted<'_>, channels: &Channels, out: &mut Quantized) -> Result<(), SourceError> {
        self.pixels.read(self.bytes.as_ref(), wanted, channels, out)
    }

    fn within(&self, window: Window) -> Result<Window, SourceError> {
        let (rows, cols, _) = self.pixels.dim;
        window.within(rows, cols).map_err(|cause| SourceError::new(self.name(), cause))
    }

    fn resolve(&self, channels: &Channels) -> Result<(), SourceError> {
        let list = channels.resolve(self.pixels.dim.2);
        list.map(drop).map_err(|cause| SourceError::new(self.name(), cause))
    }
}

/// All scales of a file whose length is checked.
fn read_whole(objects: &Objects, file: &RangedFile, fetches: &mut Fetches) -> Result<Scales, NpyFileError> {
    let head: &NpyHead = file.head();
    let (range, length) = file.data();
    *fetches += Fetches { requests: 1, bytes: length };
    let mut data = Vec::new();
    match objects.bytes.read_into(file.object(), range, &mut data) {
        Ok(true) if data.len() as u64 == length => scales::convert(head, &data),
        Ok(true) => Err(head.error(io::Error::from(io::ErrorKind::UnexpectedEof))),
        Ok(false) => Err(head.error(NpyFileProblem::Missing)),
        Err(cause) => Err(head.error(cause)),
    }
}

impl fmt::Debug for RangedTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangedTile")
            .field("name", &self.name())
            .field("grid", &self.grid)
            .field("dim", &self.pixels.dim)
            .finish_non_exhaustive()
    }
}

impl Source for RangedTile {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        self.pixels.dim.2
    }

    fn name(&self) -> String {
        self.pixels.name()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.resolve(channels)?;
        self.read(Wanted::Window(self.within(window)?), channels, out)
    }

    /// Reads the runs of the pixels themselves, joined as those of a window are.
    fn read_pixels_into(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.resolve(channels)?;
        for &(row, col) in pixels {
            self.within(Window::new(row, col, 1, 1))?;
        }
        if self.pixels.per_channel() && !pixels.is_empty() {
            let why = "single pixels were asked for where each channel has a scale of its own";
            return Err(SourceError::new(self.name(), why));
        }
        self.read(Wanted::Pixels(pixels), channels, out)
    }

    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        self.resolve(channels)?;
        let wanted = Wanted::Window(self.within(window)?);
        Ok(Some(self.pixels.fetches(wanted, self.bytes.fetching())))
    }

    fn fetches_of_pixels(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
    ) -> Result<Option<Fetches>, SourceError> {
        self.resolve(channels)?;
        for &(row, col) in pixels {
            self.within(Window::new(row, col, 1, 1))?;
        }
        Ok(Some(self.pixels.fetches(Wanted::Pixels(pixels), self.bytes.fetching())))
    }

    /// The headers, and scales that are read as a whole. Landmasks are not counted, nor is the size of the files, which
    /// the store knows once it has answered.
    fn opening(&self) -> Fetches {
        self.opening
    }

    /// As many as a request joins.
    fn block_rows(&self) -> usize {
        let rows = self.bytes.fetching().most / self.pixels.row_len().max(1);
        usize::try_from(rows).unwrap_or(usize::MAX).clamp(1, self.pixels.dim.0)
    }
}

impl Tile for RangedTile {
    fn id(&self) -> TileId {
        self.said.id
    }

    fn year(&self) -> Option<Year> {
        self.said.year
    }

    fn version(&self) -> &DatasetVersion {
        &self.said.version
    }
}
