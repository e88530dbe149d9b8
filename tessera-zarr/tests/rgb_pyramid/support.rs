//! Pictures, attributes and files for the tests.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore, Year};
use tessera_zarr::{PyramidAttributes, RgbPyramid};

pub(crate) const BYTES: usize = 512 * 512 * 4;

pub(crate) fn grid(levels: u8) -> PyramidGrid {
    PyramidGrid::lon_lat(levels).unwrap()
}

pub(crate) fn attributes() -> PyramidAttributes {
    let mut attributes = PyramidAttributes::new("TESSERA 2024, three components");
    attributes.year = Some(Year::new(2024).unwrap());
    attributes.extra.insert("dataset".to_owned(), json!("v1"));
    attributes
}

/// Pixels that differ from chunk to chunk, some of them transparent.
pub(crate) fn noise(seed: u32) -> Vec<u8> {
    let pixel = |at: u32| {
        let hash = (at ^ seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(2_654_435_761).to_le_bytes();
        [hash[3], hash[2], hash[1], if at.is_multiple_of(7) { 0 } else { 255 }]
    };
    (0..BYTES as u32 / 4).flat_map(pixel).collect()
}

pub(crate) fn document(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

pub(crate) fn read(pyramid: &RgbPyramid, chunk: PyramidChunk) -> Option<Vec<u8>> {
    let mut out = vec![9; 11];
    let there = pyramid.read_chunk(chunk, &mut out).unwrap();
    assert!(there || out.is_empty());
    there.then_some(out)
}

/// The files below a folder, relative to it, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}
