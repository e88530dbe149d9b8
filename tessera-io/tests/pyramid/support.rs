//! Pictures and folders for the tests.

use std::fs;
use std::path::{Path, PathBuf};

use tessera_core::{PyramidChunk, PyramidStore, Region};
use tessera_io::{MapTiles, MapTilesInfo};

/// Bytes of the pixels of a map tile.
pub(crate) const BYTES: usize = 4 * 256 * 256;

/// Pixels that differ from map tile to map tile, some of them transparent.
pub(crate) fn noise(seed: u32) -> Vec<u8> {
    let pixel = |at: u32| {
        let hash = (at ^ seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(2_654_435_761).to_le_bytes();
        [hash[3], hash[2], hash[1], if at.is_multiple_of(7) { 0 } else { 255 }]
    };
    (0..BYTES as u32 / 4).flat_map(pixel).collect()
}

/// Pixels of one colour.
pub(crate) fn plain(colour: [u8; 4]) -> Vec<u8> {
    colour.repeat(BYTES / 4)
}

pub(crate) fn info() -> MapTilesInfo {
    let mut info = MapTilesInfo::new("TESSERA 2024");
    info.attribution = "© University of Cambridge".to_owned();
    info.bounds = Region::new(0.0, 51.5, 1.0, 52.5).unwrap();
    info.tessera.insert("year".to_owned(), 2024.into());
    info
}

/// The chunk of a map tile, where the grid ends at zoom 14.
pub(crate) fn chunk(z: u8, x: u32, y: u32) -> PyramidChunk {
    PyramidChunk::new(14 - z, y, x)
}

/// A map of the zooms 0 to 3 with map tiles at these places, which are not in the order of the archive.
pub(crate) const PLACES: [(u8, u32, u32); 7] =
    [(3, 7, 7), (0, 0, 0), (3, 0, 0), (2, 3, 0), (1, 1, 1), (3, 1, 0), (1, 0, 0)];

pub(crate) fn sample(folder: &Path) -> MapTiles {
    let map = MapTiles::create(folder, 0..=3, &info()).unwrap().sync(false);
    for (seed, (z, x, y)) in (0..).zip(PLACES) {
        map.write_chunk(chunk(z, x, y), &noise(seed)).unwrap();
    }
    map
}

/// The files below a folder, relative to it, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
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
