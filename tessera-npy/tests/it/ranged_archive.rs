//! Archives in a store of objects.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::SeqCst;

use tessera_core::{Archive, DatasetVersion, Fetches, Region, Stamp, TileId};
use tessera_npy::{ArchiveError, NpyArchive, NpyArchiveOptions, is_tile, is_tile_in};

use crate::landmask::{geo, write_mask};
use crate::store::Store;
use crate::support::{COLS, NAME, ROWS, assert_says, id, tile_in, year};

/// Both archives of a root say the same, or fail alike.
#[track_caller]
fn same(options: &NpyArchiveOptions, root: &Path) {
    let store = Store::new(root).fetching(0, 1 << 20, 8).shared();
    match (options.open(root), options.open_in(store.clone())) {
        (Ok(local), Ok(ranged)) => {
            assert_eq!((local.years(), local.version()), (ranged.years(), ranged.version()), "{root:?}");
            assert_eq!(Archive::name(&local), ranged.name());
            for year in local.years().into_iter().map(Some).chain([None]) {
                assert_eq!(local.list(year), ranged.list(year), "{root:?}");
                for id in local.list(year) {
                    let folder = ranged.folder_of(*id, year).unwrap();
                    assert_eq!(local.folder_of(*id, year).unwrap(), root.join(folder));
                    assert_eq!(local.listed_files(*id, year), ranged.listed_files(*id, year));
                }
            }
            assert_eq!(local.strangers().total(), ranged.strangers().total(), "{root:?}");
            assert_eq!(store.asked(), Fetches::default(), "no tile is asked for");
        }
        (local, ranged) => assert_eq!(
            local.map(drop).unwrap_err().to_string(),
            ranged.map(drop).unwrap_err().to_string(),
            "{root:?}"
        ),
    }
}

#[test]
fn every_form_of_root() {
    let dir = tempfile::tempdir().unwrap();
    for made in [
        "a/2023",
        "b/npy/v1.1-cam/2023",
        "c/v1/2023",
        "d/global_0.1_degree_representation/2023",
        "several/v1/2023",
        "several/v2/2024",
        "direct",
    ] {
        let folder = dir.path().join(made);
        for tile in [NAME, "grid_0.15_52.05", "grid_0.25_52.05", "grid_1_2", "notes", ".hidden"] {
            fs::create_dir_all(folder.join(tile)).unwrap();
        }
    }
    fs::create_dir(dir.path().join("empty")).unwrap();
    fs::create_dir_all(dir.path().join("landmasks/v1")).unwrap();
    for root in [
        "a",
        "a/2023",
        "b",
        "b/npy",
        "b/npy/v1.1-cam",
        "b/npy/v1.1-cam/2023",
        "c",
        "c/v1",
        "c/v1/2023",
        "d",
        "d/global_0.1_degree_representation",
        "several",
        "direct",
        "empty",
    ] {
        let root = dir.path().join(root);
        same(&NpyArchive::options(), &root);
        same(&NpyArchive::options().year(year(2023)), &root);
        same(&NpyArchive::options().year(year(2030)), &root);
        same(&NpyArchive::options().version(DatasetVersion::named("v1")), &root);
    }
}

