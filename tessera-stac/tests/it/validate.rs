//! A catalogue is checked, and whatever is wrong with it is seen.

mod broken;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use tessera_stac::ProblemKind::{self, *};
use tessera_stac::{
    CatalogOptions, CatalogValidator, CatalogWriter, FileHashes, NpyTile, ValidateError, ValidationEvent,
    ValidationSummary, write_catalog,
};

use broken::{BLOCK, BROKEN, ITEM};

use crate::listed::Listed;
use crate::support;

/// SHA-256 of `abc`, of FIPS 180.
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0,
    0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];

/// A catalogue of three tiles in two blocks, with the files that hold them beside it: all of them `abc`.
fn catalog(disk: &Path, options: CatalogOptions) -> PathBuf {
    let record = |name: &str| {
        let file = |suffix: &str| {
            let path = disk.join(format!("npy/{name}{suffix}.npy"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "abc").unwrap();
            path.to_str().unwrap().parse().unwrap()
        };
        support::tile(name, 2024, "v1").npy(NpyTile::new(file(""), file("_scales")).sizes(3, 3))
    };
    let records = ["grid_0.15_52.05", "grid_0.25_52.05", "grid_-0.05_52.05"].map(record);
    let hashes = FileHashes { embeddings: Some(ABC), scales: Some(ABC) };
    let out = disk.join("catalogue");
    let mut writer = CatalogWriter::create(&out, options).unwrap();
    writer
        .add_year(&Listed { hashes, ..Listed::new(records.into()) }, |_| ControlFlow::Continue(()))
        .unwrap();
    writer.finish().unwrap();
    out
}

/// All checks of a catalogue, and what is wrong with it.
fn check(validator: &CatalogValidator) -> (ValidationSummary, Vec<(ProblemKind, String)>) {
    let found = Mutex::new(Vec::new());
    let summary = validator.run(&|event| {
        if let ValidationEvent::Problem(problem) = event {
            found.lock().unwrap().push((problem.kind, problem.to_string()));
        }
        ControlFlow::Continue(())
    });
    let (summary, found) = (summary.unwrap(), found.into_inner().unwrap());
    assert_eq!(summary.problems, found.len() as u64);
    assert!(summary.problems <= summary.checks);
    (summary, found)
}

fn open(out: &Path) -> CatalogValidator {
    CatalogValidator::open(out).unwrap().files(true).hashes(true)
}

#[test]
fn whatever_is_written_is_well() {
    let disk = tempfile::tempdir().unwrap();
    let (out, records) = (disk.path().join("c"), support::every_kind(disk.path().to_str().unwrap()));
    for options in [
        CatalogOptions::default(),
        CatalogOptions::default().base_url("https://example.org/tessera/c"),
        CatalogOptions::default().storage(support::bucket()),
        CatalogOptions::default().items(false).map(false),
    ] {
        write_catalog(&out, records.clone(), options.clone().overwrite(true)).unwrap();
        let (summary, found) = check(&CatalogValidator::open(&out).unwrap());
        assert_eq!(found, []);
        let items = if options == CatalogOptions::default().items(false).map(false) { 0 } else { 9 };
        assert_eq!((summary.years, summary.tiles, summary.items), (3, 9, items));
        assert!(summary.checks > 50 && summary.blocks > 3, "{summary:?}");
    }
}

#[test]
fn the_files_of_tiles_are_found_and_hashed() {
    for base in [None, Some("https://example.org/x/catalogue")] {
        let disk = tempfile::tempdir().unwrap();
        let options = CatalogOptions::default();
        let out = catalog(disk.path(), base.into_iter().fold(options, CatalogOptions::base_url));
        let (summary, found) = check(&open(&out));
        assert_eq!(found, []);
        assert_eq!((summary.files, summary.hashed, summary.elsewhere), (6, 6, 0));
        // Where the catalogue lies alone, files with a path are missing, and those with an address are elsewhere.
        fs::remove_dir_all(disk.path().join("npy")).unwrap();
        let (summary, found) = check(&open(&out));
        let missing = if base.is_some() { 0 } else { 6 };
        assert_eq!((found.len(), summary.elsewhere, summary.hashed), (missing, 6 - missing as u64, 0));
        assert!(found.iter().all(|(kind, _)| *kind == File));
        let (_, found) = check(&CatalogValidator::open(&out).unwrap().hashes(true));
        assert_eq!(found.len(), missing);
        assert_eq!(check(&CatalogValidator::open(&out).unwrap()).1, []);
    }
}

#[test]
fn links_must_stay_below_the_root() {
    let (disk, out) = copy();
    let (_, found) = check(&CatalogValidator::open(&out).unwrap().root(&out).unwrap());
    assert_eq!(found.len(), 6);
    assert!(
        found.iter().all(|(kind, what)| *kind == Escape && what.contains("../../npy/grid_")),
        "{found:?}"
    );
    assert_eq!(check(&CatalogValidator::open(&out).unwrap().root(disk.path()).unwrap()).1, []);
}

/// The catalogue in a place of its own, written once.
fn copy() -> (tempfile::TempDir, PathBuf) {
    static MADE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let disk = tempfile::tempdir().unwrap();
        catalog(disk.path(), CatalogOptions::default().map(false));
        support::files(disk.path())
    });
    let disk = tempfile::tempdir().unwrap();
    for (path, bytes) in made {
        let path = disk.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let out = disk.path().join("catalogue");
    (disk, out)
}

