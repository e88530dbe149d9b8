//! Pixels, files and their readers for the tests.

use std::fs::{self, File};
use std::path::Path;

use ndarray::{Array3, ArrayView3, s};
use tessera_io::{GeoTiffOptions, GeoTiffReport, GeoTiffSpec, GeoTiffWriter};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

/// Pixels that all differ, with NaN here and there.
pub(crate) fn pixels(rows: usize, cols: usize, bands: usize) -> Array3<f32> {
    Array3::from_shape_fn((rows, cols, bands), |(r, c, b)| {
        if (r * 7 + c * 3) % 31 == 0 { f32::NAN } else { (r * cols + c) as f32 * 0.01 - b as f32 }
    })
}

pub(crate) fn spec(rows: usize, cols: usize, bands: usize) -> GeoTiffSpec {
    GeoTiffSpec {
        epsg: 32631,
        transform: [10.0, 0.0, 300_930.0, 0.0, -10.0, 5_776_130.0],
        rows,
        cols,
        bands: (0..bands).map(|band| format!("band_{band}")).collect(),
        metadata: vec![("year".to_owned(), "2024".to_owned())],
    }
}

/// Writes pixels, so many rows at a time.
pub(crate) fn write(
    path: &Path,
    pixels: ArrayView3<'_, f32>,
    options: &GeoTiffOptions,
    at_once: usize,
) -> GeoTiffReport {
    let (rows, cols, bands) = pixels.dim();
    let mut writer = GeoTiffWriter::create(path, spec(rows, cols, bands), options).unwrap();
    for first in (0..rows).step_by(at_once) {
        writer.write_rows(pixels.slice(s![first..rows.min(first + at_once), .., ..])).unwrap();
        assert_eq!(writer.rows_written(), rows.min(first + at_once));
    }
    writer.finish().unwrap()
}

pub(crate) fn open(path: &Path) -> Decoder<File> {
    Decoder::new(File::open(path).unwrap()).unwrap().with_limits(Limits::unlimited())
}

pub(crate) fn shorts(decoder: &mut Decoder<File>, tag: Tag) -> Vec<u16> {
    decoder.get_tag_u16_vec(tag).unwrap()
}

/// Reads the level that the decoder is at.
pub(crate) fn read_level(decoder: &mut Decoder<File>) -> Array3<f32> {
    let (cols, rows) = decoder.dimensions().unwrap();
    let (cols, rows) = (cols as usize, rows as usize);
    let bands = usize::from(decoder.get_tag_u16_vec(Tag::SamplesPerPixel).unwrap()[0]);
    let edge = decoder.get_tag_u32(Tag::TileWidth).unwrap() as usize;
    let (across, down) = (cols.div_ceil(edge), rows.div_ceil(edge));
    let mut pixels = Array3::zeros((rows, cols, bands));
    for band in 0..bands {
        for y in 0..down {
            for x in 0..across {
                let index = ((band * down + y) * across + x) as u32;
                let DecodingResult::F32(tile) = decoder.read_chunk(index).unwrap() else {
                    panic!("not float32")
                };
                // The reader cuts what lies beyond the last column, and beyond the last row of the first band only.
                let width = decoder.chunk_data_dimensions(index).0 as usize;
                for (at, value) in tile.into_iter().enumerate() {
                    let (row, col) = (y * edge + at / width, x * edge + at % width);
                    if row < rows {
                        pixels[(row, col, band)] = value;
                    }
                }
            }
        }
    }
    pixels
}

/// All levels of a file, the full resolution first.
pub(crate) fn read_levels(path: &Path) -> Vec<Array3<f32>> {
    let mut decoder = open(path);
    let mut levels = vec![read_level(&mut decoder)];
    while decoder.more_images() {
        decoder.next_image().unwrap();
        levels.push(read_level(&mut decoder));
    }
    levels
}

/// Whether two arrays have the same bits, NaN included.
#[track_caller]
pub(crate) fn assert_same(got: &Array3<f32>, expected: &Array3<f32>) {
    assert_eq!(got.dim(), expected.dim());
    let differ =
        got.indexed_iter().zip(expected).find(|((_, got), expected)| got.to_bits() != expected.to_bits());
    assert!(differ.is_none(), "{differ:?}");
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
