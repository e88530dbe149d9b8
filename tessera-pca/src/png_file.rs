//! A picture as a PNG file.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use tempfile::NamedTempFile;

use crate::Rgba;

/// The longest side of a PNG picture (PNG specification, third edition, 11.2.1).
const MAX_SIDE: usize = (1 << 31) - 1;

/// A picture that could not be made or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Pixels that are not red, green, blue and alpha.
    #[error("pixels of shape {got:?}: expected (rows, cols, 4)")]
    Shape {
        /// Their shape.
        got: [usize; 3],
    },
    /// A picture that PNG cannot hold.
    #[error("a PNG picture of {rows} × {cols} pixels: expected 1 to {MAX_SIDE} rows and columns")]
    Size {
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
    },
    /// Rows of another shape than the picture has, more than it has, or fewer at its end.
    #[error("{name}: got pixels of shape {got:?}, expected {expected:?}")]
    Rows {
        /// The path.
        name: String,
        /// All rows that came, with the columns and colours of the last.
        got: [usize; 3],
        /// The shape of the picture.
        expected: [usize; 3],
    },
    /// The encoder failed.
    #[error("the PNG picture could not be encoded: {cause}")]
    Encode {
        /// What it says.
        cause: String,
    },
    /// The output could not be written.
    #[error("cannot write {name}")]
    Write {
        /// The path, or what the output is.
        name: String,
        /// What went wrong; its kind tells a full disk from a folder that does not exist.
        #[source]
        cause: io::Error,
    },
}

impl Rgba {
    /// Writes the picture as PNG, 8-bit RGBA.
    ///
    /// # Errors
    /// [`PictureError::Size`] where it has no pixel or a side is longer than PNG allows, or where the output fails.
    pub fn encode_png(&self, output: impl Write) -> Result<(), PictureError> {
        self.encode(output, "the output of the PNG picture")
    }

    /// Writes the picture as a PNG file, 8-bit RGBA. It is written beside `path` under another name, synced and then
    /// renamed, so that whatever interrupts it leaves no half picture; a file that is there is replaced.
    ///
    /// # Errors
    /// As [`encode_png`](Self::encode_png), and where the file cannot be made.
    ///
    /// ```
    /// use ndarray::Array3;
    /// use tessera_pca::Rgba;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("preview.png");
    /// Rgba::new(Array3::from_elem((2, 3, 4), 255))?.write_png(&path)?;
    /// assert!(std::fs::read(&path)?.starts_with(b"\x89PNG\r\n\x1a\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let (rows, cols, _) = self.pixels().dim();
        check_size(rows, cols)?;
        let failed = |cause| PictureError::Write { name: name.clone(), cause };
        let mut file = begin_file(path).map_err(failed)?;
        let mut output = BufWriter::new(&mut file);
        self.encode(&mut output, &name)?;
        output.flush().map_err(failed)?;
        drop(output);
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn encode(&self, output: impl Write, name: &str) -> Result<(), PictureError> {
        let (rows, cols, _) = self.pixels().dim();
        let (width, height) = check_size(rows, cols)?;
        let failed = |error| PictureError::of(error, name);
        let mut writer = encoder(output, width, height).write_header().map_err(failed)?;
        writer.write_image_data(self.bytes()).map_err(failed)?;
        writer.finish().map_err(failed)
    }
}

impl PictureError {
    /// What the encoder says of an output of this name.
    pub(crate) fn of(error: EncodingError, name: &str) -> Self {
        match error {
            EncodingError::IoError(cause) => Self::Write { name: name.to_owned(), cause },
            other => Self::Encode { cause: other.to_string() },
        }
    }
}

/// An encoder of 8-bit RGBA.
pub(crate) fn encoder<W: Write>(output: W, width: u32, height: u32) -> Encoder<'static, W> {
    let mut encoder = Encoder::new(output, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    // Such pictures are noisy: the default takes fifty times as long, for a file of the same size.
    encoder.set_compression(Compression::Fast);
    encoder
}

/// Width and height, where PNG can hold them.
pub(crate) fn check_size(rows: usize, cols: usize) -> Result<(u32, u32), PictureError> {
    let side = |length: usize| u32::try_from(length).ok().filter(|_| (1..=MAX_SIDE).contains(&length));
    side(cols).zip(side(rows)).ok_or(PictureError::Size { rows, cols })
}

/// A file under another name, beside the place where it is to stand.
pub(crate) fn begin_file(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut temporary = tempfile::Builder::new();
    // The default is for secrets; the process's mask still applies.
    #[cfg(unix)]
    temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    temporary.prefix(".").suffix(".png.tmp").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    fn decode(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.color_type, info.bit_depth), (ColorType::Rgba, BitDepth::Eight));
        (info.width, info.height, pixels)
    }

    fn sample() -> Rgba {
        Rgba::new(Array3::from_shape_fn((37, 23, 4), |(r, c, k)| (r * 7 + c * 13 + k * 50) as u8)).unwrap()
    }

    #[test]
    fn the_same_pixels_come_back() {
        let mut bytes = Vec::new();
        sample().encode_png(&mut bytes).unwrap();
        assert_eq!(decode(&bytes), (23, 37, sample().bytes().to_vec()));
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("preview.png");
        std::fs::write(&path, "old").unwrap();
        sample().write_png(&path).unwrap();
        assert_eq!(decode(&std::fs::read(&path).unwrap()).2, sample().bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_can_be_read_by_those_whom_the_mask_lets() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("a.png"), folder.path().join("plain"));
        sample().write_png(&ours).unwrap();
        std::fs::write(&plain, "").unwrap();
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(plain));
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing").join("preview.png");
        let error = sample().write_png(&missing).unwrap_err();
        assert!(error.to_string().contains("preview.png"), "{error}");
        // A directory stands where the file should be.
        assert!(sample().write_png(folder.path()).is_err());
        let taken = folder.path().join("taken");
        std::fs::create_dir(&taken).unwrap();
        assert!(sample().write_png(&taken).is_err());
        for shape in [(0, 3, 4), (3, 0, 4)] {
            let none = Rgba::new(Array3::zeros(shape)).unwrap();
            let path = folder.path().join("none.png");
            assert!(matches!(none.write_png(path), Err(PictureError::Size { .. })));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_full_output_is_told() {
        let error = sample().encode_png(&mut [0_u8; 10][..]).unwrap_err();
        assert!(matches!(error, PictureError::Write { .. }), "{error}");
    }
}
