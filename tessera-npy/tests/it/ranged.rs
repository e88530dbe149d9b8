//! Tiles in a store of objects: what is read is what a mapped tile gives, and what is asked is what was said.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ndarray::{Array2, Array3};
use proptest::prelude::*;
use tessera_core::{
    ByteRanges, Channels, Fetches, Quantized, Scales, ScalesView, Source, SourceError, Tile, Window,
};
use tessera_npy::{Existing, NpyTile, NpyTileOptions, RangedTile, TileNotice, write_tile};

use crate::landmask::{geo, write_mask};
use crate::store::{Fault, Store};
use crate::support::{COLS, NAME, ROWS, assert_says, id, made, npy, year};

/// A small shape, so that many can be made.
const SMALL: (usize, usize, usize) = (23, 17, 5);

fn values() -> Array3<i8> {
    Array3::from_shape_fn(SMALL, |(r, c, k)| (r * 31 + c * 7 + k * 3) as i8)
}

/// The same scales in one of the dtypes and orders that are read.
fn scales_file(dtype: &str, fortran: bool, channels: bool) -> Vec<u8> {
    let (rows, cols, depth) = SMALL;
    let depth = if channels { depth } else { 1 };
    let shape = if channels { format!("({rows}, {cols}, {depth})") } else { format!("({rows}, {cols})") };
    let mut bytes = npy(&format!("'{dtype}'"), if fortran { "True" } else { "False" }, &shape, 0);
    let mut numbers = Vec::new();
    let each = |r: usize, c: usize, k: usize| ((r * cols + c) * depth + k) as f32 / 64.0;
    if fortran {
        (0..depth).for_each(|k| (0..cols).for_each(|c| (0..rows).for_each(|r| numbers.push(each(r, c, k)))));
    } else {
        (0..rows).for_each(|r| (0..cols).for_each(|c| (0..depth).for_each(|k| numbers.push(each(r, c, k)))));
    }
    for number in numbers {
        match dtype {
            "<f4" => bytes.extend(number.to_le_bytes()),
            ">f4" => bytes.extend(number.to_be_bytes()),
            "<f8" => bytes.extend(f64::from(number).to_le_bytes()),
            ">f8" => bytes.extend(f64::from(number).to_be_bytes()),
            _ => panic!("{dtype}"),
        }
    }
    bytes
}

/// Writes the small tile under a year, with scales of any kind.
fn small_in(root: &Path, scales: &[u8]) {
    let ones = Scales::Pixel(Array2::ones((SMALL.0, SMALL.1)));
    let folder = write_tile(
        root.join("2024"),
        id(),
        &Quantized::new(values(), ones).unwrap().view(),
        Existing::Refuse,
    )
    .unwrap();
    fs::write(folder.join(format!("{NAME}_scales.npy")), scales).unwrap();
}

fn options() -> NpyTileOptions {
    NpyTile::options().any_shape()
}

fn open(root: &Path, store: &Arc<Store>) -> (NpyTile, RangedTile) {
    let folder = format!("2024/{NAME}");
    let mapped = options().open(root.join(&folder)).unwrap();
    let ranged = options().open_in(Arc::clone(store) as Arc<dyn ByteRanges>, &folder).unwrap();
    (mapped, ranged)
}

/// Reads a window of both, and compares pixels, or messages.
#[track_caller]
fn same_window(mapped: &NpyTile, ranged: &RangedTile, store: &Store, window: Window, channels: &Channels) {
    store.asked();
    let (expected, got) = (mapped.read_window(window, channels), ranged.read_window(window, channels));
    let asked = store.asked();
    match (expected, got) {
        (Ok(expected), Ok(got)) => {
            assert!(expected == got, "{window:?} {channels:?}");
            assert_eq!(ranged.fetches(window, channels).unwrap(), Some(asked), "{window:?}");
            assert_eq!(store.asked(), Fetches::default(), "to tell asks for nothing");
        }
        (expected, got) => {
            let said = |result: Result<Quantized, SourceError>| result.unwrap_err().to_string();
            assert_eq!(said(expected), said(got));
            assert_eq!(asked, Fetches::default());
            assert!(ranged.fetches(window, channels).is_err());
        }
    }
}

