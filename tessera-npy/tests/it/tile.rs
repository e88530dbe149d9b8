//! Opening and reading a tile.

use std::fs;
use std::path::Path;

use ndarray::{Array2, Array3, s};
use tessera_core::{Channels, DatasetVersion, PixelGrid, Quantized, Scales, Source, Tile, Window, Year};
use tessera_npy::{Existing, NpyTile, TileNotice, is_tile, write_tile};

use crate::support::{COLS, NAME, ROWS, id, made, pixels, tile_in, year};

#[test]
fn a_folder_and_a_file_are_the_same_tile() {
    let made = made();
    for path in [&made.folder, &made.embeddings, &made.scales] {
        let tile = NpyTile::open(path).unwrap();
        assert_eq!(
            (tile.id(), tile.year(), tile.version()),
            (id(), Some(year(2024)), &DatasetVersion::Unknown)
        );
        assert_eq!(*tile.grid(), PixelGrid::of_tile(id()).unwrap());
        assert_eq!((tile.channels(), tile.view().dim()), (2, (ROWS, COLS, 2)));
        assert_eq!((tile.embeddings_path(), tile.scales_path()), (&*made.embeddings, &*made.scales));
        assert_eq!(tile.name(), made.embeddings.display().to_string());
        assert_eq!(tile.file_len(), (ROWS * COLS * 6 + 256) as u64);
        assert_eq!(tile.notices(), [TileNotice::Channels { got: 2 }]);
        assert!(tile.landmask().is_none());
        assert_eq!(tile.view().to_owned(), pixels(ROWS, COLS, 2));
    }
    let empty = made.dir.path().join("grid_0.15_52.05");
    fs::create_dir(&empty).unwrap();
    assert!(is_tile(&empty) && is_tile(&made.folder) && is_tile(&made.embeddings));
    assert!(!is_tile(made.dir.path()) && !is_tile(made.dir.path().join("2024")) && !is_tile("elsewhere"));
}

#[test]
fn a_view_is_the_map_and_no_copy() {
    let made = made();
    let tile = NpyTile::open(&made.folder).unwrap();
    let (first, second) = (tile.view(), tile.view());
    assert_eq!(first.data().as_ptr(), second.data().as_ptr());
    let part = first.window(Window::new(7, 3, 5, 4)).unwrap();
    assert_eq!(part.data().as_ptr(), second.data().slice(s![7.., 3.., ..]).as_ptr());
}

#[test]
fn windows_and_blocks_read_what_slicing_gives() {
    let made = made();
    let tile = NpyTile::open(&made.folder).unwrap();
    let whole = pixels(ROWS, COLS, 2);
    let window = Window::new(100, 50, 60, 40);
    let part = tile.read_window(window, &Channels::from(1..2)).unwrap();
    assert_eq!(part.view().data(), whole.view().data().slice(s![100..160, 50..90, 1..2]));
    assert!(tile.read_window(Window::new(1100, 0, 20, 1), &Channels::All).is_err());
    assert!(
        tile.read_window(window, &Channels::from(2..3)).unwrap_err().to_string().starts_with(&tile.name())
    );

    let mut rows = 0;
    for (window, block) in tile.row_blocks(256) {
        assert_eq!((window.row, window.col, window.cols), (rows, 0, COLS));
        assert_eq!(block.to_owned(), whole.view().window(window).unwrap().to_owned());
        tile.release(window.row_range());
        rows = window.end_row();
    }
    assert_eq!(rows, ROWS);
    tile.release(5..usize::MAX);
    tile.release(usize::MAX..usize::MAX);
    assert_eq!(tile.view().to_owned(), whole);
}

