//! Archives that a text lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tessera_core::{Archive, DatasetVersion, Region, TileId};
use tessera_npy::{ArchiveError, ListingError, ListingProblem, NpyArchive};

use crate::support::{NAME, assert_says, id, tile_in, year};

const HASH: &str = "15cabd9833ba5a7a566a16de8cbbdd34b92abb01725b42b014ef6cc1760ea4a1";

fn listed(text: &str) -> Result<NpyArchive, ArchiveError> {
    NpyArchive::options().open_listing("/nowhere", text.as_bytes())
}

fn problem(archive: Result<NpyArchive, ArchiveError>) -> (ListingProblem, String) {
    match archive {
        Err(ArchiveError::Listing(error)) => {
            let message = error.to_string();
            let ListingError { problem, listing, .. } = error;
            assert!(message.starts_with(&listing));
            (problem, message)
        }
        other => panic!("{other:?}"),
    }
}

/// Years, and where the first tile of each lies.
fn places(archive: &NpyArchive) -> Vec<(u16, PathBuf)> {
    let years = archive.years().into_iter();
    years.map(|y| (y.number(), archive.folder_of(archive.list(Some(y))[0], Some(y)).unwrap())).collect()
}

#[test]
fn tiles_open_from_where_the_lines_say() {
    let dir = tempfile::tempdir().unwrap();
    for (line, options, version) in [
        (format!("2024/{NAME}"), NpyArchive::options(), "unknown"),
        (format!("./2024/{NAME}/"), NpyArchive::options().year(year(2024)), "unknown"),
        (format!("npy/v1/2024/{NAME}/{NAME}.npy"), NpyArchive::options(), "v1"),
        (format!("v1.1-cam/2024/{NAME}/{NAME}_scales.npy {HASH}"), NpyArchive::options(), "v1.1-cam"),
        (format!("v2/copy/2024/{NAME}"), NpyArchive::options(), "v2"),
        (format!("global_0.1_degree_representation/2024/{NAME}"), NpyArchive::options(), "unknown"),
        (format!("{}/there/2024/{NAME}", dir.path().display()), NpyArchive::options(), "unknown"),
        (NAME.to_owned(), NpyArchive::options().year(year(2024)), "unknown"),
        (format!("v1/{NAME}"), NpyArchive::options().year(year(2024)), "v1"),
        // The folder of the year that is given, where there is one.
        (NAME.to_owned(), NpyArchive::options().year(year(2023)), "unknown"),
    ] {
        let root = dir.path().join("root");
        let given = if line == NAME { "" } else { line.split(NAME).next().unwrap() };
        let folder = root.join(given);
        let deeper = places(&options.open_listing(&root, line.as_bytes()).unwrap())[0].0 == 2023;
        let folder = tile_in(&if deeper { folder.join("2023") } else { folder });
        let list = dir.path().join("list.txt");
        fs::write(&list, &line).unwrap();
        let archive = options.listing(&list).open(&root).unwrap();
        let year = archive.years()[0];
        assert_eq!(archive.folder_of(id(), Some(year)).unwrap(), folder, "{line}");
        let tile = Archive::open(&archive, id(), year).unwrap().unwrap();
        assert_eq!((tile.id(), tile.year(), tile.version().to_string()), (id(), Some(year), version.into()));
        assert_eq!((archive.strangers().total(), archive.version().to_string()), (0, version.into()));
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}

#[test]
fn the_root_says_what_the_lines_do_not() {
    let archive = NpyArchive::options().open_listing("/d/npy/v1/2024", NAME.as_bytes()).unwrap();
    assert_eq!(places(&archive), [(2024, Path::new("/d/npy/v1/2024").join(NAME))]);
    assert_eq!(archive.version().to_string(), "v1");
    let archive = listed(NAME).unwrap();
    assert_eq!((archive.years(), archive.list(None)), (vec![], &[id()][..]));
    // Beside years that are said, tiles of no year stay such.
    let text = format!("{NAME}\n2023/{NAME}");
    let archive = NpyArchive::options().year(year(2023)).open_listing("/d", text.as_bytes()).unwrap();
    assert_eq!(places(&archive), [(2023, Path::new("/d/2023").join(NAME))]);
}

#[test]
fn a_tile_that_is_listed_and_not_there_is_an_error_when_opened() {
    let archive = listed(&format!("2024/{NAME}")).unwrap();
    let Err(error) = Archive::open(&archive, id(), year(2024)) else { panic!() };
    assert_says(&error.to_string(), &[&format!("/nowhere/2024/{NAME}: no such file")]);
    assert!(Archive::open(&archive, id(), year(2023)).unwrap().is_none());
    assert!(Archive::open(&archive, "grid_0.15_52.05".parse().unwrap(), year(2024)).unwrap().is_none());
}

#[test]
fn lines_that_are_no_tiles_are_counted_with_their_numbers() {
    let text = format!(
        "# a comment\n\n2024/{NAME}\nREADME.md {HASH}\n2024/grid_0.10_52.05\r\n2024/{NAME}.npy\n2024/grid_0.15_99.05 x\n"
    );
    let strangers = listed(&text).unwrap().strangers().clone();
    assert_eq!((strangers.lines, strangers.off_grid, strangers.total()), (2, 2, 4));
    let numbers: Vec<_> = strangers.line_examples.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [4, 5, 6, 7]);
    assert_says(
        &strangers.to_string(),
        &[
            "2 off-grid names",
            "2 lines that name no tile",
            "line 4 \"README.md",
            "line 5 \"2024/grid_0.10_52.05\"",
        ],
    );
}

