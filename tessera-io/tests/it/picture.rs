//! Pictures as GeoTIFFs: what is written is read.

use std::fs;
use std::path::Path;

use ndarray::{Array3, ArrayView3, s};
use tessera_core::{Crs, RasterGrid};
use tessera_io::{
    Compression, GeoTiffError, GeoTiffOptions, GeoTiffPictureWriter, GeoTiffReport, GeoTiffSpec,
};
use tiff::decoder::DecodingResult;
use tiff::tags::Tag;

use crate::support::{names, open, shorts};

/// Colours that differ, with transparent pixels here and there.
fn picture(rows: usize, cols: usize) -> Array3<u8> {
    Array3::from_shape_fn((rows, cols, 4), |(r, c, k)| {
        let hole = (r / 3 + c / 5) % 4 == 0;
        if hole {
            0
        } else if k == 3 {
            255
        } else {
            (r * 3 + c * 7 + k * 90) as u8
        }
    })
}

fn spec(rows: usize, cols: usize) -> GeoTiffSpec {
    let grid = RasterGrid::new(Crs::WebMercator, (-1000.0, 6_800_000.0), (10.0, 20.0), rows, cols).unwrap();
    GeoTiffSpec::of_picture(&grid)
}

fn write(path: &Path, pixels: ArrayView3<'_, u8>, options: &GeoTiffOptions, at_once: usize) -> GeoTiffReport {
    let (rows, cols, _) = pixels.dim();
    let mut writer = GeoTiffPictureWriter::create(path, spec(rows, cols), options).unwrap();
    for first in (0..rows).step_by(at_once) {
        writer.write_rows(pixels.slice(s![first..rows.min(first + at_once), .., ..])).unwrap();
    }
    assert_eq!(writer.rows_written(), rows);
    writer.finish().unwrap()
}

fn read_levels(path: &Path) -> Vec<Array3<u8>> {
    let mut tiff = open(path);
    let mut levels = Vec::new();
    loop {
        let (cols, rows) = tiff.dimensions().unwrap();
        let (cols, rows) = (cols as usize, rows as usize);
        let edge = tiff.get_tag_u32(Tag::TileWidth).unwrap() as usize;
        let mut pixels = Array3::zeros((rows, cols, 4));
        for index in 0..rows.div_ceil(edge) * cols.div_ceil(edge) {
            let DecodingResult::U8(tile) = tiff.read_chunk(index as u32).unwrap() else {
                panic!("not bytes")
            };
            let width = tiff.chunk_data_dimensions(index as u32).0 as usize;
            let (top, left) = (index / cols.div_ceil(edge) * edge, index % cols.div_ceil(edge) * edge);
            for (at, colour) in tile.chunks(4).enumerate().filter(|(at, _)| top + at / width < rows) {
                for (k, value) in colour.iter().enumerate() {
                    pixels[(top + at / width, left + at % width, k)] = *value;
                }
            }
        }
        levels.push(pixels);
        if !tiff.more_images() {
            return levels;
        }
        tiff.next_image().unwrap();
    }
}

/// The means of two by two pixels, colours by their alpha, in float64.
fn halved(full: &Array3<u8>) -> Array3<u8> {
    let (rows, cols, _) = full.dim();
    Array3::from_shape_fn((rows.div_ceil(2), cols.div_ceil(2), 4), |(r, c, k)| {
        let part = full.slice(s![2 * r..rows.min(2 * r + 2), 2 * c..cols.min(2 * c + 2), ..]);
        let pixels: Vec<_> = part.rows().into_iter().map(|pixel| pixel.mapv(f64::from)).collect();
        let alphas: f64 = pixels.iter().map(|pixel| pixel[3]).sum();
        if k == 3 {
            return (alphas / pixels.len() as f64).round() as u8;
        }
        let sum: f64 = pixels.iter().map(|pixel| pixel[k] * pixel[3]).sum();
        if alphas == 0.0 { 0 } else { (sum / alphas).round() as u8 }
    })
}

