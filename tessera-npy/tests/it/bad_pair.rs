//! Files that are not the pair of a tile.

use std::fs;

use tessera_core::TileIdError;
use tessera_npy::{NpyFileError, NpyFileProblem, NpyTile, TileError};

use crate::support::{NAME, assert_says, id, made, npy};

const OTHER: &str = "grid_-99.85_80.05";

#[test]
fn missing_partner() {
    let made = made();
    let whole = made.dir.path().join("moved");
    fs::rename(&made.scales, &whole).unwrap();
    for path in [&made.folder, &made.embeddings, &made.scales] {
        let error = NpyTile::open(path).unwrap_err();
        assert!(matches!(error, TileError::MissingPartner { .. }), "{error}");
        assert_says(
            &error.to_string(),
            &[
                &format!("{}: no such file", made.scales.display()),
                &format!("beside {}", made.embeddings.display()),
            ],
        );
    }
    fs::rename(&whole, &made.scales).unwrap();
    fs::remove_file(&made.embeddings).unwrap();
    for path in [&made.folder, &made.embeddings, &made.scales] {
        let error = NpyTile::open(path).unwrap_err();
        assert_says(&error.to_string(), &[&format!("{}: no such file", made.embeddings.display())]);
    }
}

#[test]
fn nothing_there() {
    let made = made();
    for name in ["grid_0.15_52.05", "grid_0.15_52.05.npy", "nowhere"] {
        let path = made.dir.path().join(name);
        let error = NpyTile::open(&path).unwrap_err();
        let is_missing = |error: &TileError| {
            matches!(error, TileError::File(NpyFileError { problem: NpyFileProblem::Missing, .. }))
        };
        assert!(is_missing(&error), "{error}");
        assert_says(&error.to_string(), &[&format!("{}: no such file", path.display())]);
    }
}

#[test]
fn a_folder_without_a_pair() {
    let made = made();
    let folder = made.dir.path().join("grid_0.15_52.05");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "none").unwrap();
    let error = NpyTile::open(&folder).unwrap_err();
    assert!(matches!(error, TileError::NoPair { .. }), "{error}");
    assert_says(
        &error.to_string(),
        &["grid_0.15_52.05.npy and grid_0.15_52.05_scales.npy", "found no NPY file"],
    );

    let several = made.dir.path().join("several");
    fs::create_dir(&several).unwrap();
    for name in ["a.npy", "b.npy", "b_scales.npy"] {
        fs::write(several.join(name), "").unwrap();
    }
    let error = NpyTile::open(&several).unwrap_err();
    assert_says(&error.to_string(), &["found a.npy, b.npy, b_scales.npy"]);
}

#[test]
fn folder_and_file_names_that_disagree() {
    let made = made();
    let moved = made.folder.with_file_name(OTHER);
    fs::rename(&made.folder, &moved).unwrap();
    for path in [moved.clone(), moved.join(format!("{NAME}.npy"))] {
        let error = NpyTile::open(path).unwrap_err();
        assert!(matches!(error, TileError::NamesDisagree { .. }), "{error}");
        assert_says(&error.to_string(), &[&format!("{OTHER} and "), NAME, "disagree"]);
    }
}

#[test]
fn scales_of_another_name() {
    let made = made();
    let other = made.folder.join(format!("{OTHER}_scales.npy"));
    fs::rename(&made.scales, &other).unwrap();
    let in_folder = NpyTile::open(&made.folder).unwrap_err();
    assert_says(&in_folder.to_string(), &[NAME, OTHER, "disagree"]);
    let two_files = NpyTile::options().open_files(&made.embeddings, &other).unwrap_err();
    assert!(matches!(two_files, TileError::NamesDisagree { .. }), "{two_files}");
}

#[test]
fn off_grid_name() {
    let made = made();
    let folder = made.dir.path().join("grid_-99.90_80.05");
    fs::rename(&made.folder, &folder).unwrap();
    let error = NpyTile::open(&folder).unwrap_err();
    assert!(matches!(error, TileError::Name { cause: TileIdError::OffGrid { .. }, .. }), "{error}");
    assert_says(&error.to_string(), &[&folder.display().to_string(), "off the grid", "grid_-99.85_80.05"]);
    // Who knows better can say so.
    assert!(NpyTile::options().id(id()).open(&folder).is_ok());
}

#[test]
fn a_tile_that_is_given_and_not_the_one_named() {
    let made = made();
    for path in [&made.folder, &made.embeddings] {
        let error = NpyTile::options().id(OTHER.parse().unwrap()).open(path).unwrap_err();
        assert!(matches!(error, TileError::OtherTile { .. }), "{error}");
        assert_says(&error.to_string(), &[NAME, OTHER]);
    }
}

#[test]
fn files_that_name_no_tile() {
    let made = made();
    let (a, b) = (made.dir.path().join("a.npy"), made.dir.path().join("a_scales.npy"));
    fs::rename(&made.embeddings, &a).unwrap();
    fs::rename(&made.scales, &b).unwrap();
    for error in [NpyTile::open(&a), NpyTile::options().open_files(&a, &b)].map(Result::unwrap_err) {
        assert!(matches!(error, TileError::Nameless { .. }), "{error}");
    }
    assert!(NpyTile::options().id(id()).open(&a).is_ok());
}

#[test]
fn a_directory_where_a_file_should_be() {
    let made = made();
    for file in [&made.embeddings, &made.scales] {
        let kept = fs::read(file).unwrap();
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
        let error = NpyTile::open(&made.folder).unwrap_err();
        assert_says(
            &error.to_string(),
            &[&file.display().to_string(), "is a directory, expected an NPY file"],
        );
        fs::remove_dir(file).unwrap();
        fs::write(file, kept).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_device_where_a_file_should_be() {
    let made = made();
    fs::remove_file(&made.scales).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &made.scales).unwrap();
    let error = NpyTile::open(&made.folder).unwrap_err();
    assert_says(&error.to_string(), &["is not a regular file"]);
}

#[test]
fn scales_of_another_shape() {
    for (shape, floats) in [
        ("(211, 1119)", 211 * 1119),
        ("(1118, 211)", 1118 * 211),
        ("(1119, 211, 1)", 1119 * 211),
        ("(1119, 211, 128)", 0),
    ] {
        let made = made();
        fs::write(&made.scales, npy("'<f4'", "False", shape, floats * 4)).unwrap();
        let error = NpyTile::open(&made.folder).unwrap_err();
        assert!(matches!(error, TileError::ScalesShape { .. }), "{error}");
        let expected = ["expected [1119, 211] or [1119, 211, 2]", &shape.replace(['(', ')'], "")];
        assert_says(&error.to_string(), &expected);
        assert_says(
            &error.to_string(),
            &[&made.scales.display().to_string(), &made.embeddings.display().to_string()],
        );
    }
}

#[test]
fn the_shape_of_another_tile() {
    let made = made();
    fs::write(&made.embeddings, npy("'|i1'", "False", "(1119, 214, 2)", 1119 * 214 * 2)).unwrap();
    fs::write(&made.scales, npy("'<f4'", "False", "(1119, 214)", 1119 * 214 * 4)).unwrap();
    let error = NpyTile::open(&made.folder).unwrap_err();
    assert!(matches!(error, TileError::Shape { .. }), "{error}");
    assert_says(
        &error.to_string(),
        &["1119 rows × 214 columns", "1119 × 211", "within 2 pixels", "from the name"],
    );
    assert!(NpyTile::options().any_shape().open(&made.folder).is_ok());
}