#[test]
fn opening_asks_for_two_headers_and_says_the_same() {
    let made = made();
    let store = Store::new(made.dir.path()).fetching(0, 1 << 20, 8).shared();
    let (mapped, ranged) = open(made.dir.path(), &store);
    assert_eq!(store.asked(), Fetches { requests: 2, bytes: 512 });
    assert_eq!(ranged.opening(), Fetches { requests: 2, bytes: 512 });
    assert_eq!(
        (ranged.id(), ranged.year(), ranged.version()),
        (mapped.id(), mapped.year(), mapped.version())
    );
    assert_eq!(ranged.year(), Some(year(2024)));
    assert_eq!((ranged.grid(), ranged.channels()), (mapped.grid(), mapped.channels()));
    assert_eq!(ranged.name(), Source::name(&mapped));
    assert_eq!((ranged.notices(), ranged.file_len()), (mapped.notices(), mapped.file_len()));
    assert_eq!(store.lists.load(std::sync::atomic::Ordering::SeqCst), 0);
    // The root of the store may be the tile's folder, and either file names the pair.
    let folder = Store::new(&made.folder).shared();
    let at_root = NpyTile::options().open_in(folder, "").unwrap();
    assert_eq!((at_root.id(), at_root.year()), (id(), Some(year(2024))));
    for file in [format!("2024/{NAME}/{NAME}.npy"), format!("2024/{NAME}/{NAME}_scales.npy")] {
        let tile = NpyTile::options().open_in(store.clone(), &file).unwrap();
        assert_eq!((tile.id(), tile.name()), (id(), ranged.name()));
    }
}

#[test]
fn rows_are_asked_for_and_columns_where_that_saves() {
    let made = made();
    // A row of embeddings is 422 bytes, one of scales 844.
    let exact = Store::new(made.dir.path()).fetching(0, 1 << 20, 8).shared();
    let (mapped, ranged) = open(made.dir.path(), &exact);
    let fetches = |tile: &RangedTile, window| tile.fetches(window, &Channels::All).unwrap().unwrap();
    let full = Window::new(100, 0, 50, COLS);
    assert_eq!(fetches(&ranged, full), Fetches { requests: 2, bytes: 50 * COLS as u64 * 6 });
    let narrow = Window::new(100, 10, 50, 20);
    assert_eq!(fetches(&ranged, narrow), Fetches { requests: 100, bytes: 50 * 20 * 6 });
    for window in [full, narrow, Window::full(ROWS, COLS)] {
        same_window(&mapped, &ranged, &exact, window, &Channels::All);
    }
    let wide = Store::new(made.dir.path()).fetching(1000, 10_000, 3).shared();
    let (mapped, ranged) = open(made.dir.path(), &wide);
    let narrow_asked = fetches(&ranged, narrow);
    // 23 rows of embeddings to a request of at most 10,000 bytes, 11 of scales.
    assert_eq!(narrow_asked.requests, 3 + 5);
    assert!(narrow_asked.bytes < 50 * COLS as u64 * 6);
    same_window(&mapped, &ranged, &wide, narrow, &Channels::from(1..2));
    assert_eq!(ranged.block_rows(), 23);
    assert!(wide.most_at_once.load(std::sync::atomic::Ordering::SeqCst) <= 3);
}

#[test]
fn scales_in_fortran_order_are_read_once() {
    let dir = tempfile::tempdir().unwrap();
    small_in(dir.path(), &scales_file("<f4", true, false));
    let store = Store::new(dir.path()).shared();
    let (_, ranged) = open(dir.path(), &store);
    assert_eq!((store.asked(), ranged.opening().requests), (ranged.opening(), 3));
    let asked = ranged.fetches(Window::new(0, 0, 2, 17), &Channels::All).unwrap().unwrap();
    assert_eq!(asked, Fetches { requests: 1, bytes: 2 * 17 * 5 });
}

