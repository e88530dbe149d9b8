//! A PNG file that is written row by row.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::ArrayView3;
use png::StreamWriter;
use tempfile::NamedTempFile;

use crate::PictureError;
use crate::png_file::{begin_file, check_size, encoder};

/// Bytes of a chunk of the file: some chunks for each megabyte.
const CHUNK: usize = 1 << 18;

/// Writes a PNG file, 8-bit RGBA, row by row from the north: a picture of any size, of which nothing is held but a few rows.
///
/// It is written beside its place under another name, synced and then renamed, so that whatever interrupts it leaves no
/// half picture; a file that is there is replaced.
///
/// ```
/// use ndarray::Array3;
/// use tessera_pca::PngWriter;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("region.png");
/// let mut writer = PngWriter::create(&path, 500, 300)?;
/// let rows = Array3::from_elem((50, 300, 4), 255_u8);
/// while writer.rows_written() < 500 {
///     writer.write_rows(rows.view())?;
/// }
/// assert_eq!(writer.finish()?, std::fs::metadata(&path)?.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PngWriter {
    stream: StreamWriter<'static, Sink>,
    sink: Sink,
    file: NamedTempFile,
    path: PathBuf,
    shape: (usize, usize),
    rows: usize,
    broken: bool,
}

impl std::fmt::Debug for PngWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PngWriter")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl PngWriter {
    /// Begins a picture of so many rows and columns that is to stand at `path`, in a folder that is there.
    ///
    /// # Errors
    /// [`PictureError::Size`] where PNG cannot hold it, or where the file cannot be made.
    pub fn create(path: impl AsRef<Path>, rows: usize, cols: usize) -> Result<Self, PictureError> {
        let path = path.as_ref().to_owned();
        let (width, height) = check_size(rows, cols)?;
        let failed = |cause| PictureError::Write { name: path.display().to_string(), cause };
        let file = begin_file(&path).map_err(failed)?;
        let sink = Sink::to(file.as_file().try_clone().map_err(failed)?);
        let stream = encoder(sink.clone(), width, height)
            .write_header()
            .and_then(|writer| writer.into_stream_writer_with_size(CHUNK))
            .map_err(|error| PictureError::of(error, &path.display().to_string()))?;
        Ok(Self { stream, sink, file, path, shape: (rows, cols), rows: 0, broken: false })
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows_written(&self) -> usize {
        self.rows
    }

    /// Writes the next rows, of shape (rows, cols, 4), from north to south.
    ///
    /// # Errors
    /// [`PictureError::Rows`] where they have another shape or are more than the picture has left; nothing is written then.
    /// Or where the output fails; after that it cannot be finished.
    pub fn write_rows(&mut self, pixels: ArrayView3<'_, u8>) -> Result<(), PictureError> {
        let (rows, cols, colours) = pixels.dim();
        let rows_after = self.rows.saturating_add(rows);
        if (cols, colours) != (self.shape.1, 4) || rows_after > self.shape.0 {
            return Err(self.misfit([rows_after, cols, colours]));
        }
        let standard = pixels.as_standard_layout();
        // Until all rows are written.
        self.broken = true;
        // In standard layout there is a slice.
        let written = self.stream.write_all(standard.as_slice().unwrap_or_default());
        // The encoder wraps what the file says, and hides its kind.
        written.map_err(|cause| self.failed(self.sink.error().unwrap_or(cause)))?;
        self.broken = false;
        self.rows = rows_after;
        Ok(())
    }

    /// Ends the file and lets it appear; returns its bytes.
    ///
    /// # Errors
    /// Where rows are missing, or the file cannot be written or put in its place.
    pub fn finish(self) -> Result<u64, PictureError> {
        if self.broken || self.rows != self.shape.0 {
            return Err(self.misfit([self.rows, self.shape.1, 4]));
        }
        let Self { stream, sink, file, path, .. } = self;
        let name = path.display().to_string();
        let failed = |cause| PictureError::Write { name: name.clone(), cause };
        stream.finish().map_err(|error| PictureError::of(error, &name))?;
        sink.finish().map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let bytes = file.as_file().metadata().map_err(failed)?.len();
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(bytes)
    }

    fn misfit(&self, got: [usize; 3]) -> PictureError {
        let (rows, cols) = self.shape;
        PictureError::Rows { name: self.path.display().to_string(), got, expected: [rows, cols, 4] }
    }

    fn failed(&self, cause: io::Error) -> PictureError {
        PictureError::Write { name: self.path.display().to_string(), cause }
    }
}