#[test]
fn tiles_are_opened_and_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tile_in(&dir.path().join("v1/2024"));
    let store = Store::new(dir.path()).fetching(0, 1 << 20, 8).shared();
    let archive = NpyArchive::options().open_in(store.clone()).unwrap();
    let local = NpyArchive::open(dir.path()).unwrap();
    // The root, its dataset and its year, each listed once.
    assert_eq!((store.lists.load(SeqCst), store.asked()), (3, Fetches::default()));
    let tile = Archive::open(&archive, id(), year(2024)).unwrap().unwrap();
    assert_eq!(store.asked(), Fetches { requests: 2, bytes: 512 });
    assert_eq!((tile.id(), tile.year(), tile.version().to_string()), (id(), Some(year(2024)), "v1".into()));
    assert_eq!(tile.grid(), Archive::open(&local, id(), year(2024)).unwrap().unwrap().grid());
    let other: TileId = "grid_0.15_52.05".parse().unwrap();
    assert!(Archive::open(&archive, other, year(2024)).unwrap().is_none());
    assert!(archive.stamp(other, year(2024)).unwrap().is_none());
    let near = Region::new(-100.0, 80.0, -99.9, 80.1).unwrap();
    assert_eq!(archive.tiles_in(year(2024), &near), [id()]);

    let stamp = archive.stamp(id(), year(2024)).unwrap();
    assert_eq!(stamp, local.stamp(id(), year(2024)).unwrap());
    assert_eq!(store.stamps.load(SeqCst), 2);
    assert_eq!(archive.walk_stamps(year(2024)).unwrap(), 1);
    assert_eq!(archive.stamp(id(), year(2024)).unwrap(), stamp);
    assert_eq!((store.stamps.load(SeqCst), archive.walk_stamps(year(2030)).unwrap()), (2, 0));

    // A file that is gone, and a landmask that says what is water, are part of it.
    write_mask(&folder.join(format!("{NAME}.tiff")), geo(0.0, 0.0), &[1; ROWS * COLS]);
    let wet = NpyArchive::options().water_from_landmasks();
    let (wet, wet_local) = (wet.open_in(store.clone()).unwrap(), wet.open(dir.path()).unwrap());
    assert_eq!(wet.stamp(id(), year(2024)).unwrap(), wet_local.stamp(id(), year(2024)).unwrap());
    assert_ne!(wet.stamp(id(), year(2024)).unwrap(), stamp);
    assert!(wet.open_tile(id(), Some(year(2024))).unwrap().unwrap().landmask().is_some());
    fs::remove_file(folder.join(format!("{NAME}_scales.npy"))).unwrap();
    fs::remove_file(folder.join(format!("{NAME}.npy"))).unwrap();
    let fresh = NpyArchive::options().open_in(store).unwrap();
    let gone = Stamp { bytes: 0, version: "none none".into() };
    assert_eq!(fresh.stamp(id(), year(2024)).unwrap(), Some(gone.clone()));
    fresh.walk_stamps(year(2024)).unwrap();
    assert_eq!(fresh.stamp(id(), year(2024)).unwrap(), Some(gone));
    let error = Archive::open(&fresh, id(), year(2024)).map(drop).unwrap_err();
    assert_says(&error.to_string(), &["expected the pair"]);
}

#[test]
fn landmasks_of_the_dataset() {
    let dir = tempfile::tempdir().unwrap();
    tile_in(&dir.path().join("v1/2024"));
    let masks = dir.path().join("landmasks/v1");
    fs::create_dir_all(&masks).unwrap();
    write_mask(&masks.join(format!("{NAME}.tiff")), geo(0.0, 0.0), &[1; ROWS * COLS]);
    let store = Store::new(dir.path()).shared();
    for options in [
        NpyArchive::options().water_from_landmasks(),
        NpyArchive::options().landmasks(&masks),
        NpyArchive::options().landmasks(&masks).water_from_landmasks(),
    ] {
        let ranged =
            options.open_in(store.clone()).unwrap().open_tile(id(), Some(year(2024))).unwrap().unwrap();
        let local = options.open(dir.path()).unwrap().open_tile(id(), Some(year(2024))).unwrap().unwrap();
        assert_eq!((ranged.landmask(), ranged.notices()), (local.landmask(), local.notices()));
        assert!(ranged.landmask().is_some());
    }
    let error =
        NpyArchive::options().landmasks(dir.path().with_file_name("nowhere")).open_in(store).unwrap_err();
    assert!(matches!(error, ArchiveError::Landmasks { .. }), "{error}");
}

