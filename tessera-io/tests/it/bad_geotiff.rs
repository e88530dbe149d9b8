//! What is refused, and that nothing stays of it.

use std::fs;

use ndarray::s;
use tessera_io::{GeoTiffError, GeoTiffOptions, GeoTiffSpec, GeoTiffWriter, OutputError};

use crate::support::{names, pixels, read_levels, spec, write};

#[test]
fn rows_that_do_not_fit_are_refused_and_the_rest_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let pixels = pixels(20, 10, 3);
    let mut writer = GeoTiffWriter::create(&path, spec(20, 10, 3), &GeoTiffOptions::default()).unwrap();
    for wrong in [s![..4, ..9, ..], s![..4, .., ..2]] {
        let error = writer.write_rows(pixels.slice(wrong)).unwrap_err();
        assert!(matches!(error, GeoTiffError::Shape { expected: (10, 3), .. }), "{error}");
    }
    writer.write_rows(pixels.slice(s![..15, .., ..])).unwrap();
    let error = writer.write_rows(pixels.slice(s![..6, .., ..])).unwrap_err();
    assert!(matches!(error, GeoTiffError::Rows { got: 21, expected: 20, .. }), "{error}");
    assert!(error.to_string().contains("a.tif"), "{error}");
    writer.write_rows(pixels.slice(s![..0, .., ..])).unwrap();
    writer.write_rows(pixels.slice(s![15.., .., ..])).unwrap();
    writer.finish().unwrap();
    crate::support::assert_same(&read_levels(&path)[0], &pixels);
}

#[test]
fn a_file_that_lacks_rows_does_not_appear() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let mut writer = GeoTiffWriter::create(&path, spec(20, 10, 3), &GeoTiffOptions::default()).unwrap();
    writer.write_rows(pixels(19, 10, 3).view()).unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, GeoTiffError::Rows { got: 19, expected: 20, .. }), "{error}");
    let writer = GeoTiffWriter::create(&path, spec(20, 10, 3), &GeoTiffOptions::default()).unwrap();
    drop(writer);
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn nothing_is_overwritten_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    fs::write(&path, "mine").unwrap();
    let create = |options: &GeoTiffOptions| GeoTiffWriter::create(&path, spec(4, 4, 1), options);
    let error = create(&GeoTiffOptions::default()).unwrap_err();
    assert!(matches!(error, GeoTiffError::Output(OutputError::Exists { .. })), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    write(&path, pixels(4, 4, 1).view(), &GeoTiffOptions::default().overwrite(true), 4);
    assert_eq!(read_levels(&path).len(), 1);
    assert_eq!(names(folder.path()), ["a.tif"]);
    let nowhere = folder.path().join("no/a.tif");
    let error = GeoTiffWriter::create(&nowhere, spec(4, 4, 1), &GeoTiffOptions::default()).unwrap_err();
    assert!(matches!(error, GeoTiffError::Output(OutputError::Io { .. })), "{error}");
}

#[test]
fn what_no_geotiff_can_be_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let create = |spec: GeoTiffSpec, options: GeoTiffOptions| {
        GeoTiffWriter::create(folder.path().join("a.tif"), spec, &options).unwrap_err()
    };
    let options = GeoTiffOptions::default();
    for edge in [0, 8, 100, 4112] {
        let error = create(spec(4, 4, 1), options.clone().tile_edge(edge));
        assert!(matches!(error, GeoTiffError::TileEdge { got } if got == edge), "{error}");
    }
    // 2³¹ columns of 128 bands: nothing of it is allocated.
    let huge = spec(i32::MAX as usize, i32::MAX as usize, 128);
    let error = create(huge.clone(), options.clone());
    assert!(matches!(error, GeoTiffError::Memory { .. }), "{error}");
    let error = create(spec(i32::MAX as usize, 100_000, 128), options.clone().tile_edge(16).overviews(false));
    assert!(matches!(error, GeoTiffError::Tiles { edge: 16, .. }), "{error}");
    let error = create(GeoTiffSpec { epsg: 2154, ..spec(4, 4, 1) }, options.clone());
    assert!(error.to_string().contains("EPSG:2154"), "{error}");
    assert!(matches!(create(spec(0, 4, 1), options), GeoTiffError::Size { .. }));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn tiles_shrink_to_the_memory_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let pixels = pixels(100, 300, 2);
    let options = GeoTiffOptions::default().overviews(false);
    // 304 columns of tiles of 16.
    let least = 304 * 16 * 2 * 4;
    let report = write(&path, pixels.view(), &options.clone().memory(least), 100);
    assert_eq!(report.tile_edge, 16);
    crate::support::assert_same(&read_levels(&path)[0], &pixels);
    let error = GeoTiffWriter::create(&path, spec(100, 300, 2), &options.memory(least - 1).overwrite(true))
        .unwrap_err();
    assert!(matches!(error, GeoTiffError::Memory { needed, .. } if needed == least), "{error}");
}
