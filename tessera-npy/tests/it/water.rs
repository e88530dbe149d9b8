//! Water from landmasks.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array2, Array3};
use proptest::prelude::*;
use tessera_core::{Archive, Channels, Quantized, Scales, ScalesView, Source, Window};
use tessera_npy::{
    ArchiveError, Existing, LandmaskError, LandmaskProblem, NpyArchive, NpyTile, TileError, TileNotice,
    write_tile,
};

use crate::landmask::{geo, write_mask};
use crate::support::{COLS, NAME, ROWS, assert_says, id, made, npy, pixels, tile_in, year};

/// The shape of the golden landmasks.
const SMALL: (usize, usize) = (40, 30);

/// A landmask of the folder `tests/data/masks`.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/masks").join(format!("{name}.tiff"))
}

/// Whether the golden landmasks say land, and the tests' own too.
fn land(row: usize, col: usize) -> bool {
    !(7 * row + 3 * col).is_multiple_of(5)
}

/// Scales of every kind: water and no data among valid ones.
fn scale(row: usize, col: usize) -> f32 {
    [f32::NAN, 0.05, f32::INFINITY, -1.0, 0.07, 3e38, f32::NAN][(row + 2 * col) % 7]
}

/// What becomes of a scale.
fn expected(scale: f32, land: Option<bool>) -> f32 {
    match land {
        Some(false) => f32::NAN,
        Some(true) if scale.is_nan() => f32::INFINITY,
        _ => scale,
    }
}

fn small() -> Quantized {
    let scales = Array2::from_shape_fn(SMALL, |(r, c)| scale(r, c));
    Quantized::new(Array3::from_elem((40, 30, 3), 7), Scales::Pixel(scales)).unwrap()
}

/// Opens the small tile with water from a landmask, as if that lay anywhere.
fn open_small(folder: &Path, mask: &Path) -> Result<NpyTile, TileError> {
    NpyTile::options().any_shape().landmask(mask).water_from_landmask().open(folder)
}

#[track_caller]
fn assert_scales(tile: &NpyTile, expected: impl Fn(usize, usize) -> f32) {
    let ScalesView::Pixel(scales) = tile.view().scales() else { panic!("one scale a pixel") };
    for ((row, col), scale) in scales.indexed_iter() {
        let expected = expected(row, col);
        assert!(
            *scale == expected || (scale.is_nan() && expected.is_nan()),
            "{row} {col}: {scale} {expected}"
        );
    }
}

#[test]
fn every_form_of_landmask_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let folder = write_tile(dir.path(), id(), &small().view(), Existing::Refuse).unwrap();
    for name in [
        "strips",
        "one_strip",
        "lzw",
        "deflate_tiles",
        "packbits",
        "uint16_big_endian",
        "int8",
        "int16",
        "uint32",
        "bigtiff_tiles",
        "white_is_zero",
    ] {
        let tile = open_small(&folder, &golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_scales(&tile, |row, col| expected(scale(row, col), Some(land(row, col))));
        assert!(!tile.notices().contains(&TileNotice::NoLandmask), "{name}");
    }
    // Without being asked for, it changes nothing.
    let tile = NpyTile::options().any_shape().landmask(golden("lzw")).open(&folder).unwrap();
    assert_scales(&tile, scale);
}