#[test]
fn every_pixel_comes_back_and_overviews_are_means() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = picture(333, 211);
    for (number, compression) in
        [Compression::None, Compression::Deflate, Compression::Zstd].into_iter().enumerate()
    {
        for predictor in [false, true] {
            let path = folder.path().join(format!("{number}{predictor}.tif"));
            let options =
                GeoTiffOptions::default().tile_edge(64).compression(compression).predictor(predictor);
            let report = write(&path, pixels.view(), &options, 100);
            assert_eq!((report.tile_edge, report.overviews, report.big), (64, 3, false));
            assert_eq!(report.bytes, fs::metadata(&path).unwrap().len());
            let levels = read_levels(&path);
            assert_eq!(levels[0], pixels);
            assert_eq!(levels.len(), 4);
            for pair in levels.windows(2) {
                assert_eq!(pair[1], halved(&pair[0]));
            }
        }
    }
}

#[test]
fn bytes_do_not_depend_on_how_rows_come_or_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let (pixels, path) = (picture(150, 91), folder.path().join("a.tif"));
    let options = GeoTiffOptions::default().tile_edge(32).overwrite(true);
    let mut bytes = Vec::new();
    for at_once in [1, 3, 31, 150] {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| write(&path, pixels.view(), &options, at_once));
            bytes.push(fs::read(&path).unwrap());
        }
    }
    // The other way round in memory.
    let turned = Array3::from_shape_fn((4, 91, 150), |(k, c, r)| pixels[(r, c, k)]);
    write(&path, turned.view().reversed_axes(), &options, 40);
    bytes.push(fs::read(&path).unwrap());
    assert!(bytes.iter().all(|one| *one == bytes[0]));
}

#[test]
fn tags_say_that_it_is_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    write(&path, picture(300, 20).view(), &GeoTiffOptions::default(), 300);
    let mut tiff = open(&path);
    assert_eq!(tiff.colortype().unwrap(), tiff::ColorType::RGBA(8));
    for level in 0..2 {
        assert_eq!(shorts(&mut tiff, Tag::BitsPerSample), [8, 8, 8, 8]);
        assert_eq!(shorts(&mut tiff, Tag::SampleFormat), [1, 1, 1, 1]);
        assert_eq!(shorts(&mut tiff, Tag::PhotometricInterpretation), [2]);
        assert_eq!(shorts(&mut tiff, Tag::ExtraSamples), [2]);
        assert_eq!(shorts(&mut tiff, Tag::PlanarConfiguration), [1]);
        assert_eq!(shorts(&mut tiff, Tag::Predictor), [2]);
        assert!(tiff.get_tag(Tag::GdalNodata).is_err());
        if level == 0 {
            assert_eq!(tiff.get_tag_f64_vec(Tag::ModelPixelScaleTag).unwrap(), [10.0, 20.0, 0.0]);
            let metadata = tiff.get_tag_ascii_string(Tag::Unknown(42112)).unwrap();
            assert!(metadata.contains("sample=\"3\" role=\"description\">alpha</Item>"), "{metadata}");
            tiff.next_image().unwrap();
        }
    }
}

#[test]
fn what_is_no_picture_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let options = GeoTiffOptions::default();
    let mut three = spec(5, 6);
    three.bands.pop();
    let error = GeoTiffPictureWriter::create(&path, three, &options).unwrap_err();
    assert!(matches!(error, GeoTiffError::Colours { got: 3 }), "{error}");
    let mut writer = GeoTiffPictureWriter::create(&path, spec(5, 6), &options).unwrap();
    let pixels = picture(9, 9);
    for wrong in [s![..2, ..5, ..], s![..2, ..6, ..3], s![..6, ..6, ..]] {
        assert!(writer.write_rows(pixels.slice(wrong)).is_err());
    }
    writer.write_rows(pixels.slice(s![..4, ..6, ..])).unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, GeoTiffError::Rows { got: 4, expected: 5, .. }), "{error}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}