#[test]
fn a_server_that_cannot_list_needs_a_listing() {
    let dir = tempfile::tempdir().unwrap();
    tile_in(&dir.path().join("2024"));
    let store = Store::new(dir.path()).unlistable().shared();
    let error = NpyArchive::options().open_in(store.clone()).unwrap_err();
    assert!(matches!(error, ArchiveError::Unlistable { .. }), "{error}");
    assert_says(&error.to_string(), &["plain HTTP has no listings", "--listing"]);

    let text = format!("2024/{NAME}/{NAME}.npy 472346\n2024/grid_0.15_52.05\n");
    fs::write(dir.path().join("tiles.txt"), &text).unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("local.txt"), &text).unwrap();
    let full = dir.path().join("tiles.txt");
    for listing in [Path::new("tiles.txt"), &full, &outside.path().join("local.txt")] {
        let archive = NpyArchive::options().listing(listing).open_in(store.clone()).unwrap();
        assert_eq!(archive.tiles(year(2024)).len(), 2);
        assert_eq!(archive.listed_files(id(), Some(year(2024)))[0].size, Some(472_346));
        assert!(archive.open_tile(id(), Some(year(2024))).unwrap().is_some());
        assert!(archive.open_tile("grid_0.15_52.05".parse().unwrap(), Some(year(2024))).is_err());
    }
    let error = NpyArchive::options().listing("nothing.txt").open_in(store.clone()).unwrap_err();
    assert_says(&error.to_string(), &["nothing.txt", "cannot be read"]);

    // The year that no line says is the folder of that year, where the tile lies in one.
    fs::write(dir.path().join("tiles.txt"), NAME).unwrap();
    let given = NpyArchive::options().listing("tiles.txt").year(year(2024));
    let archive = given.open_in(store).unwrap();
    assert_eq!(archive.folder_of(id(), Some(year(2024))).unwrap(), format!("2024/{NAME}"));
    assert!(archive.open_tile(id(), Some(year(2024))).unwrap().is_some());
}

#[test]
fn listings_say_the_same() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("2024").join("grid_0.15_52.05")).unwrap();
    for (at, text) in [
        "v1/2024/grid_0.15_52.05\nv1/2024/grid_0.25_52.05\nnothing\n",
        "v1/2024/grid_0.15_52.05\nv2/2024/grid_0.25_52.05\n",
        "grid_0.15_52.05/grid_0.15_52.05.npy 55\ngrid_0.15_52.05\ngrid_0.15_52.05\n",
        "# nothing\n",
        "a/2024/grid_0.15_52.05\nb/2024/grid_0.25_52.05\n",
    ]
    .iter()
    .enumerate()
    {
        let path = dir.path().join(format!("{at}.txt"));
        fs::write(&path, text).unwrap();
        same(&NpyArchive::options().listing(&path), dir.path());
        same(&NpyArchive::options().listing(&path).version(DatasetVersion::named("v1")), dir.path());
        same(&NpyArchive::options().listing(&path).year(year(2020)), dir.path());
    }
}

#[test]
fn one_tile_or_many() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tile_in(&dir.path().join("data/2024"));
    fs::create_dir_all(dir.path().join("data/v1")).unwrap();
    fs::create_dir_all(dir.path().join("north")).unwrap();
    for file in [".npy", "_scales.npy"] {
        fs::copy(folder.join(format!("{NAME}{file}")), dir.path().join(format!("north/{NAME}{file}")))
            .unwrap();
    }
    let store = Store::new(dir.path()).shared();
    for (path, one, lists) in [
        (format!("data/2024/{NAME}"), true, 0),
        (format!("data/2024/{NAME}/{NAME}_scales.npy"), true, 0),
        ("data/2024".into(), false, 0),
        ("data/v1".into(), false, 0),
        ("data".into(), false, 1),
        ("north".into(), true, 1),
        ("nowhere".into(), false, 1),
    ] {
        let before = store.lists.load(SeqCst);
        assert_eq!(is_tile_in(store.as_ref(), &path).unwrap(), one, "{path}");
        assert_eq!(store.lists.load(SeqCst) - before, lists, "{path}");
        if path != "nowhere" {
            assert_eq!(is_tile(dir.path().join(&path)), one, "{path}");
        }
    }
    let silent = Store::new(dir.path()).unlistable();
    assert!(!is_tile_in(&silent, "north").unwrap());
    assert!(is_tile_in(&Store::new(&folder), "").unwrap());
}
