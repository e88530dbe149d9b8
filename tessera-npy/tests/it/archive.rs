//! Archives in all their forms.

use std::fs;
use std::path::Path;

use tessera_core::{Archive, DatasetVersion, Region, TileId};
use tessera_npy::{ArchiveError, NpyArchive};

use crate::support::{NAME, assert_says, id, tile_in, year};

fn folders(root: &Path, names: &[&str]) {
    for name in names {
        fs::create_dir_all(root.join(name)).unwrap();
    }
}

fn years(archive: &NpyArchive) -> Vec<u16> {
    archive.years().iter().map(|year| year.number()).collect()
}

#[test]
fn every_form_of_root() {
    let dir = tempfile::tempdir().unwrap();
    for (made, roots, version) in [
        ("a/2023", vec!["a", "a/2023"], "unknown"),
        ("b/npy/v1.1-cam/2023", vec!["b", "b/npy", "b/npy/v1.1-cam", "b/npy/v1.1-cam/2023"], "v1.1-cam"),
        ("c/v1/2023", vec!["c", "c/v1", "c/v1/2023"], "v1"),
        (
            "d/global_0.1_degree_representation/2023",
            vec!["d", "d/global_0.1_degree_representation", "d/global_0.1_degree_representation/2023"],
            "unknown",
        ),
    ] {
        let folder = tile_in(&dir.path().join(made));
        for root in roots {
            let archive = NpyArchive::open(dir.path().join(root)).unwrap();
            assert_eq!(
                (years(&archive), archive.version().to_string()),
                (vec![2023], version.into()),
                "{root}"
            );
            assert_eq!(archive.tiles(year(2023)), [id()], "{root}");
            assert_eq!(archive.folder_of(id(), Some(year(2023))), Some(folder.clone()), "{root}");
            let tile = Archive::open(&archive, id(), year(2023)).unwrap().unwrap();
            assert_eq!(
                (tile.id(), tile.year(), tile.version().to_string()),
                (id(), Some(year(2023)), version.into())
            );
            assert_eq!(archive.strangers().total(), 0, "{root}: {}", archive.strangers());
        }
    }
}

#[test]
fn a_folder_of_tiles_that_says_no_year() {
    let dir = tempfile::tempdir().unwrap();
    tile_in(dir.path());
    let archive = NpyArchive::open(dir.path()).unwrap();
    assert_eq!((years(&archive), archive.list(None)), (vec![], &[id()][..]));
    assert_eq!(archive.open_tile(id(), None).unwrap().unwrap().notices().len(), 1);
    let dated =
        NpyArchive::options().year(year(2020)).version(DatasetVersion::named("v1")).open(dir.path()).unwrap();
    assert_eq!((years(&dated), dated.tiles(year(2020))), (vec![2020], vec![id()]));
    let tile = Archive::open(&dated, id(), year(2020)).unwrap().unwrap();
    assert_eq!((tile.year(), tile.version().to_string()), (Some(year(2020)), "v1".into()));
}

#[test]
fn tiles_by_year_and_region_in_order() {
    let dir = tempfile::tempdir().unwrap();
    folders(dir.path(), &["2024/grid_179.95_-16.55", "2024/grid_-179.95_-16.55", "2024/grid_0.15_52.05"]);
    folders(dir.path(), &["2024/grid_0.05_52.05", "2017/grid_0.15_52.05", "2016"]);
    let archive = NpyArchive::open(dir.path()).unwrap();
    assert_eq!(years(&archive), [2016, 2017, 2024]);
    let names = |tiles: &[TileId]| tiles.iter().map(TileId::to_string).collect::<Vec<_>>();
    let all = ["grid_-179.95_-16.55", "grid_179.95_-16.55", "grid_0.05_52.05", "grid_0.15_52.05"];
    assert_eq!(names(&archive.tiles(year(2024))), all);
    let fiji = Region::new(179.9, -17.0, -179.9, -16.5).unwrap();
    assert_eq!(names(&archive.tiles_in(year(2024), &fiji)), all[..2]);
    assert_eq!(archive.tiles_in(year(2017), &fiji), []);
    assert_eq!((archive.tiles(year(2016)), archive.tiles(year(2020))), (vec![], vec![]));
    // One year alone.
    let one = NpyArchive::options().year(year(2017)).open(dir.path()).unwrap();
    assert_eq!(years(&one), [2017]);
}