#[test]
fn headers_of_any_length() {
    for (text, requests) in [(60, 2), (300, 4), (9_800, 4)] {
        let made = made();
        for file in [&made.embeddings, &made.scales] {
            let bytes = fs::read(file).unwrap();
            let header = String::from_utf8_lossy(&bytes[10..128]).trim_end().to_owned();
            let longer = format!("{header:<text$}");
            fs::write(file, [&crate::support::with_text(1, &longer), &bytes[128..]].concat()).unwrap();
        }
        let store = Store::new(made.dir.path()).fetching(0, 1 << 20, 8).shared();
        let (mapped, ranged) = open(made.dir.path(), &store);
        assert_eq!((ranged.opening().requests, store.asked()), (requests, ranged.opening()));
        same_window(&mapped, &ranged, &store, Window::new(3, 4, 50, 60), &Channels::All);
    }
}

#[test]
fn files_shorter_than_what_is_read_first() {
    let dir = tempfile::tempdir().unwrap();
    let one = Quantized::new(Array3::from_elem((2, 3, 4), 9), Scales::Pixel(Array2::ones((2, 3)))).unwrap();
    write_tile(dir.path().join("2024"), id(), &one.view(), Existing::Refuse).unwrap();
    let store = Store::new(dir.path()).shared();
    let (mapped, ranged) = open(dir.path(), &store);
    same_window(&mapped, &ranged, &store, Window::new(0, 1, 2, 2), &Channels::All);
}

#[test]
fn water_from_a_landmask_in_the_store() {
    let made = made();
    let pixels: Vec<u8> = (0..ROWS * COLS).map(|at| u8::from(at % 3 != 0)).collect();
    write_mask(&made.folder.join(format!("{NAME}.tiff")), geo(0.0, 0.0), &pixels);
    let folder = format!("2024/{NAME}");
    let store = Store::new(made.dir.path()).shared();
    // Without water no landmask is asked for.
    let dry = NpyTile::options().open_in(store.clone(), &folder).unwrap();
    assert!(dry.landmask().is_none());
    let water = NpyTile::options().water_from_landmask();
    let (mapped, ranged) =
        (water.open(&made.folder).unwrap(), water.open_in(store.clone(), &folder).unwrap());
    assert_eq!((ranged.landmask(), ranged.notices()), (mapped.landmask(), mapped.notices()));
    let window = Window::new(5, 6, 70, 80);
    let (expected, got) = (
        mapped.read_window(window, &Channels::All).unwrap(),
        ranged.read_window(window, &Channels::All).unwrap(),
    );
    let bits = |pixels: &Quantized| match pixels.view().scales() {
        ScalesView::Pixel(scales) => scales.iter().map(|scale| scale.to_bits()).collect::<Vec<_>>(),
        ScalesView::Channel(_) => panic!("one scale a pixel"),
    };
    assert_eq!(bits(&expected), bits(&got));
    assert!(bits(&got).iter().any(|&bits| f32::from_bits(bits).is_nan()));

    // One that is given lies in the store, or on this machine.
    let elsewhere = tempfile::tempdir().unwrap();
    let mask = elsewhere.path().join("mask.tiff");
    fs::rename(made.folder.join(format!("{NAME}.tiff")), &mask).unwrap();
    let given = NpyTile::options().landmask(&mask).open_in(store.clone(), &folder).unwrap();
    assert_eq!(given.landmask().unwrap().path(), mask);
    let none = water.open_in(store, &folder).unwrap();
    assert!(none.notices().contains(&TileNotice::NoLandmask));
}

