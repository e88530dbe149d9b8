//! Files that are not the NPY files they should be: the message says which, what was found and what was expected.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tessera_npy::{HeaderError, NpyFileError, NpyFileProblem, NpyHeader, NpyTile, TileError};

use crate::support::{assert_says, made, npy, with_text};

/// Opens the tile of the tests with other bytes as its embeddings.
fn open_with(bytes: &[u8]) -> (NpyFileProblem, String) {
    let made = made();
    fs::write(&made.embeddings, bytes).unwrap();
    problem(NpyTile::open(&made.folder).unwrap_err(), &made.embeddings)
}

/// Opens the tile of the tests with other bytes as its scales.
fn open_with_scales(bytes: &[u8]) -> (NpyFileProblem, String) {
    let made = made();
    fs::write(&made.scales, bytes).unwrap();
    problem(NpyTile::open(&made.folder).unwrap_err(), &made.scales)
}

#[track_caller]
fn problem(error: TileError, file: &Path) -> (NpyFileProblem, String) {
    let message = error.to_string();
    assert_says(&message, &[&file.display().to_string()]);
    match error {
        TileError::File(NpyFileError { problem, .. }) => (problem, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn empty_file() {
    let (problem, message) = open_with(b"");
    assert!(matches!(problem, NpyFileProblem::Empty));
    assert_says(&message, &["0 bytes", "expected an NPY file"]);
}

#[test]
fn another_kind_of_file() {
    let (problem, message) = open_with(b"PK\x03\x04 is a zip");
    assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Magic { .. })));
    assert_says(&message, &["not an NPY file", "50, 4b, 03, 04", "93, 4e"]);
}

#[test]
fn truncated() {
    let made = made();
    let whole = fs::read(&made.embeddings).unwrap();
    for len in [1, 5, 6, 7, 8, 9, 10, 64, 127, 128, 129, whole.len() / 2, whole.len() - 1] {
        fs::write(&made.embeddings, &whole[..len]).unwrap();
        let error = NpyTile::open(&made.folder).unwrap_err();
        assert!(
            matches!(&error, TileError::File(NpyFileError { problem: NpyFileProblem::Header(_), .. })),
            "{len}"
        );
        if len >= 128 {
            let expected = whole.len().to_string();
            assert_says(
                &error.to_string(),
                &["truncated", &format!("got {len} bytes"), &expected, "[1119, 211, 2]"],
            );
        }
        assert_eq!(NpyHeader::read(&made.embeddings).unwrap_err().to_string(), error.to_string(), "{len}");
    }
    let (problem, _) = open_with_scales(&npy("'<f4'", "False", "(1119, 211)", 1119 * 211 * 4 - 1));
    assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Truncated { .. })));
}

#[test]
fn bytes_after_the_data() {
    let (problem, message) = open_with(&npy("'|i1'", "False", "(1119, 211, 2)", 1119 * 211 * 2 + 3));
    assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Trailing { .. })));
    assert_says(&message, &["trailing", "472349", "472346"]);
}

#[test]
fn versions_that_do_not_exist() {
    let (problem, message) = open_with(b"\x93NUMPY\x04\x00\x76\x00\x00\x00");
    assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Version { major: 4, minor: 0 })));
    assert_says(&message, &["version 4.0", "expected 1.0, 2.0 or 3.0"]);
}

#[test]
fn header_length_of_4_gib() {
    for major in [2, 3] {
        let (problem, message) = open_with(&[b"\x93NUMPY", &[major, 0, 255, 255, 255, 255][..]].concat());
        assert!(matches!(
            problem,
            NpyFileProblem::Header(HeaderError::Length { got: 0xffff_ffff, available: 0 })
        ));
        assert_says(&message, &["4294967295", "at most the 0 bytes"]);
    }
}

#[test]
fn headers_that_are_too_long_or_too_deep() {
    let padded = format!("{:<20000}", "{'descr': '|i1', 'fortran_order': False, 'shape': (1119, 211, 2), }");
    let (problem, message) = open_with(&with_text(1, &padded));
    assert!(matches!(problem, NpyFileProblem::Header(HeaderError::TooLong { .. })));
    assert_says(&message, &["at most 10000"]);
    for open in ["(", "[", "{", "{'descr': ["] {
        let (problem, message) = open_with(&with_text(1, &open.repeat(800)));
        assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Literal { .. })));
        assert_says(&message, &["nested more than 4 levels"]);
    }
}