#[test]
fn what_is_not_there_is_none_and_what_is_broken_an_error() {
    let dir = tempfile::tempdir().unwrap();
    folders(dir.path(), &["2024/grid_0.15_52.05"]);
    let archive = NpyArchive::open(dir.path()).unwrap();
    assert!(Archive::open(&archive, id(), year(2024)).unwrap().is_none());
    assert!(Archive::open(&archive, id(), year(2023)).unwrap().is_none());
    let Err(error) = Archive::open(&archive, "grid_0.15_52.05".parse().unwrap(), year(2024)) else {
        panic!()
    };
    assert_says(&error.to_string(), &["grid_0.15_52.05 of 2024: ", "found no NPY file"]);
}

#[test]
fn strangers_are_passed_over_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    folders(
        dir.path(),
        &["2024/grid_0.15_52.05", "2024/grid_0.10_52.05", "2024/grid_0.15_99.05", "2024/notes"],
    );
    folders(dir.path(), &["2024/.snap", "2024/grid_0.15_52.05_old", "logs", "landmasks/v1", "1066", ".git"]);
    fs::write(dir.path().join("2024/grid_0.25_52.05"), "a file with a tile's name").unwrap();
    fs::write(dir.path().join("2024/SHA256"), "").unwrap();
    fs::write(dir.path().join("README"), "").unwrap();
    fs::write(dir.path().join("2023"), "a file with a year's name").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", dir.path().join("2022")).unwrap();
    let archive = NpyArchive::open(dir.path()).unwrap();
    assert_eq!(years(&archive), [2024]);
    assert_eq!(archive.tiles(year(2024)).len(), 1);
    let strangers = archive.strangers();
    assert_eq!((strangers.off_grid, strangers.hidden, strangers.files), (2, 2, 4));
    assert_eq!(strangers.folders, if cfg!(unix) { 5 } else { 4 });
    assert_eq!(strangers.examples.len(), 8);
    assert_says(&strangers.to_string(), &["2 off-grid names, 4 files", "2 hidden"]);
}

#[cfg(unix)]
#[test]
fn linked_tiles_and_years_count() {
    let dir = tempfile::tempdir().unwrap();
    let tile = tile_in(&dir.path().join("elsewhere"));
    folders(dir.path(), &["root/2023"]);
    std::os::unix::fs::symlink(&tile, dir.path().join("root/2023").join(NAME)).unwrap();
    std::os::unix::fs::symlink(tile.parent().unwrap(), dir.path().join("root/2024")).unwrap();
    let archive = NpyArchive::open(dir.path().join("root")).unwrap();
    for number in [2023, 2024] {
        let tile = Archive::open(&archive, id(), year(number)).unwrap().unwrap();
        assert_eq!(tile.year(), Some(year(number)));
    }
}

#[test]
fn several_datasets_must_be_chosen_from() {
    let dir = tempfile::tempdir().unwrap();
    folders(
        dir.path(),
        &["npy/v1/2023/grid_0.15_52.05", "npy/v2/2024/grid_0.15_52.05", "npy/v3", "npy/other"],
    );
    let error = NpyArchive::open(dir.path()).unwrap_err();
    assert!(matches!(&error, ArchiveError::Several { found, .. } if found.len() == 2), "{error}");
    assert_says(&error.to_string(), &["npy/v1", "npy/v2", "give the dataset version"]);
    let archive = NpyArchive::options().version(DatasetVersion::named("v2")).open(dir.path()).unwrap();
    assert_eq!((years(&archive), archive.version().to_string()), (vec![2024], "v2".into()));
    let error = NpyArchive::options().version(DatasetVersion::named("v9")).open(dir.path()).unwrap_err();
    assert_says(&error.to_string(), &["no dataset v9, found v1, v2"]);
}

#[test]
fn no_archive() {
    let dir = tempfile::tempdir().unwrap();
    folders(dir.path(), &["data/x"]);
    let error = NpyArchive::open(dir.path()).unwrap_err();
    assert!(matches!(error, ArchiveError::Empty { .. }), "{error}");
    assert_says(&error.to_string(), &[&dir.path().display().to_string(), "npy/<dataset>/<year>"]);
    let error = NpyArchive::open(dir.path().join("nowhere")).unwrap_err();
    assert!(matches!(error, ArchiveError::Folder { .. }), "{error}");
    folders(dir.path(), &["2021/grid_0.15_52.05", "2022"]);
    for root in ["", "2021"] {
        let error = NpyArchive::options().year(year(2020)).open(dir.path().join(root)).unwrap_err();
        assert_says(&error.to_string(), &["no year 2020, found 2021"]);
    }
}
