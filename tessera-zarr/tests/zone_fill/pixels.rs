//! What stands in a filled store, read by zarrs alone.

use std::sync::Arc;

use tessera_core::{Channels, Mosaic, PixelGrid, Quantized, ScaleLimit, ScalesView, Tile, Window};
use tessera_zarr::{FillOptions, ZoneLayout, ZoneWriter};
use zarrs::array::{Array, ArraySubset};
use zarrs::filesystem::FilesystemStore;

use crate::support::{CHANNELS, Fake, NAMES, fill, spec, year};
use tessera_core::Archive;

/// A store filled in a layout, beside the mosaic of its tiles.
fn check(layout: ZoneLayout) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    let store = ZoneWriter::create(&path, &spec().layout(layout)).unwrap();
    let archive = Fake::new(&NAMES);
    let (report, told) = fill(&store, &archive, &FillOptions::default());
    assert!(report.failed == 0 && report.failed_tiles == 0 && report.written > 1, "{report:?}");
    assert!(told.iter().all(|(_, written, ..)| *written));

    let storage = Arc::new(FilesystemStore::new(&path).unwrap());
    for (zone, names) in [(31, &NAMES[..4]), (32, &NAMES[4..])] {
        let open = |name: &str| Array::open(storage.clone(), &format!("/utm{zone}/{name}")).unwrap();
        let (embeddings, scales) = (open("embeddings"), open("scales"));
        let lattice = PixelGrid::of_zone(zone).unwrap();
        let tiles: Vec<Box<dyn Tile>> = names
            .iter()
            .map(|name| archive.open(name.parse().unwrap(), year(2024)).unwrap().unwrap())
            .collect();
        let windows = tiles.iter().map(|tile| {
            let (row, col) = tile.grid().offset_in(&lattice).unwrap();
            Window::new(row as usize, col as usize, tile.grid().rows(), tile.grid().cols())
        });
        let hull = windows.reduce(Window::hull).unwrap();
        // A margin shows that nothing stands beside the tiles.
        let hull = Window::new(hull.row - 40, hull.col - 40, hull.rows + 80, hull.cols + 80);
        let grid = lattice.window(&hull).unwrap();
        let mut mosaic = Mosaic::new(grid, tiles, ScaleLimit::default()).unwrap();
        mosaic.prepare(0..hull.rows).unwrap();
        let mut expected = Quantized::empty();
        mosaic.gather(grid.full(), &Channels::All, &mut expected).unwrap();
        let (rows, cols) = (hull.row as u64..hull.end_row() as u64, hull.col as u64..hull.end_col() as u64);
        let subset = ArraySubset::new_with_ranges(&[1..2, 0..CHANNELS as u64, rows.clone(), cols.clone()]);
        let got: ndarray::ArrayD<i8> = embeddings.retrieve_array_subset(&subset).unwrap();
        let got = got.index_axis(ndarray::Axis(0), 0).permuted_axes([1, 2, 0].as_slice()).to_owned();
        assert_eq!(got, expected.view().data().into_dyn());
        let subset = ArraySubset::new_with_ranges(&[1..2, rows, cols]);
        let got: ndarray::ArrayD<f32> = scales.retrieve_array_subset(&subset).unwrap();
        let ScalesView::Pixel(expected) = expected.view().scales() else { panic!() };
        let bits = |scale: &f32| scale.to_bits();
        assert!(got.iter().map(bits).eq(expected.iter().map(bits)));
        // The other year has nothing.
        let nothing: ndarray::ArrayD<f32> =
            scales.retrieve_array_subset(&ArraySubset::new_with_ranges(&[0..1, 0..10, 0..10])).unwrap();
        assert!(nothing.iter().all(|scale| *scale == f32::INFINITY));
    }
}

#[test]
fn every_pixel_is_that_of_the_mosaic() {
    check(ZoneLayout::new(16, 256).unwrap());
}

#[test]
fn shards_that_the_lattice_does_not_divide_are_cut_off_at_its_edge() {
    // 2,007,040 rows are no multiple of 96, nor 69,632 columns.
    check(ZoneLayout::new(24, 96).unwrap().codec("zstd".parse().unwrap()));
}

#[test]
fn coordinates_are_those_of_the_lattice() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    ZoneWriter::create(&path, &spec()).unwrap();
    let storage = Arc::new(FilesystemStore::new(&path).unwrap());
    let read = |name: &str| -> ndarray::ArrayD<f64> {
        let array = Array::open(storage.clone(), &format!("/utm31/{name}")).unwrap();
        array.retrieve_array_subset(&array.subset_all()).unwrap()
    };
    let (x, y, lattice) = (read("x"), read("y"), PixelGrid::of_zone(31).unwrap());
    assert_eq!((x.len(), y.len()), (lattice.cols(), lattice.rows()));
    for at in [0, 1, 69_631] {
        assert_eq!((x[at], y[at]), (lattice.pixel_center(0, at).0, lattice.pixel_center(at, 0).1));
    }
    let time = Array::open(storage, "/utm31/time").unwrap();
    let time: ndarray::ArrayD<i32> = time.retrieve_array_subset(&time.subset_all()).unwrap();
    assert_eq!(time.as_slice().unwrap(), [2023, 2024]);
}
