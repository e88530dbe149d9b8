//! An NPY file, row by row.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bytemuck::Pod;

/// An NPY file in C order whose values come one after another.
pub(super) struct NpyFile {
    out: BufWriter<File>,
    path: PathBuf,
    missing: u64,
}

/// The number types that are written, as numpy spells them in the byte order of this machine.
pub(super) trait Number: Pod {
    const DTYPE: &str;
}

impl Number for i8 {
    const DTYPE: &str = "|i1";
}

impl Number for f32 {
    const DTYPE: &str = if cfg!(target_endian = "little") { "<f4" } else { ">f4" };
}

impl Number for u32 {
    const DTYPE: &str = if cfg!(target_endian = "little") { "<u4" } else { ">u4" };
}

impl NpyFile {
    /// Begins an array of this shape, in a file that is not there yet.
    pub(super) fn create<T: Number>(path: &Path, shape: &[usize]) -> Result<Self> {
        let failed = || format!("cannot write {}", path.display());
        let mut out = BufWriter::with_capacity(1 << 20, File::create_new(path).with_context(failed)?);
        out.write_all(&header(T::DTYPE, shape)).with_context(failed)?;
        let count = shape.iter().try_fold(size_of::<T>() as u64, |all, side| all.checked_mul(*side as u64));
        Ok(Self { out, path: path.to_owned(), missing: count.context("an array of more than 16 EiB")? })
    }

    /// Writes the next values.
    pub(super) fn append<T: Number>(&mut self, values: &[T]) -> Result<()> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let left = self.missing.checked_sub(bytes.len() as u64);
        self.missing =
            left.with_context(|| format!("{}: more values than its shape has", self.path.display()))?;
        self.out.write_all(bytes).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Brings the file to disk; returns its bytes.
    pub(super) fn finish(self) -> Result<u64> {
        let Self { out, path, missing } = self;
        ensure!(missing == 0, "{}: {missing} bytes fewer than its shape has", path.display());
        let flushed = out.into_inner().map_err(std::io::IntoInnerError::into_error);
        let written = flushed.and_then(|file| {
            file.sync_all()?;
            Ok(file.metadata()?.len())
        });
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The header as `numpy.save` writes it: version 1.0, room for the first dimension to grow, padded so that the values begin
/// at a multiple of 64 (`numpy/lib/format.py`).
fn header(dtype: &str, shape: &[usize]) -> Vec<u8> {
    const PREFIX: usize = 10;
    const GROWTH_DIGITS: usize = 21;
    let sides: Vec<_> = shape.iter().map(usize::to_string).collect();
    let growth = sides.first().map_or(0, |first| GROWTH_DIGITS.saturating_sub(first.len()));
    let sides = sides.join(", ");
    let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({sides}), }}{:growth$}", "");
    // At most three dimensions, so the length always fits.
    let length = (PREFIX + text.len() + 1).next_multiple_of(64) - PREFIX;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.resize(PREFIX + length - 1, b' ');
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use tessera_npy::{Existing, write_array};

    #[test]
    fn the_same_file_as_in_one_piece() {
        let dir = tempfile::tempdir().unwrap();
        let array = Array3::from_shape_fn((5, 3, 2), |(r, c, k)| (r * 6 + c * 2 + k) as f32);
        let (whole, parts) = (dir.path().join("a.npy"), dir.path().join("b.npy"));
        write_array(&whole, array.view(), Existing::Refuse).unwrap();
        let mut file = NpyFile::create::<f32>(&parts, &[5, 3, 2]).unwrap();
        for row in array.outer_iter() {
            file.append(row.as_slice().unwrap()).unwrap();
        }
        let bytes = file.finish().unwrap();
        assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(&parts).unwrap());
        assert_eq!(bytes, whole.metadata().unwrap().len());
    }

    #[test]
    fn too_few_and_too_many_values_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = NpyFile::create::<u32>(&dir.path().join("a.npy"), &[2, 2]).unwrap();
        file.append(&[1_u32, 2, 3]).unwrap();
        assert!(file.append(&[1_u32, 2]).is_err());
        assert!(file.finish().is_err());
    }
}
