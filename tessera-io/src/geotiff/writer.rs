//! The writer of GeoTIFFs.

use std::path::Path;

use ndarray::ArrayView3;

use super::raster_file::RasterFile;
use super::{GeoTiffError, GeoTiffOptions, GeoTiffSpec};

/// Writes a Cloud Optimized GeoTIFF of float32, row by row from the north; NaN is no data.
///
/// Each band has its own tiles, so that a reader of one band reads nothing of the others. Encoded tiles are set aside
/// in files without names beside the output, and put together at the end: the disk must have room for the file twice.
/// The file appears whole or not at all, and the same pixels give the same bytes, whatever the number of threads.
///
/// ```
/// use ndarray::{Array3, s};
/// use tessera_io::{GeoTiffOptions, GeoTiffSpec, GeoTiffWriter};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("area.tif");
/// let spec = GeoTiffSpec {
///     epsg: 32631,
///     transform: [10.0, 0.0, 300_930.0, 0.0, -10.0, 5_776_130.0],
///     rows: 600,
///     cols: 300,
///     bands: vec!["band_0".to_owned(), "band_7".to_owned()],
///     metadata: vec![("year".to_owned(), "2024".to_owned())],
/// };
/// let pixels = Array3::from_elem((600, 300, 2), 0.5);
/// let mut writer = GeoTiffWriter::create(&path, spec, &GeoTiffOptions::default())?;
/// writer.write_rows(pixels.slice(s![..250, .., ..]))?;
/// writer.write_rows(pixels.slice(s![250.., .., ..]))?;
/// let report = writer.finish()?;
/// assert_eq!((report.tile_edge, report.overviews, report.big), (256, 2, false));
/// assert_eq!(report.bytes, std::fs::metadata(&path)?.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GeoTiffWriter {
    file: RasterFile<f32>,
    levels: usize,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeoTiffReport {
    /// Bytes of the file.
    pub bytes: u64,
    /// The edge of a tile in pixels: smaller than asked for, where memory did not allow it.
    pub tile_edge: usize,
    /// How many overviews there are.
    pub overviews: usize,
    /// Whether it is a BigTIFF, as every file beyond 4 GiB is.
    pub big: bool,
}

impl GeoTiffWriter {
    /// Begins a file that is to stand at `path`, in a folder that is there.
    ///
    /// # Errors
    /// Where a GeoTIFF cannot hold it, the memory allowed is too little, or something is there and not to be replaced.
    pub fn create(
        path: impl AsRef<Path>,
        spec: GeoTiffSpec,
        options: &GeoTiffOptions,
    ) -> Result<Self, GeoTiffError> {
        let file = RasterFile::create(path.as_ref(), spec, options)?;
        Ok(Self { levels: file.levels().count(), file })
    }

    /// The edge of a tile in pixels. Any number of rows may be written at a time; a multiple of this costs least.
    #[must_use]
    pub fn tile_edge(&self) -> usize {
        self.file.edge()
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows_written(&self) -> usize {
        self.file.rows()
    }

    /// Writes the next rows, of shape (rows, cols, bands), from north to south.
    ///
    /// # Errors
    /// Where they have other columns or bands than the file, or are more than it has left; these leave the file as it
    /// was. After any other error it cannot be finished.
    pub fn write_rows(&mut self, pixels: ArrayView3<'_, f32>) -> Result<(), GeoTiffError> {
        self.file.begin_rows(pixels.dim())?;
        let first = self.file.rows();
        for level in 0..self.levels {
            self.file.give(level, &pixels, first)?;
        }
        self.file.end_rows(pixels.dim().0);
        Ok(())
    }

    /// Puts the file together and lets it appear.
    ///
    /// # Errors
    /// Where rows are missing, writing failed before, or the file cannot be written or put in its place.
    pub fn finish(self) -> Result<GeoTiffReport, GeoTiffError> {
        self.file.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use tiff::decoder::{Decoder, DecodingResult};
    use tiff::tags::Tag;

    #[test]
    fn a_file_too_large_for_32_bits_is_a_big_tiff() {
        let folder = tempfile::tempdir().unwrap();
        let pixels = Array3::from_shape_fn((40, 33, 3), |(r, c, b)| (r * 1000 + c * 10 + b) as f32);
        let spec = GeoTiffSpec {
            epsg: 4326,
            transform: [0.1, 0.0, 5.0, 0.0, -0.1, 50.0],
            rows: 40,
            cols: 33,
            bands: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
            metadata: Vec::new(),
        };
        let write = |name: &str, classic| {
            let path = folder.path().join(name);
            let options = GeoTiffOptions::default().tile_edge(16);
            let mut writer = GeoTiffWriter::create(&path, spec.clone(), &options).unwrap();
            writer.file.classic = classic;
            writer.write_rows(pixels.view()).unwrap();
            (path, writer.finish().unwrap())
        };
        let (small, report) = write("small.tif", u64::from(u32::MAX));
        assert!(!report.big);
        assert_eq!(write("exact.tif", report.bytes).1, report);
        let (big, report) = write("big.tif", report.bytes - 1);
        assert!(report.big);

        for path in [small, big] {
            let mut decoder = Decoder::new(std::fs::File::open(&path).unwrap()).unwrap();
            assert_eq!(decoder.dimensions().unwrap(), (33, 40));
            let DecodingResult::F32(tile) = decoder.read_chunk(9 + 4).unwrap() else { panic!() };
            // The middle tile of the second band.
            assert_eq!(tile[16 * 2 + 3], pixels[(16 + 2, 16 + 3, 1)]);
            assert_eq!(decoder.get_tag_f64_vec(Tag::ModelPixelScaleTag).unwrap(), [0.1, 0.1, 0.0]);
        }
    }
}