#[test]
fn texts_that_are_not_headers() {
    for text in [
        "",
        "{",
        "{}",
        "[1]",
        "{'descr': '|i1', 'fortran_order': False}",
        "{'descr': '|i1', 'fortran_order': 0, 'shape': (1, 1, 1)}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (-1, 1, 1)}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999999999, 1, 1)}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1.5, 1, 1)}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 1, 1), 'more': 1}",
        "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 1, 1), 'é': 1}",
    ] {
        let (problem, message) = open_with(&with_text(1, text));
        assert!(
            matches!(problem, NpyFileProblem::Header(HeaderError::Literal { .. })),
            "{text}: {problem:?}"
        );
        assert!(!message.contains('\n') && message.len() < 500, "{message}");
    }
}

#[test]
fn shape_product_overflow() {
    for shape in
        ["(4294967296, 4294967296, 2)", "(18446744073709551615, 1, 1)", "(2, 9223372036854775807, 1)"]
    {
        let (problem, message) = open_with(&npy("'|i1'", "False", shape, 100));
        assert!(matches!(problem, NpyFileProblem::Header(HeaderError::Overflow { .. })), "{problem:?}");
        assert_says(&message, &[shape.trim_matches(['(', ')'])]);
    }
}

#[test]
fn wrong_dtype() {
    for dtype in ["'|u1'", "'<i2'", "'>i2'", "'<f4'", "'|b1'", "'|S1'", "'|O'", "''", "[('a', '|i1')]"] {
        let (problem, message) = open_with(&npy(dtype, "False", "(1119, 211, 2)", 1119 * 211 * 2));
        let NpyFileProblem::Dtype { got, .. } = problem else { panic!("{dtype}: {problem:?}") };
        assert!(got == dtype.trim_matches('\'') || dtype.starts_with('['), "{got}");
        assert_says(&message, &["expected |i1 (int8)"]);
    }
    for dtype in ["'<i4'", "'<u4'", "'|i1'", "'<c8'", "'<f16'", "'f4'", "'é'", "''"] {
        let (problem, message) = open_with_scales(&with_text(
            3,
            &format!("{{'descr': {dtype}, 'fortran_order': False, 'shape': (1119, 211)}}"),
        ));
        assert!(matches!(problem, NpyFileProblem::Dtype { .. }), "{dtype}: {problem:?}");
        assert_says(&message, &["expected <f4 (float32"]);
    }
}

#[test]
fn wrong_rank() {
    for shape in ["()", "(472218,)", "(1119, 422)", "(1, 1119, 211, 2)"] {
        let (problem, message) = open_with(&npy("'|i1'", "False", shape, 1119 * 211 * 2));
        assert!(matches!(problem, NpyFileProblem::Rank { .. }), "{shape}");
        assert_says(&message, &["expected 3 (rows, cols, channels)"]);
    }
    for shape in ["()", "(236109,)", "(1, 1119, 211, 1)"] {
        let (problem, message) = open_with_scales(&npy("'<f4'", "False", shape, 1119 * 211 * 4));
        assert!(matches!(problem, NpyFileProblem::Rank { .. }), "{shape}");
        assert_says(&message, &["2 (rows, cols) or 3"]);
    }
}

#[test]
fn fortran_order() {
    let (problem, message) = open_with(&npy("'|i1'", "True", "(1119, 211, 2)", 1119 * 211 * 2));
    assert!(matches!(problem, NpyFileProblem::FortranOrder));
    assert_says(&message, &["Fortran order", "numpy.ascontiguousarray"]);
}

#[test]
fn nothing_in_it() {
    for shape in ["(0, 211, 2)", "(1119, 0, 2)", "(1119, 211, 0)", "(99999999, 211, 0)"] {
        let made = made();
        fs::write(&made.embeddings, npy("'|i1'", "False", shape, 0)).unwrap();
        let error = NpyTile::options().any_shape().open(&made.folder).unwrap_err();
        assert!(matches!(error, TileError::Extent { .. }), "{error}");
        assert_says(&error.to_string(), &[shape.trim_matches(['(', ')']), "at least one row"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), len in any::<u64>()) {
        let _ = NpyHeader::parse(&bytes, len);
        let magic = [b"\x93NUMPY\x01\x00", &bytes[..]].concat();
        let _ = NpyHeader::parse(&magic, magic.len() as u64);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[{}()\\[\\]'\",:0-9a-zTF\\\\ _.+-]{0,120}", major in 1..4_u8) {
        let bytes = with_text(major, &text);
        let _ = NpyHeader::parse(&bytes, bytes.len() as u64);
    }

    #[test]
    fn a_changed_header_is_refused_or_fits_its_file(at in 0..128_usize, to: u8, cut in 0..700_usize) {
        let mut bytes = npy("'|i1'", "False", "(8, 6, 12)", 576);
        bytes[at] = to;
        bytes.truncate(cut.max(1));
        let len = bytes.len() as u64;
        let checked = NpyHeader::parse(&bytes, len).and_then(|header| header.check_len(len).map(|()| header));
        if let Ok(header) = checked {
            prop_assert_eq!(header.data_offset() as u64 + header.data_len().unwrap(), len);
        }
    }
}
