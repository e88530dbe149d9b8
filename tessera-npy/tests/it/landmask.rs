//! Landmasks.

use std::fs::{self, File};
use std::path::Path;

use proptest::prelude::*;
use tessera_core::{DatasetVersion, PixelGrid, Source, UtmZone};
use tessera_npy::{Landmask, LandmaskProblem, NpyArchive, NpyTile, TileError, TileNotice};
use tiff::encoder::{TiffEncoder, colortype::Gray8};
use tiff::tags::Tag;

use crate::support::{COLS, NAME, ROWS, assert_says, id, made, tile_in, year};

/// What a GeoTIFF says.
#[derive(Clone, Copy)]
pub(crate) struct Geo {
    rows: usize,
    cols: usize,
    size: Option<[f64; 3]>,
    tie: Option<[f64; 6]>,
    matrix: Option<[f64; 16]>,
    keys: Option<[u16; 12]>,
}

impl Geo {
    pub(crate) fn shaped(self, rows: usize, cols: usize) -> Self {
        Self { rows, cols, ..self }
    }
}

fn keys(raster: u16, code: u16) -> Option<[u16; 12]> {
    Some([1, 1, 0, 2, 1025, 0, 1, raster, 3072, 0, 1, code])
}

/// The landmask of the tile of the tests, shifted by metres.
pub(crate) fn geo(east: f64, north: f64) -> Geo {
    let tie = [0.0, 0.0, 0.0, 480_610.0 + east, 8_892_920.0 + north, 0.0];
    Geo {
        rows: ROWS,
        cols: COLS,
        size: Some([10.0, 10.0, 0.0]),
        tie: Some(tie),
        matrix: None,
        keys: keys(1, 32614),
    }
}

fn write(path: &Path, geo: Geo) {
    write_mask(path, geo, &vec![1; geo.rows * geo.cols]);
}

/// Writes a landmask with these pixels.
pub(crate) fn write_mask(path: &Path, geo: Geo, pixels: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut tiff = TiffEncoder::new(File::create(path).unwrap()).unwrap();
    let mut image = tiff.new_image::<Gray8>(geo.cols as u32, geo.rows as u32).unwrap();
    let tags = image.encoder();
    for (tag, values) in [
        (Tag::ModelPixelScaleTag, geo.size.map(|v| v.to_vec())),
        (Tag::ModelTiepointTag, geo.tie.map(|v| v.to_vec())),
        (Tag::ModelTransformationTag, geo.matrix.map(|v| v.to_vec())),
    ] {
        if let Some(values) = values {
            tags.write_tag(tag, &values[..]).unwrap();
        }
    }
    if let Some(keys) = geo.keys {
        tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).unwrap();
    }
    image.write_data(pixels).unwrap();
}

fn read(geo: Geo) -> Result<Landmask, (LandmaskProblem, String)> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mask.tiff");
    write(&path, geo);
    Landmask::read(&path).map_err(|error| {
        let message = error.to_string();
        assert_says(&message, &[&path.display().to_string()]);
        (error.problem, message)
    })
}

#[test]
fn the_georeference_is_read_from_each_of_its_forms() {
    let computed = PixelGrid::of_tile(id()).unwrap();
    assert_eq!(*read(geo(0.0, 0.0)).unwrap().grid(), computed);
    let mut point = geo(5.0, -5.0);
    point.keys = keys(2, 32614);
    assert_eq!(*read(point).unwrap().grid(), computed);
    let mut tied = geo(70.0, -30.0);
    tied.tie = tied.tie.map(|[_, _, _, x, y, _]| [7.0, 3.0, 0.0, x, y, 0.0]);
    assert_eq!(*read(tied).unwrap().grid(), computed);
    let mut matrix = geo(0.0, 0.0);
    (matrix.size, matrix.tie) = (None, None);
    let rows = [[10.0, 0.0, 0.0, 480_610.0], [0.0, -10.0, 0.0, 8_892_920.0], [0.0; 4], [0.0, 0.0, 0.0, 1.0]];
    matrix.matrix = Some(rows.concat().try_into().unwrap());
    assert_eq!(*read(matrix).unwrap().grid(), computed);
    matrix.matrix = matrix.matrix.map(|mut m| {
        m[1] = 0.1;
        m
    });
    assert!(matches!(read(matrix).unwrap_err().0, LandmaskProblem::Pixels { .. }));
}

#[test]
fn landmasks_that_cannot_be_used() {
    let bare = geo(0.0, 0.0);
    let (problem, message) = read(Geo { size: Some([10.5, 10.5, 0.0]), ..bare }).unwrap_err();
    assert!(matches!(problem, LandmaskProblem::Pixels { .. }));
    assert_says(&message, &["10.5", "expected 10 m"]);
    for code in [4326, 32767, 32661] {
        let (problem, message) = read(Geo { keys: keys(1, code), ..bare }).unwrap_err();
        assert!(matches!(problem, LandmaskProblem::Crs(_)));
        assert_says(&message, &[&format!("EPSG:{code}")]);
    }
    for geo in [
        Geo { keys: None, ..bare },
        Geo { keys: Some([1, 1, 0, 2, 1025, 0, 1, 1, 3072, 34736, 1, 0]), ..bare },
        Geo { tie: None, ..bare },
        Geo { size: None, ..bare },
        Geo { size: None, tie: None, ..bare },
    ] {
        assert!(matches!(read(geo).unwrap_err().0, LandmaskProblem::Tag { .. }));
    }
    let infinite = Geo { tie: bare.tie.map(|[i, j, k, _, y, z]| [i, j, k, f64::INFINITY, y, z]), ..bare };
    assert!(matches!(read(infinite).unwrap_err().0, LandmaskProblem::Grid(_)));

    let made = made();
    for path in [made.embeddings.clone(), made.folder.clone(), made.folder.join("nowhere.tiff")] {
        let error = NpyTile::options().landmask(&path).open(&made.folder).unwrap_err();
        assert!(matches!(error, TileError::Landmask(_)), "{error}");
        assert_says(&error.to_string(), &[&path.display().to_string()]);
    }
}

