//! Zone stores whose answers have to be waited for: what they are asked, and that what comes is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::Arc;

use tessera_core::{
    Answer, ByteRange, Channels, Crs, Fetches, Fetching, MemoryBudget, PixelGrid, Quantized, Query,
    RasterGrid, Region, ScaleLimit, Source, UtmZone, Window, Zones, points,
};
use tessera_zarr::{ReadError, ZoneStore};

use crate::far::{Far, far};
use crate::golden::golden;
use crate::support::{Expected, Form, copy, year};

const WINDOWS: [Window; 5] = [
    Window::new(0, 0, 60, 50),
    Window::new(3, 5, 1, 1),
    Window::new(30, 30, 4, 4),
    Window::new(7, 9, 33, 25),
    Window::new(16, 0, 8, 50),
];

fn expected(is_there: &dyn Fn(usize, usize) -> bool) -> Expected<'_> {
    let grid = PixelGrid::new(UtmZone::from_epsg(32631).unwrap(), 300_000.0, 400.0, 60, 50).unwrap();
    Expected { grid, year: 2024, nan_is_no_data: false, is_there }
}

/// What a window of all channels must ask at least: of each array and shard that it touches the index and, of the chunks
/// that it touches, one range for each run of them that lie together in the object. As the shards say themselves.
fn minimum(window: Window, arrays: &[&str]) -> Fetches {
    const SHARD: usize = 32;
    const CHUNK: usize = 8;
    const PER_EDGE: usize = SHARD / CHUNK;
    let mut all = Fetches::default();
    for array in arrays {
        let mut wanted: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for row in window.row_range() {
            for col in window.col_range() {
                let chunk = (row % SHARD / CHUNK) * PER_EDGE + col % SHARD / CHUNK;
                wanted.entry((row / SHARD, col / SHARD)).or_default().insert(chunk);
            }
        }
        for ((row, col), chunks) in wanted {
            // The second year; embeddings have an axis of channels before the rows.
            let band = if *array == "scales" { "" } else { "0/" };
            let path = golden("utm.zarr").join(format!("utm31/{array}/c/1/{band}{row}/{col}"));
            let bytes = std::fs::read(path).unwrap();
            let index = 16 * PER_EDGE * PER_EDGE + 4;
            let entries = &bytes[bytes.len() - index..];
            let number = |at: usize| u64::from_le_bytes(entries[at * 8..][..8].try_into().unwrap());
            all += Fetches { requests: 1, bytes: index as u64 };
            let mut ranges: Vec<_> = chunks.iter().map(|at| (number(2 * at), number(2 * at + 1))).collect();
            ranges.sort_unstable();
            let mut end = u64::MAX;
            for (offset, length) in ranges {
                all += Fetches { requests: u64::from(offset != end), bytes: length };
                end = offset + length;
            }
        }
    }
    all
}

#[test]
fn a_window_asks_no_more_than_it_must_and_waits_three_times() {
    for window in WINDOWS {
        let remote = far(golden("utm.zarr"), 16);
        let store = ZoneStore::open_in(remote.clone()).unwrap();
        let source = store.try_source(31, year(2024)).unwrap().unwrap();
        let opened: Vec<_> = remote.asked().into_iter().map(|(object, ..)| object).collect();
        assert_eq!(opened, ["utm31/time/c/0", "zarr.json"], "no other zone's axis");
        assert_eq!((remote.waits(), remote.looked()), (2, 0));
        let mut out = Quantized::empty();
        source.read_into(window, &Channels::All, &mut out).unwrap();
        assert_eq!(remote.fetches(), minimum(window, &["embeddings", "scales"]), "{window:?}");
        assert_eq!((remote.waits(), remote.looked()), (3, 0));
        // Indexes are known now.
        source.read_into(window, &Channels::All, &mut out).unwrap();
        assert!(remote.asked().iter().all(|(_, range, _)| matches!(range, ByteRange::From { .. })));
        assert_eq!(remote.waits(), 2);
    }
}

#[test]
fn what_lies_between_is_read_along_up_to_the_gap_and_the_most() {
    let window = Window::new(0, 0, 24, 24);
    let ask = |gap, most| {
        let fetching = Fetching { gap, most, in_flight: 16 };
        let remote = Arc::new(Far::new(golden("utm.zarr"), 16).fetching(fetching));
        let store = ZoneStore::open_in(remote.clone()).unwrap();
        let source = store.source(31, year(2024)).unwrap();
        remote.asked();
        source.read_window(window, &Channels::All).unwrap();
        remote.asked()
    };
    // One of each array, and the indexes.
    assert_eq!(ask(1 << 20, 8 << 20).len(), 4);
    let bounded = ask(1 << 20, 3000);
    assert!(bounded.len() > 4 && bounded.iter().all(|(.., bytes)| *bytes <= 3000), "{bounded:?}");
}

