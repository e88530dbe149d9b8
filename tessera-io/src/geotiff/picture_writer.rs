//! The writer of GeoTIFFs of colours.

use std::borrow::Cow;
use std::path::Path;

use ndarray::ArrayView3;

use super::halver::Halver;
use super::raster_file::RasterFile;
use super::{GeoTiffError, GeoTiffOptions, GeoTiffReport, GeoTiffSpec};

/// The colours of a picture.
const COLOURS: usize = 4;

/// Writes a picture as a Cloud Optimized GeoTIFF, row by row from the north: 8-bit red, green, blue and alpha, which is not
/// multiplied in.
///
/// The colours of a pixel lie together, in tiles that hold all four. Each overview has the means of two by two pixels of
/// the one before it, colours by their alpha. All else is as [`GeoTiffWriter`](crate::GeoTiffWriter) has it.
///
/// ```
/// use ndarray::Array3;
/// use tessera_core::{Area, Crs, RasterGrid, Region};
/// use tessera_io::{GeoTiffOptions, GeoTiffPictureWriter, GeoTiffSpec};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("picture.tif");
/// let area = Area::from(Region::new(0.0, 52.0, 0.06, 52.03)?);
/// let grid = RasterGrid::covering(&area, Crs::LonLat, 0.0001)?;
/// let spec = GeoTiffSpec::of_picture(&grid);
/// let mut writer = GeoTiffPictureWriter::create(&path, spec, &GeoTiffOptions::default())?;
/// writer.write_rows(Array3::from_elem((grid.rows(), grid.cols(), 4), 255).view())?;
/// let report = writer.finish()?;
/// assert_eq!((report.tile_edge, report.overviews, report.big), (256, 2, false));
/// assert_eq!(report.bytes, std::fs::metadata(&path)?.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GeoTiffPictureWriter {
    file: RasterFile<[u8; COLOURS]>,
    /// What makes each level from the one before, and the rows it has made.
    halvers: Vec<(Halver, usize)>,
}

impl GeoTiffPictureWriter {
    /// Begins a file that is to stand at `path`, in a folder that is there. The four bands of `spec` are red, green, blue and
    /// alpha, whatever they are called.
    ///
    /// # Errors
    /// Where a GeoTIFF cannot hold it, the memory allowed is too little, or something is there and not to be replaced.
    pub fn create(
        path: impl AsRef<Path>,
        spec: GeoTiffSpec,
        options: &GeoTiffOptions,
    ) -> Result<Self, GeoTiffError> {
        if spec.bands.len() != COLOURS {
            return Err(GeoTiffError::Colours { got: spec.bands.len() });
        }
        let file = RasterFile::create(path.as_ref(), spec, options)?;
        let mut halvers: Vec<_> = file.levels().map(|level| (Halver::of(level), 0)).collect();
        // Nothing is made from the last.
        halvers.pop();
        Ok(Self { file, halvers })
    }

    /// The edge of a tile in pixels. Any number of rows may be written at a time.
    #[must_use]
    pub fn tile_edge(&self) -> usize {
        self.file.edge()
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows_written(&self) -> usize {
        self.file.rows()
    }

    /// Writes the next rows, of shape (rows, cols, 4), from north to south.
    ///
    /// # Errors
    /// Where they have other columns than the file, other than four colours, or are more than it has left; these leave the
    /// file as it was. After any other error it cannot be finished.
    pub fn write_rows(&mut self, pixels: ArrayView3<'_, u8>) -> Result<(), GeoTiffError> {
        self.file.begin_rows(pixels.dim())?;
        let (rows, cols, _) = pixels.dim();
        let standard = pixels.as_standard_layout();
        // In standard layout there is a slice.
        let (colours, _) = standard.as_slice().unwrap_or_default().as_chunks();
        self.give(0, colours, cols, self.file.rows())?;
        let mut colours = Cow::Borrowed(colours);
        for level in 1..=self.halvers.len() {
            let (halver, made) = &mut self.halvers[level - 1];
            let (halved, cols, first) = (halver.take(&colours), halver.cols(), *made);
            *made += halved.len() / cols;
            self.give(level, &halved, cols, first)?;
            colours = Cow::Owned(halved);
        }
        self.file.end_rows(rows);
        Ok(())
    }

    /// Gives rows to a level.
    fn give(
        &mut self,
        level: usize,
        colours: &[[u8; COLOURS]],
        cols: usize,
        first: usize,
    ) -> Result<(), GeoTiffError> {
        let rows = colours.len() / cols.max(1);
        // Whole rows have this shape.
        let rows = ArrayView3::from_shape((rows, cols, 1), &colours[..rows * cols]);
        rows.map_or(Ok(()), |rows| self.file.give(level, &rows, first))
    }

    /// Puts the file together and lets it appear.
    ///
    /// # Errors
    /// Where rows are missing, writing failed before, or the file cannot be written or put in its place.
    pub fn finish(self) -> Result<GeoTiffReport, GeoTiffError> {
        self.file.finish()
    }
}