#[test]
fn a_landmask_wins_over_the_computed_grid_and_is_reported() {
    let made = made();
    let path = made.folder.join(format!("{NAME}.tiff"));
    write(&path, geo(5.2, -7.6));
    let tile = NpyTile::open(&made.folder).unwrap();
    let zone = UtmZone::from_epsg(32614).unwrap();
    assert_eq!(*tile.grid(), PixelGrid::new(zone, 480_615.2, 8_892_912.4, ROWS, COLS).unwrap());
    let off = TileNotice::OffLattice { landmask: path.clone(), west: 480_615.2, north: 8_892_912.4 };
    assert_eq!(tile.notices(), [off, TileNotice::Channels { got: 2 }]);
    assert_eq!(tile.landmask().unwrap().path(), path);
    let without = NpyTile::options().without_landmask().open(&made.folder).unwrap();
    assert_eq!(*without.grid(), PixelGrid::of_tile(id()).unwrap());

    for moved in [geo(200.0, 0.0), Geo { keys: keys(1, 32615), ..geo(0.0, 0.0) }] {
        write(&path, moved);
        let tile = NpyTile::open(&made.folder).unwrap();
        assert!(matches!(tile.notices()[0], TileNotice::Elsewhere { .. }), "{:?}", tile.notices());
        assert_eq!(tile.grid(), tile.landmask().unwrap().grid());
    }
}

#[test]
fn the_shape_of_a_landmask_is_the_expected_one() {
    let made = made();
    let path = made.dir.path().join("mask.tiff");
    write(&path, Geo { rows: ROWS + 1, ..geo(0.0, 0.0) });
    let tile = NpyTile::options().landmask(&path).open(&made.folder).unwrap();
    assert_eq!((tile.grid().rows(), tile.grid().cols()), (ROWS, COLS));
    assert!(tile.notices().contains(&TileNotice::Shape { got: (ROWS, COLS), expected: (ROWS + 1, COLS) }));
    write(&path, Geo { rows: ROWS + 30, ..geo(0.0, 0.0) });
    let error = NpyTile::options().landmask(&path).open(&made.folder).unwrap_err();
    assert_says(&error.to_string(), &["1119 rows × 211 columns, expected 1149 × 211", "mask.tiff"]);
}

#[test]
fn landmasks_are_found_in_the_documented_places() {
    let file = format!("{NAME}.tiff");
    for (root, landmask) in [
        ("2024", "landmasks/v1"),
        ("npy/v1/2024", "landmasks/v1"),
        ("npy/v1.1-cam/2024", "landmasks/v1"),
        ("npy/v2/2024", "npy/v2/landmasks/v1"),
        ("global_0.1_degree_representation/2024", "global_0.1_degree_tiff_all"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let folder = tile_in(&dir.path().join(root));
        let path = dir.path().join(landmask).join(&file);
        write(&path, geo(0.0, 0.0));
        let tile = NpyTile::open(&folder).unwrap();
        assert_eq!(tile.landmask().map(Landmask::path), Some(&*path), "{root}");
        let archive = NpyArchive::open(dir.path()).unwrap();
        assert!(archive.open_tile(id(), Some(year(2024))).unwrap().unwrap().landmask().is_some());
        assert_eq!(archive.strangers().total(), 0, "{}", archive.strangers());
        let without = NpyArchive::options().without_landmasks().open(dir.path()).unwrap();
        assert!(without.open_tile(id(), Some(year(2024))).unwrap().unwrap().landmask().is_none());
    }
}

#[test]
fn of_several_landmasks_that_of_the_version_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tile_in(&dir.path().join("2024"));
    for version in ["v1", "v2"] {
        write(&dir.path().join("landmasks").join(version).join(format!("{NAME}.tiff")), geo(0.0, 0.0));
    }
    let open =
        |version: &str| NpyTile::options().version(DatasetVersion::named(version)).open(&folder).unwrap();
    assert!(open("v2").landmask().unwrap().path().to_string_lossy().contains("landmasks/v2"));
    assert!(open("unknown").landmask().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_change_of_its_bytes_makes_it_panic(changes in prop::collection::vec((0..400_usize, any::<u8>()), 1..6), cut in 8..4000_usize) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mask.tiff");
        write(&path, Geo { rows: 20, cols: 10, ..geo(0.0, 0.0) });
        let mut bytes = fs::read(&path).unwrap();
        let len = bytes.len();
        for (at, to) in changes {
            // The directory stands at the end.
            bytes[if at % 2 == 0 { at % 8 } else { len - 1 - at % (len / 2) }] = to;
        }
        bytes.truncate(cut);
        fs::write(&path, bytes).unwrap();
        let _ = Landmask::read(&path);
    }
}