#[test]
fn two_datasets_must_be_chosen_from() {
    let text = format!("npy/v1/2023/{NAME}\nnpy/v1/2024/{NAME}\nnpy/v2/2024/{NAME}\n");
    let (problem, message) = problem(listed(&text));
    assert!(matches!(problem, ListingProblem::Several { .. }), "{message}");
    assert_says(
        &message,
        &["the listing of /nowhere", "v1 (line 1), v2 (line 3)", "give the dataset version"],
    );
    for (version, years) in [("v1", vec![2023, 2024]), ("v2", vec![2024])] {
        let options = NpyArchive::options().version(DatasetVersion::named(version));
        let archive = options.open_listing("/d", text.as_bytes()).unwrap();
        assert_eq!(archive.version().to_string(), version);
        assert_eq!(places(&archive).iter().map(|(year, _)| *year).collect::<Vec<_>>(), years);
        assert!(places(&archive)[0].1.starts_with(Path::new("/d/npy").join(version)));
    }
    let options = NpyArchive::options().version(DatasetVersion::named("v9"));
    let error = options.open_listing("/d", text.as_bytes()).unwrap_err();
    assert_says(&error.to_string(), &["no dataset v9, found v1, v2"]);
    // Lines that say nothing are what the caller says they are, and do not mix with others.
    let archive = options.open_listing("/d", format!("2024/{NAME}").as_bytes()).unwrap();
    assert_eq!(archive.version().to_string(), "v9");
    assert!(listed(&format!("2023/{NAME}\nv1/2024/{NAME}")).is_err());
}

#[test]
fn a_year_lies_in_one_folder() {
    let (problem, message) = problem(listed(&format!("a/2023/{NAME}\n\nb/2023/{NAME}\n")));
    assert!(matches!(problem, ListingProblem::TwoFolders { first_line: 1, second_line: 3, .. }), "{message}");
    assert_says(&message, &["year 2023", "/nowhere/a/2023 by line 1", "/nowhere/b/2023 by line 3"]);
    // Another year does not matter, nor how a path is written, nor that years lie apart.
    let options = NpyArchive::options().year(year(2024));
    let text =
        format!("a/2023/{NAME}\nb/2023/{NAME}\nb/2024/{NAME}\nb//2024/grid_0.15_52.05\n./b/./2024/{NAME}");
    let archive = options.open_listing("/d", text.as_bytes()).unwrap();
    assert_eq!(archive.list(Some(year(2024))), [id_of("grid_0.15_52.05"), id()]);
    let archive = listed(&format!("a/2023/{NAME}\nb/2024/{NAME}")).unwrap();
    assert_eq!(places(&archive)[1], (2024, Path::new("/nowhere/b/2024").join(NAME)));
    let error = options.open_listing("/d", format!("2022/{NAME}\n2020/{NAME}").as_bytes()).unwrap_err();
    assert_says(&error.to_string(), &["/d: no year 2024, found 2020, 2022"]);
}

fn id_of(name: &str) -> TileId {
    name.parse().unwrap()
}

