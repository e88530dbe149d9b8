//! Stores that zarr-python wrote, in both published layouts.

use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, PixelGrid, Region, Source, UtmZone, Window, Zones};
use tessera_zarr::ZoneStore;

use crate::support::{Expected, copy, edit, year};

pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn grid(epsg: u32, west: f64, north: f64, rows: usize, cols: usize) -> PixelGrid {
    PixelGrid::new(UtmZone::from_epsg(epsg).unwrap(), west, north, rows, cols).unwrap()
}

const WINDOWS: [Window; 6] = [
    Window::new(0, 0, 60, 50),
    Window::new(3, 5, 1, 1),
    Window::new(30, 30, 4, 4),
    Window::new(7, 9, 33, 25),
    Window::new(55, 44, 5, 6),
    Window::new(16, 0, 8, 50),
];

#[test]
fn geotesseras_layout_is_read() {
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    assert_eq!((store.zones(), store.channels(), store.depths()), (vec![1, 31], 16, vec![4]));
    assert_eq!(store.years(), [year(2023), year(2024)]);
    assert_eq!(store.version(), DatasetVersion::named("v1"));
    assert!(store.is_consolidated());
    let source = store.source(31, year(2024)).unwrap();
    let all = Expected {
        grid: grid(32631, 300_000.0, 400.0, 60, 50),
        year: 2024,
        nan_is_no_data: false,
        is_there: &|_, _| true,
    };
    let every: Vec<usize> = (0..16).collect();
    for window in WINDOWS {
        // All, the prefix array, more than it has, an order of their own.
        for list in [&every[..], &[0, 1, 2, 3], &[0, 1, 2], &[0, 1, 2, 3, 4], &[15, 3, 3, 9], &[2]] {
            all.check(&source, window, list);
        }
    }
    assert_eq!(source.block_rows(), 8);
    // A shard that was never written.
    let part = Expected { year: 2023, is_there: &|row, col| row >= 32 || col < 32, ..all };
    let source = store.source(31, year(2023)).unwrap();
    for window in WINDOWS {
        part.check(&source, window, &every);
    }
}

#[test]
fn prefixes_are_read_from_their_own_array() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden("utm.zarr"), &path);
    std::fs::remove_dir_all(path.join("utm31/embeddings/c")).unwrap();
    let source = ZoneStore::open(&path).unwrap().source(31, year(2024)).unwrap();
    let all = Expected { grid: *source.grid(), year: 2024, nan_is_no_data: false, is_there: &|_, _| true };
    all.check(&source, Window::new(0, 0, 60, 50), &[3, 1]);
    let pixels = source.read_window(Window::new(0, 0, 60, 50), &(0..5).into()).unwrap();
    assert!(pixels.view().data().iter().all(|value| *value == 0));
    // One that is of another shape is not used.
    edit(&path, "zarr.json", |root| {
        let array = &mut root["consolidated_metadata"]["metadata"]["utm31/embeddings_d4"];
        array["shape"] = serde_json::json!([2, 4, 60, 51]);
    });
    assert!(ZoneStore::open(&path).unwrap().depths().is_empty());
}

#[test]
fn layouts_are_told() {
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    let arrays: Vec<String> = store.arrays(31).iter().map(ToString::to_string).collect();
    assert_eq!(
        arrays,
        [
            "utm31/embeddings: 60 × 50 × 16, chunks of 8 × 8 in shards of 32 × 32, blosc(zstd-3, bitshuffle)",
            "utm31/scales: 60 × 50 × 1, chunks of 8 × 8 in shards of 32 × 32, blosc(zstd-3, shuffle)",
            "utm31/embeddings_d4: 60 × 50 × 4, chunks of 16 × 16 in shards of 32 × 32, blosc(zstd-3, bitshuffle)",
        ]
    );
    let store = ZoneStore::open(golden("hemispheres.zarr")).unwrap();
    let arrays = store.arrays(30);
    assert!(arrays.iter().all(|array| array.is_direct));
    assert_eq!(
        (arrays[2].array.as_str(), arrays[2].codec.as_str(), arrays[2].years.as_slice()),
        ("30S/embeddings", "zstd-3", &[year(2024)][..])
    );
    let groups: Vec<&str> = store.group_attributes(30).iter().map(|(name, _)| *name).collect();
    assert_eq!((groups, store.arrays(31).len()), (vec!["30N", "30S"], 0));
}