#[test]
fn one_pixel_asks_six_times_cold_and_once_an_array_warm() {
    let remote = far(golden("utm.zarr"), 16);
    let store = ZoneStore::open_in(remote.clone()).unwrap();
    let source = expected(&|_, _| true);
    let (lon, lat) = center(&source.grid, 20, 20);
    let limit = ScaleLimit::default();
    let found = points(&store, year(2024), &[(lon, lat)], &Channels::All, limit).unwrap();
    let cold = remote.asked();
    assert_eq!(cold.len(), 6, "{cold:?}");
    let again = points(&store, year(2024), &[(lon, lat)], &Channels::All, limit).unwrap();
    assert_eq!(again, found);
    assert_eq!(remote.asked().len(), 2);
    assert_eq!(remote.looked(), 0);
    let local = ZoneStore::open(golden("utm.zarr")).unwrap();
    assert_eq!(points(&local, year(2024), &[(lon, lat)], &Channels::All, limit).unwrap(), found);
}

fn center(grid: &PixelGrid, row: usize, col: usize) -> (f64, f64) {
    let bounds = grid.window(&Window::new(row, col, 1, 1)).unwrap().lon_lat_bounds().unwrap();
    ((bounds.min().x + bounds.max().x) / 2.0, (bounds.min().y + bounds.max().y) / 2.0)
}

#[test]
fn answers_in_any_order_are_the_same_pixels() {
    let store = ZoneStore::open_in(far(golden("utm.zarr"), 16)).unwrap();
    let source = store.source(31, year(2024)).unwrap();
    let every: Vec<usize> = (0..16).collect();
    for window in WINDOWS {
        for list in [&every[..], &[0, 1, 2], &[15, 3, 3, 9]] {
            expected(&|_, _| true).check(&source, window, list);
        }
    }
    assert_eq!(store.years(), [year(2023), year(2024)]);
    let dir = tempfile::tempdir().unwrap();
    for (at, shard) in [Some([1, 16, 16, 9]), None].into_iter().enumerate() {
        for order in [["time", "band", "y", "x"], ["x", "y", "band", "time"]] {
            // Several chunks along the channels.
            let form = Form { order, chunk: [1, 8, 8, 3], shard, ..Form::new() };
            let path = dir.path().join(format!("{at}{}", order[0]));
            form.write(&path);
            let store = ZoneStore::open_in(far(&path, 16)).unwrap();
            let expected =
                Expected { grid: form.grid(), year: 2024, nan_is_no_data: false, is_there: &|_, _| true };
            let source = store.source(31, year(2024)).unwrap();
            for list in [&[0, 1, 2, 3, 4, 5, 6, 7, 8][..], &[8, 0, 0]] {
                expected.check(&source, Window::new(5, 7, 13, 19), list);
            }
        }
    }
}

#[test]
fn what_is_asked_is_said_before() {
    let grid = expected(&|_, _| true).grid;
    let box_of = |window: Window| {
        let bounds = grid.window(&window).unwrap().lon_lat_bounds().unwrap();
        Region::new(bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y).unwrap()
    };
    let open = |in_flight| {
        let remote = far(golden("utm.zarr"), in_flight);
        let store = ZoneStore::open_in(remote.clone()).unwrap();
        assert_eq!(remote.fetches(), if in_flight > 1 { store.opening() } else { remote_of(in_flight) });
        (remote, store)
    };
    for in_flight in [1, 16] {
        for window in [Window::new(2, 3, 50, 40), Window::new(10, 20, 9, 20), Window::new(31, 31, 2, 2)] {
            for (bytes, channels) in [(1 << 20, Channels::All), (20 * 50 * 4, Channels::from(0..3))] {
                let budget = MemoryBudget::from_bytes(bytes).unwrap();
                let query = Query::new(box_of(window), year(2024)).channels(channels);
                let degrees = RasterGrid::covering(query.area(), Crs::LonLat, 0.0004).unwrap();
                let (_, planned) = open(in_flight);
                let (remote, run) = open(in_flight);
                let plan = query.native(&planned).unwrap()[0].fetches(budget).unwrap().unwrap();
                query.native(&run).unwrap()[0].strips(budget).unwrap().for_each(|strip| drop(strip.unwrap()));
                assert_eq!(remote.fetches(), plan, "native {in_flight} {window:?} {bytes}");
                let budget = MemoryBudget::default();
                let (_, planned) = open(in_flight);
                let (remote, run) = open(in_flight);
                let plan = query.nearest(&planned, degrees).unwrap().fetches(budget).unwrap().unwrap();
                query.nearest(&run, degrees).unwrap().read(budget).unwrap();
                assert_eq!(remote.fetches(), plan, "nearest {in_flight} {window:?} {bytes}");
                let (_, planned) = open(in_flight);
                let (remote, run) = open(in_flight);
                let plan = query.mean(&planned, degrees).unwrap().fetches(budget).unwrap().unwrap();
                query.mean(&run, degrees).unwrap().read(budget).unwrap();
                assert_eq!(remote.fetches(), plan, "mean {in_flight} {window:?} {bytes}");
            }
        }
    }
}