#[test]
fn whatever_is_broken_is_seen() {
    assert_eq!(check(&open(&copy().1)).1, []);
    for (number, (break_it, kind, words)) in BROKEN.iter().enumerate() {
        let (_disk, out) = copy();
        break_it(&out);
        let (_, found) = check(&open(&out));
        let seen =
            found.iter().any(|(found, what)| found == kind && words.iter().all(|word| what.contains(word)));
        assert!(seen, "number {number}, {kind} with {words:?}: {found:#?}");
    }
}

#[test]
fn one_fault_is_said_once() {
    for number in [3, 5, 7, 9, 11, 14, 18, 20, 24, 27] {
        let (_disk, out) = copy();
        BROKEN[number].0(&out);
        let found = check(&open(&out)).1;
        assert_eq!(found.len(), 1, "number {number}: {found:?}");
    }
}

#[test]
fn items_that_are_no_files_must_not_be_there() {
    let disk = tempfile::tempdir().unwrap();
    let out = catalog(disk.path(), CatalogOptions::default().items(false));
    assert_eq!(check(&open(&out)).1, []);
    fs::write(out.join(ITEM), "{}").unwrap();
    let found = check(&open(&out)).1;
    assert!(matches!(&found[..], [(Extra, what)] if what.contains("are no files")), "{found:?}");
}

#[test]
fn what_is_no_catalogue_is_an_error() {
    let disk = tempfile::tempdir().unwrap();
    let error = CatalogValidator::open(disk.path()).unwrap_err();
    assert!(matches!(error, ValidateError::NotACatalog { .. }), "{error}");
    let error = CatalogValidator::open(disk.path().join("none")).unwrap_err();
    assert!(matches!(error, ValidateError::Io { .. }) && error.to_string().contains("none"), "{error}");
}

#[test]
fn it_stops_when_it_is_told_to() {
    let (_disk, out) = copy();
    let stopped = |at: fn(&ValidationEvent<'_>) -> bool| {
        let answer = open(&out)
            .run(&|event| if at(&event) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        assert!(matches!(answer, Err(ValidateError::Stopped { .. })), "{answer:?}");
    };
    stopped(|event| matches!(event, ValidationEvent::Checked { .. }));
    stopped(|event| matches!(event, ValidationEvent::Hashing { .. }));
    stopped(|event| matches!(event, ValidationEvent::Hashed { .. }));
}

#[cfg(unix)]
#[test]
fn nothing_waits_for_a_pipe() {
    let (disk, out) = copy();
    for path in [
        out.join(ITEM),
        out.join(BLOCK),
        out.join("catalog.json"),
        disk.path().join("npy/grid_0.15_52.05.npy"),
    ] {
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
    }
    let found = check(&open(&out)).1;
    assert!(found.iter().filter(|(kind, _)| *kind == Document).count() == 3, "{found:?}");
    assert!(found.iter().any(|(kind, _)| *kind == File), "{found:?}");
}
