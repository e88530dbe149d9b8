//! Tiles and files for the tests.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array2, Array3};
use tempfile::TempDir;
use tessera_core::{Quantized, Scales, TileId, Year};
use tessera_npy::{Existing, write_tile};

/// The tile of the tests, whose computed shape is the next two numbers.
pub(crate) const NAME: &str = "grid_-99.95_80.05";
pub(crate) const ROWS: usize = 1119;
pub(crate) const COLS: usize = 211;

pub(crate) fn id() -> TileId {
    NAME.parse().unwrap()
}

pub(crate) fn year(number: u16) -> Year {
    Year::new(number).unwrap()
}

/// Pixels that all differ from their neighbours.
pub(crate) fn pixels(rows: usize, cols: usize, channels: usize) -> Quantized {
    let data = Array3::from_shape_fn((rows, cols, channels), |(r, c, k)| (r * 31 + c * 7 + k * 3) as i8);
    let scales = Array2::from_shape_fn((rows, cols), |(r, c)| ((r * 13 + c) % 97 + 1) as f32 / 1000.0);
    Quantized::new(data, Scales::Pixel(scales)).unwrap()
}

/// Writes the tile of the tests, with two channels, into `root`.
pub(crate) fn tile_in(root: &Path) -> PathBuf {
    write_tile(root, id(), &pixels(ROWS, COLS, 2).view(), Existing::Refuse).unwrap()
}

/// A tile folder in a temporary folder, and the two files.
pub(crate) struct Made {
    pub(crate) dir: TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) embeddings: PathBuf,
    pub(crate) scales: PathBuf,
}

pub(crate) fn made() -> Made {
    let dir = tempfile::tempdir().unwrap();
    let folder = tile_in(&dir.path().join("2024"));
    let (embeddings, scales) =
        (folder.join(format!("{NAME}.npy")), folder.join(format!("{NAME}_scales.npy")));
    Made { dir, folder, embeddings, scales }
}

/// An NPY file of version 1.0 with this header and so many bytes of data.
pub(crate) fn npy(dtype: &str, fortran: &str, shape: &str, data: usize) -> Vec<u8> {
    let text = format!("{{'descr': {dtype}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
    [&with_text(1, &text)[..], &vec![0; data]].concat()
}

/// The start of an NPY file whose header has this text.
pub(crate) fn with_text(major: u8, text: &str) -> Vec<u8> {
    let prefix = if major == 1 { 10 } else { 12 };
    let length = (prefix + text.len() + 1).next_multiple_of(64) - prefix;
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([major, 0]);
    match major {
        1 => bytes.extend((length as u16).to_le_bytes()),
        _ => bytes.extend((length as u32).to_le_bytes()),
    }
    let end = prefix + length - 1;
    bytes.extend(text.bytes());
    bytes.resize(end, b' ');
    bytes.push(b'\n');
    bytes
}

/// A file of the folder `tests/data`.
pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("{name}.npy"))
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Asserts that a message says all of this.
#[track_caller]
pub(crate) fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}
