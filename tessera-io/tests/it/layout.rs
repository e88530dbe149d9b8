//! Where things stand in the file: what makes a GeoTIFF cloud optimized, as GDAL's validator checks it.

use std::fs;
use std::path::Path;

use ndarray::Array3;
use tessera_io::GeoTiffOptions;
use tiff::tags::Tag;

use crate::support::{open, pixels, write};

/// What is told of one level.
struct Level {
    directory: u64,
    overview: bool,
    tiles: Vec<(u64, u64)>,
}

fn layout(path: &Path) -> Vec<Level> {
    let mut tiff = open(path);
    let mut levels = Vec::new();
    loop {
        let offsets = tiff.get_tag_u64_vec(Tag::TileOffsets).unwrap();
        let lengths = tiff.get_tag_u64_vec(Tag::TileByteCounts).unwrap();
        levels.push(Level {
            directory: tiff.ifd_pointer().unwrap().0,
            overview: tiff.get_tag_u32(Tag::NewSubfileType).unwrap() == 1,
            tiles: offsets.into_iter().zip(lengths).collect(),
        });
        if !tiff.more_images() {
            return levels;
        }
        tiff.next_image().unwrap();
    }
}

#[test]
fn directories_come_first_and_overviews_before_what_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    write(&path, pixels(300, 200, 6).view(), &GeoTiffOptions::default().tile_edge(32), 64);
    let levels = layout(&path);
    assert_eq!(levels.len(), 5);
    assert_eq!(
        levels.iter().map(|level| level.overview).collect::<Vec<_>>(),
        [false, true, true, true, true]
    );
    // The full resolution's directory follows the header, those of the overviews that, the tiles all of them.
    assert_eq!(levels[0].directory, 8);
    assert!(levels.is_sorted_by(|a, b| a.directory < b.directory && a.directory % 2 == 0));
    assert!(levels[4].directory < levels[4].tiles[0].0);
    // The smallest overview first, the full resolution last, and of each its tiles by bands, one right after another.
    let tiles: Vec<(u64, u64)> = levels.iter().rev().flat_map(|level| level.tiles.clone()).collect();
    assert!(tiles.windows(2).all(|pair| pair[0].0 + pair[0].1 == pair[1].0));
    let (last, length) = tiles[tiles.len() - 1];
    assert_eq!(last + length, fs::metadata(&path).unwrap().len());
    assert_eq!(levels[0].tiles.len(), 10 * 7 * 6);
}

#[test]
fn tiles_without_data_cost_next_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let none = Array3::from_elem((512, 512, 4), f32::NAN);
    let report = write(&path, none.view(), &GeoTiffOptions::default(), 512);
    assert!(report.bytes < 512 * 512 * 4 * 4 / 100, "{report:?}");
}