#[test]
fn landmasks_whose_pixels_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let folder = write_tile(dir.path(), id(), &small().view(), Existing::Refuse).unwrap();
    let open = |path: &Path| match open_small(&folder, path) {
        Err(TileError::Landmask(LandmaskError { problem, path: at, .. })) => {
            assert_eq!(at, path);
            let message = problem.to_string();
            (problem, message)
        }
        other => panic!("{}: {other:?}", path.display()),
    };
    for (name, says) in [("float32", "32 bits of IEEEFP"), ("bit", "1 bits"), ("two_bands", "num_samples: 2")]
    {
        let (problem, message) = open(&golden(name));
        assert!(matches!(problem, LandmaskProblem::Samples { .. }), "{message}");
        assert_says(&message, &[says, "expected one band of whole numbers of 8, 16 or 32 bits"]);
        // Where they lie is said all the same.
        assert!(NpyTile::options().any_shape().landmask(golden(name)).open(&folder).is_ok());
    }
    assert!(matches!(open(&golden("lzma")).0, LandmaskProblem::Tiff { .. }));
    let (problem, message) = open(&golden("sparse"));
    assert!(matches!(problem, LandmaskProblem::ShortBlock { block: 0, got: 0, .. }), "{message}");

    // Cut in its pixels, which stand after the directory.
    let path = dir.path().join("cut.tiff");
    let whole = fs::read(golden("strips")).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let (problem, message) = open(&path);
    assert!(matches!(problem, LandmaskProblem::Truncated { block: 5, .. }), "{message}");
    assert_says(&message, &["strip or tile 5 lies at bytes", "..1596, of 1595"]);
}

#[test]
fn pixels_beyond_the_edge_of_the_landmask_keep_what_their_scales_say() {
    let made = made();
    let path = made.dir.path().join("mask.tiff");
    for (rows, cols) in [(ROWS - 2, COLS - 1), (ROWS + 1, COLS + 2), (ROWS, COLS)] {
        let mask: Vec<u8> =
            (0..rows * cols).map(|at| if land(at / cols, at % cols) { 255 } else { 0 }).collect();
        write_mask(&path, geo(0.0, 0.0).shaped(rows, cols), &mask);
        let tile = NpyTile::options().landmask(&path).water_from_landmask().open(&made.folder).unwrap();
        let whole = pixels(ROWS, COLS, 2);
        let ScalesView::Pixel(scales) = whole.view().scales() else { panic!("one scale a pixel") };
        assert_scales(&tile, |row, col| {
            expected(scales[(row, col)], (row < rows && col < cols).then(|| land(row, col)))
        });
        // The embeddings are mapped as before, and given back.
        assert_eq!(tile.view().data(), whole.view().data());
        tile.release(0..ROWS);
        assert_eq!(tile.view().data(), whole.view().data());
        let window = Window::new(100, 50, 60, 40);
        let part = tile.read_window(window, &Channels::from(1..2)).unwrap();
        assert_eq!(part.view().scales().shape(), [60, 40]);
    }
    write_mask(&path, geo(0.0, 0.0).shaped(ROWS + 3, COLS), &[0; (ROWS + 3) * COLS]);
    let error = NpyTile::options().landmask(&path).water_from_landmask().open(&made.folder).unwrap_err();
    assert!(matches!(error, TileError::Shape { .. }), "{error}");
}

#[test]
fn scales_of_each_channel_and_converted_ones() {
    let dir = tempfile::tempdir().unwrap();
    let scales = Array3::from_shape_fn((40, 30, 3), |(r, c, k)| scale(r, c + k));
    let channels = Quantized::new(Array3::ones((40, 30, 3)), Scales::Channel(scales)).unwrap();
    let folder = write_tile(dir.path(), id(), &channels.view(), Existing::Refuse).unwrap();
    let tile = open_small(&folder, &golden("deflate_tiles")).unwrap();
    let ScalesView::Channel(scales) = tile.view().scales() else { panic!("one scale a channel") };
    for ((r, c, k), got) in scales.indexed_iter() {
        let expected = expected(scale(r, c + k), Some(land(r, c)));
        assert!(*got == expected || (got.is_nan() && expected.is_nan()), "{r} {c} {k}");
    }

    let doubles: Vec<u8> =
        (0..1200).flat_map(|at| f64::from(scale(at / 30, at % 30)).to_le_bytes()).collect();
    let header = npy("'<f8'", "False", "(40, 30)", 0);
    fs::write(folder.join(format!("{NAME}_scales.npy")), [header, doubles].concat()).unwrap();
    let tile = open_small(&folder, &golden("lzw")).unwrap();
    assert_scales(&tile, |row, col| expected(scale(row, col), Some(land(row, col))));
    let converted = |notice: &TileNotice| matches!(notice, TileNotice::ScalesConverted { .. });
    assert!(tile.notices().iter().any(converted));
}