#[test]
fn dclimates_layout_is_read_as_one_raster_a_zone() {
    let store = ZoneStore::open(golden("hemispheres.zarr")).unwrap();
    assert_eq!((store.zones(), store.channels(), store.version()), (vec![30], 6, DatasetVersion::Unknown));
    assert!(!store.is_consolidated());
    // 44 rows of 40 columns from the northern group, 42 rows of 48 from the southern one, which begins 16 columns before.
    let whole = grid(32630, 599_840.0, 440.0, 86, 56);
    let is_there = |row: usize, col: usize| if row < 44 { col >= 16 } else { col < 48 };
    let expected = Expected { grid: whole, year: 2024, nan_is_no_data: true, is_there: &is_there };
    let source = store.source(30, year(2024)).unwrap();
    for window in [
        Window::new(0, 0, 86, 56),
        Window::new(20, 20, 9, 9),
        Window::new(40, 30, 8, 26),
        Window::new(44, 0, 1, 48),
        Window::new(0, 0, 20, 10),
    ] {
        expected.check(&source, window, &[0, 1, 2, 3, 4, 5]);
        expected.check(&source, window, &[4, 5]);
        expected.check(&source, window, &[5, 0]);
    }
    // The southern group says that it is not finished in that year.
    let is_there = |row: usize, col: usize| row < 44 && col >= 16;
    let expected = Expected { year: 2023, is_there: &is_there, ..expected };
    expected.check(&store.source(30, year(2023)).unwrap(), Window::new(0, 0, 86, 56), &[3]);
    assert_eq!(store.zone_years(30), [year(2023), year(2024)]);
}

#[test]
fn a_hemisphere_without_the_other_keeps_all_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    copy(&golden("hemispheres.zarr"), dir.path());
    std::fs::remove_dir_all(dir.path().join("30S")).unwrap();
    // The same dates as numpy's type for them.
    edit(dir.path(), "30N/time/zarr.json", |time| {
        time["data_type"] = serde_json::json!({"name": "numpy.datetime64", "configuration": {"unit": "ns", "scale_factor": 1}});
        time["fill_value"] = serde_json::json!("NaT");
        time["attributes"] = serde_json::json!({});
    });
    let store = ZoneStore::open(dir.path()).unwrap();
    assert_eq!(store.zone_years(30), [year(2023), year(2024)]);
    let source = store.source(30, year(2024)).unwrap();
    assert_eq!(*source.grid(), grid(32630, 600_000.0, 440.0, 48, 40));
    let beyond = source.read_window(Window::new(44, 0, 4, 40), &(0..1).into()).unwrap();
    assert!(beyond.view().data().iter().all(|value| *value == 99));
    let expected =
        Expected { grid: *source.grid(), year: 2024, nan_is_no_data: true, is_there: &|_, _| true };
    expected.check(&source, Window::new(0, 0, 44, 40), &[0, 1, 2, 3, 4, 5]);
}

#[test]
fn years_and_zones_that_are_not_there_are_none() {
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    let here: Region = "1.2,0,1.3,0.1".parse().unwrap();
    assert!(store.zone(31, year(2024), &here).unwrap().is_some());
    assert!(store.zone(31, year(2022), &here).unwrap().is_none());
    assert!(store.zone(32, year(2024), &here).unwrap().is_none());
    assert!(store.source(31, year(2022)).is_none() && store.source(2, year(2024)).is_none());
    assert!(store.grid(2).is_none() && store.zone_years(2).is_empty());
    // Elsewhere in the zone, and where only the shard that was not written lies.
    assert!(store.zone(31, year(2024), &"1.2,5,1.3,5.1".parse().unwrap()).unwrap().is_none());
    let east: Region = "1.2067,0.0022,1.2068,0.0023".parse().unwrap();
    assert!(store.zone(31, year(2024), &east).unwrap().is_some());
    assert!(store.zone(31, year(2023), &east).unwrap().is_none());
    // Zone 1 was filled in one of the years.
    let zone_1: Region = "-177.5,45,-176.5,45.2".parse().unwrap();
    assert!(store.zone(1, year(2024), &zone_1).unwrap().is_some());
    assert!(store.zone(1, year(2023), &zone_1).unwrap().is_none());
}

#[test]
fn boxes_hold_what_is_written() {
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    let boxes = store.boxes(year(2024));
    assert_eq!(boxes.len(), 2);
    assert!(boxes[0].contains(-176.999, 45.1527) && boxes[1].contains(1.2037, 0.0), "{boxes:?}");
    assert!(boxes.iter().all(|region| region.east() - region.west() < 0.01), "{boxes:?}");
    assert_eq!(store.boxes(year(2023)), boxes[1..]);
    assert!(store.boxes(year(2020)).is_empty());
}