#[test]
fn the_path_says_year_and_version() {
    let dir = tempfile::tempdir().unwrap();
    for (root, year, version) in [
        ("a/2023", Some(2023), "unknown"),
        ("b/npy/v1.1-cam/2019", Some(2019), "v1.1-cam"),
        ("c/global_0.1_degree_representation/2020", Some(2020), "unknown"),
        ("d", None, "unknown"),
    ] {
        let tile = NpyTile::open(tile_in(&dir.path().join(root))).unwrap();
        assert_eq!(tile.year().map(Year::number), year, "{root}");
        assert_eq!(tile.version().to_string(), version, "{root}");
    }
    // Spelled with a detour, too.
    let detour = dir.path().join("a/../b/npy/v1.1-cam/2019").join(NAME);
    assert_eq!(NpyTile::open(detour).unwrap().version().to_string(), "v1.1-cam");
}

#[test]
fn what_is_given_wins_and_the_difference_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tile_in(&dir.path().join("npy/v1/2023"));
    let v2 = DatasetVersion::named("v2");
    let tile = NpyTile::options().year(year(2024)).version(v2.clone()).open(&folder).unwrap();
    assert_eq!((tile.year(), tile.version()), (Some(year(2024)), &v2));
    let path = DatasetVersion::named("v1");
    assert!(tile.notices().contains(&TileNotice::Year { given: year(2024), path: year(2023) }));
    assert!(tile.notices().contains(&TileNotice::Version { given: v2, path }));
    let same = NpyTile::options().year(year(2023)).open(&folder).unwrap();
    assert_eq!(same.notices(), [TileNotice::Channels { got: 2 }]);
}

#[test]
fn a_shape_that_differs_by_two_pixels_is_kept_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    for (rows, cols) in [(ROWS + 2, COLS - 1), (ROWS - 2, COLS + 2), (ROWS, COLS + 1)] {
        let folder = write_tile(dir.path(), id(), &pixels(rows, cols, 1).view(), Existing::Replace).unwrap();
        let tile = NpyTile::open(folder).unwrap();
        assert_eq!(tile.view().to_owned(), pixels(rows, cols, 1));
        assert_eq!(*tile.grid(), PixelGrid::of_tile(id()).unwrap().with_shape(rows, cols).unwrap());
        let notice = TileNotice::Shape { got: (rows, cols), expected: (ROWS, COLS) };
        assert!(tile.notices().contains(&notice));
        assert!(notice.to_string().contains(&format!("{rows} rows × {cols} columns")));
    }
    let folder = write_tile(dir.path(), id(), &pixels(5, 4, 128).view(), Existing::Replace).unwrap();
    let tile = NpyTile::options().any_shape().open(folder).unwrap();
    assert_eq!(tile.notices(), [TileNotice::Shape { got: (5, 4), expected: (ROWS, COLS) }]);
}

#[test]
fn scales_are_kept_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -161_685.0, 3.4e38, 0.06];
    let scales = Array2::from_shape_vec((1, 7), strange.to_vec()).unwrap();
    let pixels = Quantized::new(Array3::ones((1, 7, 3)), Scales::Pixel(scales)).unwrap();
    let folder = write_tile(dir.path(), id(), &pixels.view(), Existing::Refuse).unwrap();
    let tile = NpyTile::options().any_shape().open(folder).unwrap();
    let counts = tile.view().count(tessera_core::ScaleLimit::default());
    assert_eq!((counts.valid, counts.water, counts.no_data), (1, 1, 5));
    assert_eq!((counts.infinite, counts.zero, counts.negative, counts.over_limit), (2, 1, 1, 1));
    let bits = |tile: &Path| fs::read(tile.join(format!("{NAME}_scales.npy"))).unwrap()[128..].to_vec();
    assert_eq!(bits(&dir.path().join(NAME)), strange.map(f32::to_le_bytes).concat());
}

#[test]
fn a_tile_is_shared_among_threads() {
    let made = made();
    let tile = NpyTile::open(&made.folder).unwrap();
    let whole = pixels(ROWS, COLS, 2);
    std::thread::scope(|scope| {
        for part in 0..4 {
            let (tile, whole) = (&tile, &whole);
            scope.spawn(move || {
                let window = Window::new(part * 250, 0, 250, COLS);
                let read = tile.read_window(window, &Channels::All).unwrap();
                tile.release(0..ROWS);
                assert_eq!(read, whole.view().window(window).unwrap().to_owned());
            });
        }
    });
}
