//! Tiles and arrays, written as NPY.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ndarray::{ArrayView, Axis, Dimension};
use tessera_core::{QuantizedView, ScalesView, TileId};

use crate::header_text::header_bytes;
use crate::{Element, staging};

/// What to do where the output is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Leave it as it is: [`WriteError::Exists`].
    #[default]
    Refuse,
    /// Put the new one in its place once that is whole.
    Replace,
}

/// Why something could not be written. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output is there already.
    #[error("{}: exists already", path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// The folder to be replaced holds something else than a tile.
    #[error("{}: is not replaced, since it holds {}, which is no part of the tile", path.display(), found.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: PathBuf,
    },
    /// More dimensions than a header has room for.
    #[error("{}: {rank} dimensions do not fit an NPY header", path.display())]
    Rank {
        /// The output.
        path: PathBuf,
        /// Dimensions of the array.
        rank: usize,
    },
    /// The system could not write it: a full disk is `ErrorKind::StorageFull`.
    #[error("{}: cannot be written: {cause}", path.display())]
    Io {
        /// The output.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl WriteError {
    pub(crate) fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io { path: path.to_owned(), cause }
    }
}

/// Bytes that are gathered from an array that does not lie in one piece, before they are written.
const GATHER: usize = 1 << 20;

/// Writes a tile as `root/grid_<lon>_<lat>/grid_<lon>_<lat>.npy` and `…_scales.npy`, as numpy would, and returns the
/// folder. `root` is made where it is not there.
///
/// Both files are written into a temporary folder beside it, fsynced, and appear together by one rename.
///
/// # Errors
/// Where the folder is there and is not to be replaced, or holds other files than the pair, or the system cannot write.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{Quantized, Scales};
/// use tessera_npy::{Existing, NpyHeader, write_tile};
///
/// # let dir = tempfile::tempdir()?;
/// # let root = dir.path();
/// let pixels = Quantized::new(Array3::zeros((1119, 211, 4)), Scales::Pixel(Array2::ones((1119, 211))))?;
/// let folder = write_tile(root, "grid_-99.95_80.05".parse()?, &pixels.view(), Existing::Refuse)?;
/// let header = NpyHeader::read(folder.join("grid_-99.95_80.05_scales.npy"))?;
/// assert_eq!((header.dtype(), header.shape()), ("<f4", &[1119, 211][..]));
/// assert!(write_tile(root, "grid_-99.95_80.05".parse()?, &pixels.view(), Existing::Refuse).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_tile(
    root: impl AsRef<Path>,
    id: TileId,
    pixels: &QuantizedView<'_>,
    existing: Existing,
) -> Result<PathBuf, WriteError> {
    let path = root.as_ref().join(id.to_string());
    let names = [format!("{id}.npy"), format!("{id}_scales.npy")];
    let [embeddings, scales] = &names;
    let folder = staging::Folder::begin(&path, existing, &names)?;
    folder.write(embeddings, |file| write_npy(file, pixels.data()))?;
    folder.write(scales, |file| match pixels.scales() {
        ScalesView::Pixel(scales) => write_npy(file, scales),
        ScalesView::Channel(scales) => write_npy(file, scales),
    })?;
    folder.finish()
}

/// Writes an array of any shape and layout as an NPY file in C order, as numpy would: values of a window, say.
///
/// It is written into a temporary file beside it, fsynced and renamed.
///
/// # Errors
/// Where the file is there and is not to be replaced, the array has more dimensions than a header has room for, or the
/// system cannot write.
///
/// ```
/// use ndarray::array;
/// use tessera_npy::{Existing, NpyHeader, write_array};
///
/// # let dir = tempfile::tempdir()?;
/// let path = dir.path().join("values.npy");
/// write_array(&path, array![[1.0_f32, 2.0], [3.0, 4.0]].t(), Existing::Refuse)?;
/// assert_eq!(std::fs::read(&path)?[128..], [1.0_f32, 3.0, 2.0, 4.0].map(f32::to_le_bytes).concat());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_array<T: Element, D: Dimension>(
    path: impl AsRef<Path>,
    array: ArrayView<'_, T, D>,
    existing: Existing,
) -> Result<(), WriteError> {
    let path = path.as_ref();
    if header_bytes(T::DTYPE, array.shape()).is_none() {
        return Err(WriteError::Rank { path: path.to_owned(), rank: array.ndim() });
    }
    staging::file(path, existing, |file| write_npy(file, array))
}

fn write_npy<T: Element, D: Dimension>(out: &mut impl Write, array: ArrayView<'_, T, D>) -> io::Result<()> {
    let header = header_bytes(T::DTYPE, array.shape()).ok_or(io::ErrorKind::InvalidInput)?;
    out.write_all(&header)?;
    if let Some(values) = array.as_slice() {
        return out.write_all(bytemuck::cast_slice(values));
    }
    let row: usize = array.shape()[1..].iter().product();
    let rows = (GATHER / size_of::<T>() / row.max(1)).max(1);
    let mut values: Vec<T> = Vec::with_capacity(rows.min(array.len_of(Axis(0))) * row);
    for block in array.axis_chunks_iter(Axis(0), rows) {
        values.clear();
        values.extend(block.iter());
        out.write_all(bytemuck::cast_slice(&values))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    /// A device that is full after some bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_as_such_and_leaves_nothing() {
        let array = Array2::<i8>::zeros((3, 1 << 20));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.npy");
        let part = array.slice(s![.., ..;2]);
        let written = staging::file(&path, Existing::Refuse, |_| write_npy(&mut Full(1 << 20), part));
        let Err(WriteError::Io { cause, .. }) = written else { panic!("{written:?}") };
        assert_eq!(cause.kind(), io::ErrorKind::StorageFull);

        let folder = staging::Folder::begin(&dir.path().join("tile"), Existing::Refuse, &[]).unwrap();
        folder.write("a.npy", |file| write_npy(file, part)).unwrap();
        assert!(folder.write("b.npy", |_| write_npy(&mut Full(99), part)).is_err());
        drop(folder);
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn empty_and_scalar_arrays_are_written() {
        for (array, len) in [(Array2::<f32>::zeros((0, 4)), 128), (Array2::zeros((4, 0)), 128)] {
            let mut out = Vec::new();
            write_npy(&mut out, array.t()).unwrap();
            assert_eq!(out.len(), len);
        }
        let mut out = Vec::new();
        write_npy(&mut out, ndarray::arr0(1.0_f32).view()).unwrap();
        assert!(String::from_utf8_lossy(&out).contains("'shape': ()"));
        assert_eq!(out[out.len() - 4..], 1.0_f32.to_le_bytes());
    }
}
