//! Writing tiles and arrays.

use std::fs;

use ndarray::{Array2, Array3, ArrayD, IxDyn, s};
use proptest::prelude::*;
use tessera_core::{Quantized, QuantizedView, Scales, ScalesView};
use tessera_npy::{Existing, NpyTile, WriteError, write_array, write_tile};

use crate::support::{NAME, assert_says, id, made, names, pixels, tile_in};

#[test]
fn nothing_is_overwritten_unless_told() {
    let made = made();
    let before = fs::read(&made.embeddings).unwrap();
    let root = made.folder.parent().unwrap();
    let small = pixels(4, 3, 2);
    let error = write_tile(root, id(), &small.view(), Existing::Refuse).unwrap_err();
    assert!(matches!(error, WriteError::Exists { .. }));
    assert_says(&error.to_string(), &[&made.folder.display().to_string(), "exists already"]);
    assert_eq!(fs::read(&made.embeddings).unwrap(), before);

    // An open tile keeps what it had.
    let open = NpyTile::open(&made.folder).unwrap();
    write_tile(root, id(), &small.view(), Existing::Replace).unwrap();
    assert_eq!(bytes_of(&open.view()), before[128..]);
    let tile = NpyTile::options().any_shape().open(&made.folder).unwrap();
    assert_eq!(tile.view().to_owned(), small);
    assert_eq!(names(root), [NAME]);
}

fn bytes_of(view: &QuantizedView<'_>) -> Vec<u8> {
    view.data().iter().map(|&v| v as u8).collect()
}

#[test]
fn a_folder_with_other_files_is_not_replaced() {
    let made = made();
    let notes = made.folder.join("notes.txt");
    fs::write(&notes, "mine").unwrap();
    let error = write_tile(made.folder.parent().unwrap(), id(), &pixels(4, 3, 2).view(), Existing::Replace)
        .unwrap_err();
    assert!(matches!(error, WriteError::Foreign { .. }));
    assert_says(&error.to_string(), &[&notes.display().to_string()]);
    assert_eq!(fs::read(&notes).unwrap(), b"mine");
    assert!(NpyTile::open(&made.folder).is_ok());
}

#[test]
fn a_file_in_the_way_is_an_error_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(NAME);
    fs::write(&path, "mine").unwrap();
    for existing in [Existing::Refuse, Existing::Replace] {
        assert!(write_tile(dir.path(), id(), &pixels(4, 3, 2).view(), existing).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(dir.path()), [NAME]);
    }
    assert!(write_tile(dir.path().join(NAME), id(), &pixels(4, 3, 2).view(), Existing::Refuse).is_err());
}

#[cfg(unix)]
#[test]
fn others_can_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    fs::create_dir(&plain).unwrap();
    fs::write(plain.join("file"), "").unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode();
    let folder = tile_in(dir.path());
    assert_eq!(mode(&folder), mode(&plain));
    assert_eq!(mode(&folder.join(format!("{NAME}.npy"))), mode(&plain.join("file")));
    let array = dir.path().join("a.npy");
    write_array(&array, Array2::<f32>::zeros((2, 2)).view(), Existing::Refuse).unwrap();
    assert_eq!(mode(&array), mode(&plain.join("file")));
}

#[test]
fn an_array_is_replaced_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let (one, two) = (Array2::<u8>::ones((2, 3)), Array2::<u8>::ones((4, 5)));
    write_array(&path, one.view(), Existing::Refuse).unwrap();
    assert!(matches!(write_array(&path, two.view(), Existing::Refuse), Err(WriteError::Exists { .. })));
    assert_eq!(fs::metadata(&path).unwrap().len(), 128 + 6);
    write_array(&path, two.view(), Existing::Replace).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 128 + 20);
    assert_eq!(names(dir.path()), ["a.npy"]);
    let flat = ArrayD::<u8>::zeros(IxDyn(&[1; 25_000]));
    assert!(matches!(
        write_array(dir.path().join("b.npy"), flat.view(), Existing::Refuse),
        Err(WriteError::Rank { .. })
    ));
    let deep = dir.path().join("no/such/folder/a.npy");
    assert!(matches!(write_array(deep, one.view(), Existing::Refuse), Err(WriteError::Io { .. })));
}

#[test]
fn rows_of_a_view_larger_than_a_block_are_written_in_blocks() {
    let whole = pixels(700, 40, 128);
    let view = whole.view();
    let part = QuantizedView::new(
        view.data().slice_move(s![..;-1, 3..37, 1..]),
        match view.scales() {
            ScalesView::Pixel(scales) => ScalesView::Pixel(scales.slice_move(s![..;-1, 3..37])),
            ScalesView::Channel(_) => unreachable!("one a pixel"),
        },
    )
    .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let folder = write_tile(dir.path(), id(), &part, Existing::Refuse).unwrap();
    let tile = NpyTile::options().any_shape().open(folder).unwrap();
    assert_eq!(tile.view().to_owned(), part.to_owned());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read(rows in 1..9_usize, cols in 1..9_usize, channels in 1..9_usize, per_channel: bool, seed: u32) {
        let random = |i: usize| (seed as usize).wrapping_add(i).wrapping_mul(0x9E37_79B9);
        let data = Array3::from_shape_fn((rows, cols, channels), |(r, c, k)| random(r * 81 + c * 9 + k) as i8);
        // Any bits are kept, NaNs with their payload as well.
        let float = |i: usize| f32::from_bits(random(i) as u32);
        let scales = if per_channel {
            Scales::Channel(Array3::from_shape_fn((rows, cols, channels), |(r, c, k)| float(r * 81 + c * 9 + k)))
        } else {
            Scales::Pixel(Array2::from_shape_fn((rows, cols), |(r, c)| float(r * 9 + c)))
        };
        let pixels = Quantized::new(data, scales).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let folder = write_tile(dir.path(), id(), &pixels.view(), Existing::Refuse).unwrap();
        let tile = NpyTile::options().any_shape().open(folder).unwrap();
        let bits = |view: QuantizedView<'_>| match view.scales() {
            ScalesView::Pixel(scales) => scales.iter().map(|s| s.to_bits()).collect::<Vec<_>>(),
            ScalesView::Channel(scales) => scales.iter().map(|s| s.to_bits()).collect(),
        };
        let (read, written) = (tile.view(), pixels.view());
        prop_assert_eq!(read.data(), written.data());
        prop_assert_eq!(read.scales().shape().len(), written.scales().shape().len());
        prop_assert_eq!(bits(read), bits(written));
    }
}
