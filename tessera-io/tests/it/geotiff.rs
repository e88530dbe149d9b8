//! What is written is read.

use std::fs;

use ndarray::{Array3, s};
use proptest::prelude::*;
use tessera_io::{Compression, GeoTiffOptions, GeoTiffWriter};
use tiff::tags::Tag;

use crate::support::{assert_same, names, open, pixels, read_levels, shorts, spec, write};

/// What an overview of this shape shows: for each of its pixels the one of the full resolution that its centre lies in.
fn overview(full: &Array3<f32>, (rows, cols): (usize, usize)) -> Array3<f32> {
    let (full_rows, full_cols, bands) = full.dim();
    let nearest =
        |i: usize, part: usize, full: usize| ((i as f64 + 0.5) * full as f64 / part as f64).floor() as usize;
    Array3::from_shape_fn((rows, cols, bands), |(r, c, b)| {
        full[(nearest(r, rows, full_rows), nearest(c, cols, full_cols), b)]
    })
}

#[test]
fn every_pixel_comes_back_in_every_level() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = pixels(333, 211, 5);
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
            assert_same(&levels[0], &pixels);
            for (level, shape) in levels[1..].iter().zip([(167, 106), (84, 53), (42, 27)]) {
                assert_same(level, &overview(&pixels, shape));
            }
            assert_eq!(levels.len(), 4);
        }
    }
}

#[test]
fn bytes_do_not_depend_on_how_rows_come_or_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = pixels(150, 90, 7);
    let options = GeoTiffOptions::default().tile_edge(32).overwrite(true);
    let path = folder.path().join("a.tif");
    let mut bytes = Vec::new();
    for at_once in [1, 31, 32, 150] {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| write(&path, pixels.view(), &options, at_once));
            bytes.push(fs::read(&path).unwrap());
        }
    }
    // The same pixels, each row and each pixel the other way round in memory.
    let turned = Array3::from_shape_fn((7, 90, 150), |(b, c, r)| pixels[(149 - r, c, b)]);
    let turned = turned.view().reversed_axes();
    write(&path, turned.slice(s![..;-1, .., ..]), &options, 40);
    bytes.push(fs::read(&path).unwrap());
    assert!(bytes.iter().all(|one| *one == bytes[0]));
    assert_eq!(names(folder.path()), ["a.tif"]);
}

#[test]
fn tags_say_where_and_what() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let mut spec = spec(3, 2, 3);
    spec.epsg = 4326;
    spec.transform = [0.0002, 0.0, 5.5, 0.0, -0.0001, 52.25];
    let mut writer = GeoTiffWriter::create(&path, spec, &GeoTiffOptions::default()).unwrap();
    assert_eq!(writer.tile_edge(), 256);
    writer.write_rows(pixels(3, 2, 3).view()).unwrap();
    assert_eq!(writer.finish().unwrap().overviews, 0);

    let mut tiff = open(&path);
    assert_eq!(tiff.get_tag_f64_vec(Tag::ModelPixelScaleTag).unwrap(), [0.0002, 0.0001, 0.0]);
    assert_eq!(tiff.get_tag_f64_vec(Tag::ModelTiepointTag).unwrap(), [0.0, 0.0, 0.0, 5.5, 52.25, 0.0]);
    let keys = shorts(&mut tiff, Tag::GeoKeyDirectoryTag);
    assert_eq!(keys, [1, 1, 1, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326, 2054, 0, 1, 9102]);
    assert_eq!(tiff.get_tag_ascii_string(Tag::GdalNodata).unwrap(), "nan");
    let metadata = tiff.get_tag_ascii_string(Tag::Unknown(42112)).unwrap();
    assert!(metadata.contains("<Item name=\"year\">2024</Item>"), "{metadata}");
    assert!(metadata.contains("sample=\"2\" role=\"description\">band_2</Item>"), "{metadata}");
    assert_eq!(shorts(&mut tiff, Tag::SampleFormat), [3, 3, 3]);
    assert_eq!(shorts(&mut tiff, Tag::BitsPerSample), [32, 32, 32]);
    assert_eq!(shorts(&mut tiff, Tag::ExtraSamples), [0, 0]);
    assert_eq!(shorts(&mut tiff, Tag::PlanarConfiguration), [2]);
    assert_eq!(shorts(&mut tiff, Tag::Predictor), [3]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_shape_and_any_bits(
        rows in 1..70_usize,
        cols in 1..70_usize,
        bands in 1..5_usize,
        edge in prop::sample::select(vec![16_usize, 32, 48]),
        at_once in 1..80_usize,
        overviews: bool,
        seed: u32,
    ) {
        let pixels = Array3::from_shape_fn((rows, cols, bands), |(r, c, b)| {
            f32::from_bits(seed.wrapping_add((r * 5000 + c * 70 + b) as u32).wrapping_mul(0x9E37_79B9))
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        let options = GeoTiffOptions::default().tile_edge(edge).overviews(overviews);
        let report = write(&path, pixels.view(), &options, at_once);
        let levels = read_levels(&path);
        prop_assert_eq!(levels.len(), report.overviews + 1);
        assert_same(&levels[0], &pixels);
        for level in &levels[1..] {
            let (rows, cols, _) = level.dim();
            assert_same(level, &overview(&pixels, (rows, cols)));
        }
        let (last_rows, last_cols, _) = levels[levels.len() - 1].dim();
        prop_assert!(!overviews || last_rows.max(last_cols) <= edge);
    }
}