#[test]
fn no_listing_of_an_archive() {
    for (text, lines) in
        [("", "0 lines"), ("# nothing\n\n", "2 lines"), ("2024\nx", "line 1 \"2024\", line 2 \"x\"")]
    {
        let (problem, message) = problem(listed(text));
        assert!(matches!(problem, ListingProblem::Empty { .. }), "{message}");
        assert_says(
            &message,
            &["no tile in", lines, "expected a line for each, as in 2024/grid_-0.05_50.75"],
        );
    }
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("nowhere.txt")] {
        let (problem, message) = problem(NpyArchive::options().listing(&path).open(dir.path()));
        assert!(matches!(problem, ListingProblem::Io(_)), "{message}");
        assert_says(&message, &[&path.display().to_string(), "cannot be read"]);
    }
}

/// A tile's line in one of the forms.
fn line(form: usize, above: &str, id: TileId) -> String {
    match form {
        0 => format!("{above}/{id}\n"),
        1 => format!("./{above}/{id}/\r\n"),
        2 => format!("{above}/{id}/{id}.npy {HASH}\n"),
        3 => format!("{above}/{id}/{id}_scales.npy\t{HASH}\n"),
        _ => format!(" {above}/{id}/{id}.npy\n# {id}\n\n"),
    }
}

proptest! {
    #[test]
    fn what_is_listed_is_what_is_found(
        tiles in prop::collection::vec((0..30_u32, 0..30_u32, 2017..2026_u16, 0..5_usize), 1..200),
        strangers in prop::collection::vec((0..200_usize, "[a-z/0-9]{1,12}"), 0..20),
    ) {
        let cell = |c, r| TileId::from_cell(1790 + c, 300 + r).unwrap();
        let mut lines: Vec<_> =
            tiles.iter().map(|&(c, r, y, form)| line(form, &format!("npy/v1/{y}"), cell(c, r))).collect();
        strangers.iter().for_each(|(at, text)| lines.insert(at % lines.len(), format!("{text}\n")));
        let archive = listed(&lines.concat()).unwrap();
        let found = archive.strangers();
        prop_assert_eq!(found.total() - found.repeated, strangers.len() as u64);
        let box_ = Region::new(-0.5, 58.0, 0.5, 59.0).unwrap();
        for y in 2017..2026 {
            let of_year = tiles.iter().filter(|(_, _, of, _)| *of == y);
            let expected: BTreeSet<_> = of_year.map(|&(c, r, _, _)| cell(c, r)).collect();
            let expected: Vec<_> = expected.into_iter().collect();
            prop_assert_eq!(archive.list(Some(year(y))), &expected[..]);
            let within: Vec<_> = expected.into_iter().filter(|tile| box_.touches(*tile)).collect();
            prop_assert_eq!(archive.tiles_in(year(y), &box_), within);
        }
    }

    #[test]
    fn strange_texts_never_panic(parts in prop::collection::vec((0..5_usize, prop::collection::vec(any::<u8>(), 0..9)), 0..30)) {
        let words: [&[u8]; 5] = [b"\n", b"/", b"2024/", b"v1/", NAME.as_bytes()];
        let text: Vec<u8> = parts.into_iter().flat_map(|(word, noise)| [words[word], &noise[..]].concat()).collect();
        let _ = NpyArchive::options().year(year(2024)).open_listing("/nowhere", &text[..]);
    }
}

#[test]
fn lines_that_repeat_others_are_counted() {
    let text = format!(
        "2024/{NAME}/{NAME}.npy 128\n2024/{NAME}/{NAME}_scales.npy\n2023/{NAME}\n2024/{NAME}/{NAME}.npy 256\n2024/{NAME}\n2023/{NAME}\n2023/{NAME}"
    );
    let archive = listed(&text).unwrap();
    let found = archive.strangers();
    assert_eq!((found.repeated, found.total()), (3, 3));
    assert!(found.to_string().contains("3 lines that name again what another does; such as"), "{found}");
    // The first of them holds.
    let [embeddings, scales] = archive.listed_files(NAME.parse().unwrap(), Some(year(2024)));
    assert_eq!((embeddings.size, scales.size), (Some(128), None));
    assert_eq!(archive.listed_files(NAME.parse().unwrap(), Some(year(2022))), <[_; 2]>::default());
}