#[test]
fn what_fails_is_told_and_nothing_is_made_up() {
    let made = made();
    for (fault, says) in [
        (Fault::Changed, "was replaced while it was read"),
        (Fault::Short, "expected"),
        (Fault::Gone, "not found"),
        (Fault::Silent, "not all ranges were answered"),
    ] {
        let store = Store::new(made.dir.path()).fetching(0, 5000, 4).fault(fault).shared();
        let (_, ranged) = open(made.dir.path(), &store);
        store.fail();
        let window = Window::new(0, 0, 100, 100);
        let error = ranged.read_window(window, &Channels::All).unwrap_err();
        assert_says(&error.to_string(), &[NAME, says]);
        let mut out = Quantized::empty();
        assert!(ranged.read_pixels_into(&[(7, 7), (900, 3)], &Channels::All, &mut out).is_err());
        if fault == Fault::Changed {
            let cause = error.cause.downcast_ref::<std::io::Error>().unwrap();
            assert!(tessera_core::ObjectChanged::is(cause));
        }
        assert!(NpyTile::options().open_in(store, &format!("2024/{NAME}")).is_err(), "{fault:?}");
    }
}

fn channels() -> impl Strategy<Value = Channels> {
    prop_oneof![
        Just(Channels::All),
        (0..5_usize, 1..5_usize).prop_map(|(from, count)| Channels::from(from..from + count)),
        prop::collection::vec(0..6_usize, 0..7).prop_map(Channels::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_window_and_pixel_is_that_of_the_mapped_tile(
        dtype in prop::sample::select(vec!["<f4", ">f4", "<f8", ">f8"]), fortran: bool, per_channel: bool,
        gap in 0..200_u64, most in 1..3000_u64, in_flight in prop::sample::select(vec![1_usize, 8]),
        windows in prop::collection::vec((0..25_usize, 0..18_usize, 0..24_usize, 0..18_usize, channels()), 1..12),
        pixels in prop::collection::vec((0..SMALL.0, 0..SMALL.1), 0..40), chosen in channels(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        small_in(dir.path(), &scales_file(dtype, fortran, per_channel));
        let store = Store::new(dir.path()).fetching(gap, most, in_flight).shared();
        let (mapped, ranged) = open(dir.path(), &store);
        prop_assert_eq!(store.asked(), ranged.opening());
        prop_assert_eq!(mapped.notices(), ranged.notices());
        for (row, col, rows, cols, channels) in windows {
            same_window(&mapped, &ranged, &store, Window::new(row, col, rows, cols), &channels);
        }
        let (mut expected, mut got) = (Quantized::empty(), Quantized::empty());
        match (mapped.read_pixels_into(&pixels, &chosen, &mut expected), ranged.read_pixels_into(&pixels, &chosen, &mut got)) {
            (Ok(()), Ok(())) => prop_assert!(pixels.is_empty() || expected == got),
            (expected, got) => prop_assert_eq!(expected.unwrap_err().to_string(), got.unwrap_err().to_string()),
        }
    }
}

#[test]
fn single_pixels_are_asked_for_by_themselves() {
    let made = made();
    let store = Store::new(made.dir.path()).fetching(100, 1 << 20, 8).shared();
    let (_, ranged) = open(made.dir.path(), &store);
    store.asked();
    let mut out = Quantized::empty();
    ranged.read_pixels_into(&[(1000, 5), (3, 7), (3, 9), (3, 7)], &Channels::All, &mut out).unwrap();
    // Two in one request in each file, one in another.
    let asked = store.asked();
    assert_eq!(asked, Fetches { requests: 4, bytes: (3 * 2 + 2) + (3 * 4 + 4) });
    assert!(ranged.read_pixels_into(&[(ROWS, 0)], &Channels::All, &mut out).is_err());
    assert!(ranged.read_pixels_into(&[(0, 0)], &Channels::from(2..3), &mut out).is_err());
    assert_eq!(store.asked(), Fetches::default());
}