#[test]
fn a_tile_without_a_landmask_is_reported() {
    let made = made();
    for options in [NpyTile::options(), NpyTile::options().landmask("nowhere.tiff").without_landmask()] {
        let tile = options.water_from_landmask().open(&made.folder).unwrap();
        assert!(tile.notices().contains(&TileNotice::NoLandmask));
        assert_eq!(tile.view().to_owned(), pixels(ROWS, COLS, 2));
    }
    assert_says(&TileNotice::NoLandmask.to_string(), &["no landmask", "water is what the scales say"]);
}

#[test]
fn an_archive_with_its_landmasks_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (root, masks) = (dir.path().join("tiles"), dir.path().join("masks"));
    tile_in(&root.join("2024"));
    fs::create_dir(&masks).unwrap();
    let options = NpyArchive::options().landmasks(&masks).water_from_landmasks();
    let open = || options.open(&root).unwrap().open_tile(id(), Some(year(2024))).unwrap().unwrap();
    assert!(open().notices().contains(&TileNotice::NoLandmask));

    // Where the folder has none, the places above the tile are searched as ever.
    let above = root.join("landmasks/v1").join(format!("{NAME}.tiff"));
    write_mask(&above, geo(0.0, 0.0), &[1; ROWS * COLS]);
    assert_eq!(open().landmask().unwrap().path(), above);
    // Two files of one size, written within one tick of the clock, would have one stamp.
    fs::File::options().write(true).open(&above).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let given = masks.join(format!("{NAME}.tiff"));
    write_mask(&given, geo(0.0, 0.0), &[0; ROWS * COLS]);
    let tile = open();
    assert_eq!(tile.landmask().unwrap().path(), given);
    assert_scales(&tile, |_, _| f32::NAN);

    // A stamp tells one from the other.
    let stamp = |options: tessera_npy::NpyArchiveOptions| {
        options.open(&root).unwrap().stamp(id(), year(2024)).unwrap().unwrap()
    };
    let with = stamp(options.clone());
    assert_eq!(stamp(options.clone()), with);
    assert_ne!(stamp(NpyArchive::options().landmasks(&masks)), with);
    assert_ne!(stamp(NpyArchive::options().water_from_landmasks()), with);
    assert_ne!(stamp(options.without_landmasks()), with);

    for path in [masks.join("nowhere"), given] {
        let error = NpyArchive::options().landmasks(&path).open(&root).unwrap_err();
        assert!(matches!(error, ArchiveError::Landmasks { .. }), "{error}");
        assert_says(&error.to_string(), &[&path.display().to_string(), "no folder of landmasks"]);
    }
}

#[test]
fn no_change_of_its_bytes_makes_it_panic() {
    let dir = tempfile::tempdir().unwrap();
    let folder = write_tile(dir.path(), id(), &small().view(), Existing::Refuse).unwrap();
    let path = dir.path().join("mask.tiff");
    let names =
        ["strips", "lzw", "deflate_tiles", "packbits", "uint16_big_endian", "bigtiff_tiles", "white_is_zero"];
    let masks = names.map(|name| fs::read(golden(name)).unwrap());
    // The directory stands at the beginning.
    let changes = prop::collection::vec((0..700_usize, any::<u8>()), 1..6);
    proptest!(|(mask in 0..masks.len(), changes in changes)| {
        let mut bytes = masks[mask].clone();
        let len = bytes.len();
        changes.iter().for_each(|(at, to)| bytes[at % len] = *to);
        fs::write(&path, bytes).unwrap();
        let _ = open_small(&folder, &path);
    });
}