/// Where the encoder writes to. It drops what the last bytes meet on their way: that is kept here.
#[derive(Clone)]
struct Sink(Arc<Mutex<Kept>>);

struct Kept {
    file: BufWriter<File>,
    /// What went wrong first.
    error: Option<io::Error>,
}

impl Sink {
    fn to(file: File) -> Self {
        Self(Arc::new(Mutex::new(Kept { file: BufWriter::with_capacity(CHUNK, file), error: None })))
    }

    fn with<T>(&self, work: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>) -> io::Result<T> {
        let Kept { file, error } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(file).map_err(|cause| {
            let again = cause.kind().into();
            error.get_or_insert(cause);
            again
        })
    }

    /// What went wrong first.
    fn error(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).error.take()
    }

    /// Whether all was written.
    fn finish(&self) -> io::Result<()> {
        let flushed = self.with(Write::flush);
        match self.error() {
            Some(error) => Err(error),
            None => flushed,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rgba;
    use ndarray::{Array3, s};

    fn sample() -> Array3<u8> {
        Array3::from_shape_fn((37, 23, 4), |(r, c, k)| (r * 7 + c * 13 + k * 50) as u8)
    }

    #[test]
    fn rows_become_the_same_picture_however_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let decode = |path: &Path| {
            let file = io::BufReader::new(File::open(path).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            reader.finish().unwrap();
            pixels
        };
        for step in [1, 5, 37] {
            let path = folder.path().join(format!("{step}.png"));
            let mut writer = PngWriter::create(&path, 37, 23).unwrap();
            for first in (0..37).step_by(step) {
                writer.write_rows(sample().slice(s![first..37.min(first + step), .., ..])).unwrap();
            }
            assert_eq!(writer.finish().unwrap(), path.metadata().unwrap().len());
            assert_eq!(decode(&path), Rgba::new(sample()).unwrap().bytes());
        }
        // The other way round in memory.
        let turned = Array3::from_shape_fn((4, 23, 37), |(k, c, r)| sample()[(r, c, k)]);
        let path = folder.path().join("5.png");
        let mut writer = PngWriter::create(&path, 37, 23).unwrap();
        writer.write_rows(turned.view().reversed_axes()).unwrap();
        writer.finish().unwrap();
        assert_eq!(decode(&path), Rgba::new(sample()).unwrap().bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_does_not_fit_or_is_not_whole_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let mut writer = PngWriter::create(&path, 30, 23).unwrap();
        for wrong in [s![.., .., ..], s![..3, ..22, ..], s![..3, .., ..3]] {
            let error = writer.write_rows(sample().slice(wrong)).unwrap_err();
            assert!(matches!(error, PictureError::Rows { expected: [30, 23, 4], .. }), "{error}");
        }
        writer.write_rows(sample().slice(s![..29, .., ..])).unwrap();
        let error = writer.finish().unwrap_err();
        assert!(error.to_string().contains("29") && error.to_string().contains("a.png"), "{error}");
        assert!(matches!(PngWriter::create(&path, 0, 3), Err(PictureError::Size { .. })));
        assert!(PngWriter::create(folder.path().join("no/a.png"), 2, 3).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_at_the_last_byte_too() {
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let mut sink = Sink::to(full());
        // It fits in the buffer.
        sink.write_all(&[0; 100]).unwrap();
        assert_eq!(sink.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        let mut sink = Sink::to(full());
        assert!(sink.write_all(&vec![0; 2 * CHUNK]).is_err());
        assert_eq!(sink.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
