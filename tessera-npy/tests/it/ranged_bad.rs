//! Objects that are not the pair of a tile: what is said is what is said of files.

use std::fs;

use tessera_core::{ByteRanges, DatasetVersion};
use tessera_npy::{NpyTile, NpyTileOptions};

use crate::store::Store;
use crate::support::{COLS, Made, NAME, ROWS, assert_says, made, npy, with_text, year};

const OTHER: &str = "grid_-99.85_80.05";

/// The messages of a tile that cannot be opened, from files and from a store: the same.
#[track_caller]
fn same_error(options: &NpyTileOptions, made: &Made, path: &str) -> String {
    let from_files = options.open(made.dir.path().join(path)).unwrap_err().to_string();
    let store = Store::new(made.dir.path()).fetching(0, 1 << 20, 8).shared();
    let from_store = options.open_in(store, path).unwrap_err().to_string();
    assert_eq!(from_files, from_store);
    from_store
}

#[test]
fn bad_files() {
    let (rows, cols) = (ROWS, COLS);
    let shape = format!("({rows}, {cols}, 2)");
    let flat = format!("({rows}, {cols})");
    let good = npy("'|i1'", "False", &shape, rows * cols * 2);
    let scales = npy("'<f4'", "False", &flat, rows * cols * 4);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("", vec![]),
        ("", b"\x93".to_vec()),
        ("", good[..9].to_vec()),
        ("", good[..100].to_vec()),
        ("", good[..128].to_vec()),
        ("", good[..200].to_vec()),
        ("", good[..good.len() - 1].to_vec()),
        ("", [&good[..], b"x"].concat()),
        ("", b"not an NPY file at all, but long enough".repeat(20)),
        ("", with_text(2, &"x".repeat(20_000))),
        ("", with_text(1, &"{'descr': [((".repeat(30))),
        ("", b"\x93NUMPY\x09\x00\x76\x00 and so on".repeat(30)),
        ("", [b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(), vec![b' '; 500]].concat()),
        ("", npy("'|u1'", "False", &shape, rows * cols * 2)),
        ("", npy("'|i1'", "True", &shape, rows * cols * 2)),
        ("", npy("'|i1'", "False", &flat, rows * cols)),
        ("", npy("'|i1'", "False", "(18446744073709551615, 2, 128)", 10)),
        ("", npy("'|i1'", "False", "(0, 211, 128)", 0)),
        ("", npy("'|i1'", "False", "(300, 211, 2)", 300 * 211 * 2)),
        ("_scales", vec![]),
        ("_scales", scales[..scales.len() - 1].to_vec()),
        ("_scales", npy("'<i4'", "False", &flat, rows * cols * 4)),
        ("_scales", npy("'<f4'", "False", "(1119,)", 1119 * 4)),
        ("_scales", npy("'<f4'", "False", "(1119, 210)", 1119 * 210 * 4)),
        ("_scales", npy("'<f4'", "False", &format!("({rows}, {cols}, 3)"), rows * cols * 12)),
        ("_scales", npy("'<f4'", "False", "(1119, 4294967295)", 10)),
    ];
    for (ending, bytes) in cases {
        let made = made();
        fs::write(made.folder.join(format!("{NAME}{ending}.npy")), bytes).unwrap();
        let said = same_error(&NpyTile::options(), &made, &format!("2024/{NAME}"));
        assert_says(&said, &[NAME]);
    }
}

#[test]
fn objects_that_are_not_there() {
    for gone in ["", "_scales"] {
        let made = made();
        fs::remove_file(made.folder.join(format!("{NAME}{gone}.npy"))).unwrap();
        for path in [format!("2024/{NAME}"), format!("2024/{NAME}/{NAME}.npy")] {
            let said = same_error(&NpyTile::options(), &made, &path);
            assert_says(&said, &["no such file, expected beside"]);
        }
    }
    let made = made();
    fs::create_dir(made.dir.path().join(OTHER)).unwrap();
    fs::write(made.dir.path().join(OTHER).join("x.npy"), b"x").unwrap();
    assert_says(&same_error(&NpyTile::options(), &made, OTHER), &["expected the pair", "found x.npy"]);
    fs::rename(
        made.dir.path().join(OTHER).join("x.npy"),
        made.dir.path().join(OTHER).join(format!("{NAME}.npy")),
    )
    .unwrap();
    assert_says(&same_error(&NpyTile::options(), &made, OTHER), &["disagree"]);
    assert_says(
        &same_error(&NpyTile::options(), &made, &format!("2024/{NAME}/nothing.npy")),
        &["nothing.npy: no such file"],
    );
    // Where nothing can be listed, what is not there is said all the same.
    let store = Store::new(made.dir.path()).unlistable().shared();
    let error = NpyTile::options().open_in(store, "grid_0.15_52.05").unwrap_err();
    assert_says(&error.to_string(), &["expected the pair grid_0.15_52.05.npy"]);
}

#[test]
fn names_that_disagree() {
    let made = made();
    let other = NpyTile::options().id(OTHER.parse().unwrap());
    assert_says(&same_error(&other, &made, &format!("2024/{NAME}")), &["was given"]);
    assert_says(&same_error(&other, &made, &format!("2024/{NAME}/{NAME}.npy")), &["was given"]);
    fs::rename(&made.folder, made.folder.with_file_name("grid_1_2")).unwrap();
    assert_says(&same_error(&NpyTile::options(), &made, "2024/grid_1_2"), &["grid_1_2"]);
    // A folder whose name says nothing has one pair, which is found by listing it.
    fs::rename(made.folder.with_file_name("grid_1_2"), made.folder.with_file_name("north")).unwrap();
    let store = Store::new(made.dir.path()).shared();
    let options = NpyTile::options().year(year(2020)).version(DatasetVersion::named("v1"));
    let found = options.open_in(store.clone(), "2024/north").unwrap();
    let mapped = options.open(made.dir.path().join("2024/north")).unwrap();
    assert_eq!(found.notices(), mapped.notices());
    for outside in ["../x", "/etc", "2024/../../x"] {
        assert!(NpyTile::options().open_in(store.clone(), outside).is_err(), "{outside}");
    }
    assert_eq!(store.name(), made.dir.path().display().to_string());
}
