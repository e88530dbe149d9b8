//! A tile in two NPY files.

use std::ops::Range;
use std::path::Path;

use ndarray::ArrayView3;
use tessera_core::{
    Channels, DatasetVersion, PixelGrid, Quantized, QuantizedView, Source, SourceError, Tile, TileId, Window,
    Year,
};

use crate::check::{check_embeddings, check_scales};
use crate::look::Local;
use crate::npy_file::NpyFile;
use crate::pair::Pair;
use crate::place::{Place, full_path};
use crate::said::Said;
use crate::scales::TileScales;
use crate::{Landmask, NpyTileOptions, TileError, TileNotice, water};

/// A tile in two NPY files, mapped into memory: opening reads the headers alone, and a window reads the pages that it
/// lies on.
///
/// The files must not be truncated while the tile is open: the next access to the lost part would end the process
/// (SIGBUS on Unix). Writers that replace a file by renaming another over it, as [`write_tile`](crate::write_tile)
/// does, are harmless.
///
/// ```
/// use tessera_core::{Channels, Source, Tile, Window};
/// use tessera_npy::NpyTile;
///
/// # let dir = tempfile::tempdir()?;
/// # let pixels = tessera_core::Quantized::new(
/// #     ndarray::Array3::ones((1119, 211, 4)), tessera_core::Scales::Pixel(ndarray::Array2::ones((1119, 211))))?;
/// # let root = dir.path().join("2024");
/// # tessera_npy::write_tile(&root, "grid_-99.95_80.05".parse()?, &pixels.view(), tessera_npy::Existing::Refuse)?;
/// let tile = NpyTile::open(root.join("grid_-99.95_80.05"))?;
/// assert_eq!((tile.id().to_string().as_str(), tile.year().unwrap().number()), ("grid_-99.95_80.05", 2024));
/// assert_eq!((tile.grid().rows(), tile.grid().cols(), tile.grid().zone().epsg()), (1119, 211, 32614));
///
/// let part = tile.view().window(Window::new(0, 0, 100, 50))?; // borrowed: nothing is copied
/// assert_eq!(part.data()[(99, 49, 0)], 1);
/// let part = tile.read_window(Window::new(0, 0, 100, 50), &Channels::from(0..3))?; // a copy
/// assert_eq!(part.view().dim(), (100, 50, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyTile {
    said: Said,
    grid: PixelGrid,
    dim: (usize, usize, usize),
    embeddings: NpyFile,
    scales_file: NpyFile,
    scales: TileScales,
    landmask: Option<Landmask>,
}

impl NpyTile {
    /// By how many rows or columns a file may differ from the landmask, or from the shape computed from the name. The
    /// difference is reported by [`notices`](Self::notices) and all pixels are kept.
    pub const SHAPE_TOLERANCE: usize = 2;

    /// Opens a tile folder `grid_<lon>_<lat>`, or an embeddings file with its scales beside it. Year and dataset version
    /// are those that the folders above say, if they do.
    ///
    /// # Errors
    /// Where a file is missing or is not what it should be, where names disagree, or where the shape is that of another
    /// tile: the message names file, what was found and what was expected.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TileError> {
        Self::options().open(path)
    }

    /// To open a tile with what its path does not say.
    #[must_use]
    pub fn options() -> NpyTileOptions {
        NpyTileOptions::default()
    }

    pub(crate) fn open_pair(pair: Pair, options: &NpyTileOptions) -> Result<Self, TileError> {
        let embeddings = NpyFile::open(&pair.embeddings)?;
        let dim = check_embeddings(embeddings.head())?;
        let scales_file = NpyFile::open(&pair.scales)?;
        check_scales(scales_file.head(), dim, &pair.embeddings)?;
        let mut scales = TileScales::of(&scales_file)?;

        let folder = full_path(&pair.embeddings).parent().map(Path::to_owned).unwrap_or_default();
        let place = Place::of_tile_folder(&folder);
        let mut said = Said::of(&pair, &place, options)?;
        let landmask = options.landmask.find(&Local, &place, &folder, said.id, &said.version)?;
        let (landmask, mask) = landmask.map(|path| Landmask::open(&Local, &path)).transpose()?.unzip();
        let converted = scales.owned().then(|| scales_file.head());
        let grid = said.settle(&pair, dim, landmask.as_ref(), converted, options)?;
        if options.water_from_landmask {
            match (&landmask, mask) {
                (Some(landmask), Some(mut mask)) => {
                    let marked = water::mark(scales.into_owned(&scales_file)?, &mut mask);
                    scales = TileScales::Owned(marked.map_err(|problem| landmask.error(problem))?);
                    scales_file.release(0..scales_file.data().len());
                }
                _ => said.notices.push(TileNotice::NoLandmask),
            }
        }
        Ok(Self { said, grid, dim, embeddings, scales_file, scales, landmask })
    }

    /// All pixels, where they lie in the files: nothing is read until it is looked at.
    #[must_use]
    pub fn view(&self) -> QuantizedView<'_> {
        let data = ArrayView3::from_shape(self.dim, bytemuck::cast_slice(self.embeddings.data()));
        let (Ok(data), Some(scales)) = (data, self.scales.view(&self.scales_file)) else {
            unreachable!("the sizes were checked when the tile was opened")
        };
        let Ok(view) = QuantizedView::new(data, scales) else {
            unreachable!("the shapes were compared when the tile was opened")
        };
        view
    }

    /// The tile in bands of at most `rows` full rows from the north, each with its window. Nothing is read until it is
    /// looked at; give back what is done with by [`release`](Self::release).
    pub fn row_blocks(&self, rows: usize) -> impl Iterator<Item = (Window, QuantizedView<'_>)> {
        let all = self.view();
        self.grid.full().row_blocks(rows).filter_map(move |window| Some((window, all.window(window).ok()?)))
    }

    /// Lets the process forget the memory of some rows, after they were read: their pages stay in the system's cache,
    /// and reading them again is as before. Without it a tile that was read as a whole counts as resident memory as a
    /// whole. Rows beyond the last are ignored; so is a system that does not take the advice.
    pub fn release(&self, rows: Range<usize>) {
        let end = rows.end.min(self.dim.0);
        let start = rows.start.min(end);
        let release = |file: &NpyFile, row: usize| file.release(start * row..end * row);
        release(&self.embeddings, self.dim.1 * self.dim.2);
        if !self.scales.owned() {
            release(&self.scales_file, self.scales_file.data().len() / self.dim.0);
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

    /// The file of the values.
    #[must_use]
    pub fn embeddings_path(&self) -> &Path {
        self.embeddings.head().path()
    }

    /// The file of the scales.
    #[must_use]
    pub fn scales_path(&self) -> &Path {
        self.scales_file.head().path()
    }

    /// Bytes of both files.
    #[must_use]
    pub fn file_len(&self) -> u64 {
        self.embeddings.head().len() + self.scales_file.head().len()
    }
}

impl Source for NpyTile {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        self.dim.2
    }

    fn name(&self) -> String {
        self.embeddings.head().path().display().to_string()
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        Self::view(self)
            .read_into(window, channels, out)
            .map_err(|cause| SourceError::new(self.name(), cause))
    }

    fn view(&self) -> Option<QuantizedView<'_>> {
        Some(Self::view(self))
    }

    fn release(&self, rows: Range<usize>) {
        Self::release(self, rows);
    }
}

impl Tile for NpyTile {
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