/// Documents and time axes, which a folder is asked for one after another when it is opened.
fn remote_of(in_flight: usize) -> Fetches {
    let remote = far(golden("utm.zarr"), in_flight);
    ZoneStore::open_in(remote.clone()).unwrap();
    remote.fetches()
}

#[test]
fn a_shard_that_is_replaced_is_told_and_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden("utm.zarr"), &path);
    let store = ZoneStore::open_in(far(&path, 16)).unwrap();
    let source = store.source(31, year(2024)).unwrap();
    let window = Window::new(0, 0, 32, 32);
    let before = source.read_window(window, &Channels::All).unwrap();
    for array in ["embeddings/c/1/0/0/0", "scales/c/1/0/0"] {
        // The shard of the other year.
        let other = array.replace("c/1", "c/0");
        std::fs::remove_file(path.join("utm31").join(array)).unwrap();
        std::fs::copy(path.join("utm31").join(other), path.join("utm31").join(array)).unwrap();
        let mut out = Quantized::empty();
        let error = source.read_into(window, &Channels::All, &mut out).unwrap_err();
        assert!(matches!(&error, ReadError::Changed { object, .. } if object.ends_with(array)), "{error}");
        assert!(error.to_string().contains("read it again"), "{error}");
        let again = source.read_window(window, &Channels::All).unwrap();
        let fresh = ZoneStore::open(&path).unwrap().source(31, year(2024)).unwrap();
        let fresh = fresh.read_window(window, &Channels::All).unwrap();
        assert_eq!(again.view().data(), fresh.view().data());
        assert_ne!(again.view().data(), before.view().data());
    }
    // One that is gone in the middle is no hole.
    std::fs::remove_file(path.join("utm31/embeddings/c/1/0/0/0")).unwrap();
    let mut out = Quantized::empty();
    let error = source.read_into(window, &Channels::All, &mut out).unwrap_err();
    assert!(matches!(error, ReadError::Changed { .. }), "{error}");
}

#[test]
fn a_store_that_may_not_be_listed_is_read_all_the_same() {
    for kind in [ErrorKind::PermissionDenied, ErrorKind::Unsupported] {
        let open = |name| {
            let remote = Arc::new(Far::new(golden(name), 16).without_listing(kind));
            ZoneStore::open_in(remote).unwrap()
        };
        let store = open("hemispheres.zarr");
        assert_eq!((store.zones(), store.zone_years(30)), (vec![30], vec![year(2023), year(2024)]));
        assert_eq!(store.boxes(year(2024)), ["-6,-90,0,90".parse::<Region>().unwrap()]);
        assert_eq!(store.shards(30, year(2024)).unwrap().len(), 16);
        let local = ZoneStore::open(golden("hemispheres.zarr")).unwrap();
        assert_eq!(store.zone_shards(30, year(2024)).unwrap(), local.zone_shards(30, year(2024)).unwrap());
        let window = Window::new(0, 0, 20, 20);
        let read = |store: &ZoneStore| {
            let source = store.source(30, year(2024)).unwrap();
            source.read_window(window, &Channels::All).unwrap().view().data().to_owned()
        };
        assert_eq!(read(&store), read(&local));
    }
}

#[test]
fn shards_are_listed_with_what_tells_whether_they_changed() {
    let remote = far(golden("utm.zarr"), 16);
    let store = ZoneStore::open_in(remote.clone()).unwrap();
    let local = ZoneStore::open(golden("utm.zarr")).unwrap();
    store.read_years().unwrap();
    remote.looked();
    let (listed, known) =
        (store.zone_shards(31, year(2023)).unwrap(), local.zone_shards(31, year(2023)).unwrap());
    assert_eq!(listed, known);
    // One listing an array.
    assert_eq!(remote.looked(), 3);
    assert_eq!(store.boxes(year(2023)), local.boxes(year(2023)));
    let first = listed[0].stamp.as_ref().unwrap();
    assert_eq!((first.bytes, first.version.split(' ').count()), (listed[0].bytes, listed[0].objects.len()));
}
