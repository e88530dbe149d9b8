//! Files that numpy wrote (`tests/data/make.py`), and ours byte for byte as its own.

use std::fs;

use ndarray::{Array2, Array3};
use tessera_core::{Quantized, QuantizedView, Scales};
use tessera_npy::{
    Existing, NpyFileProblem, NpyHeader, NpyTile, TileError, TileNotice, write_array, write_tile,
};

use crate::support::{NAME, assert_says, golden, id};

/// What `make.py` computes.
fn expected() -> (Array3<i8>, Array2<f32>, Array3<f32>) {
    let data = |(r, c, k)| (8 * r + 4 * c + k) as i8 - 12;
    let scales = |(r, c)| (2 * r + c + 1) as f32 / 64.0;
    let channel = |(r, c, k)| (2 * r + c + 1 + k) as f32 / 64.0;
    (
        Array3::from_shape_fn((3, 2, 4), data),
        Array2::from_shape_fn((3, 2), scales),
        Array3::from_shape_fn((3, 2, 4), channel),
    )
}

fn open(data: &str, scales: &str) -> Result<NpyTile, TileError> {
    NpyTile::options().id(id()).any_shape().open_files(golden(data), golden(scales))
}

#[track_caller]
fn assert_pixels(view: QuantizedView<'_>, per_channel: bool) {
    let (data, scales, channel) = expected();
    let scales = if per_channel { Scales::Channel(channel) } else { Scales::Pixel(scales) };
    assert_eq!(view.to_owned(), Quantized::new(data, scales).unwrap());
}

#[test]
fn all_header_versions() {
    for data in ["data_v1", "data_v2", "data_v3"] {
        for scales in ["scales", "scales_v2", "scales_v3"] {
            let tile = open(data, scales).unwrap();
            assert_pixels(tile.view(), false);
            assert!(!tile.notices().iter().any(|n| matches!(n, TileNotice::ScalesConverted { .. })));
        }
    }
}

#[test]
fn scales_that_are_converted() {
    for (name, dtype, fortran) in [
        ("scales_f8", "<f8", false),
        ("scales_f2", "<f2", false),
        ("scales_f4_big_endian", ">f4", false),
        ("scales_f8_big_endian_fortran", ">f8", true),
        ("scales_fortran", "<f4", true),
        ("scales_unaligned", "<f4", false),
        ("scales_channel_f8_fortran", "<f8", true),
    ] {
        let tile = open("data_v1", name).unwrap();
        assert_pixels(tile.view(), name.contains("channel"));
        let converted = TileNotice::ScalesConverted { dtype: dtype.into(), fortran_order: fortran };
        assert!(tile.notices().contains(&converted), "{name}: {:?}", tile.notices());
        assert!(tile.view().data().is_standard_layout());
        // Giving back pages of scales that are not mapped changes nothing.
        tile.release(0..3);
        assert_pixels(tile.view(), name.contains("channel"));
    }
    assert_pixels(open("data_v1", "scales_channel").unwrap().view(), true);
}

#[test]
fn arrays_that_are_no_tile() {
    type Check = fn(&TileError) -> bool;
    let dtype: Check =
        |e| matches!(e, TileError::File(e) if matches!(e.problem, NpyFileProblem::Dtype { .. }));
    let rank: Check = |e| matches!(e, TileError::File(e) if matches!(e.problem, NpyFileProblem::Rank { .. }));
    let order: Check =
        |e| matches!(e, TileError::File(e) if matches!(e.problem, NpyFileProblem::FortranOrder));
    let shape: Check = |e| matches!(e, TileError::ScalesShape { .. });
    for (data, scales, check, says) in [
        ("data_fortran", "scales", order, "ascontiguousarray"),
        ("data_uint8", "scales", dtype, "dtype |u1, expected |i1"),
        ("data_int16_big_endian", "scales", dtype, "dtype >i2, expected |i1"),
        ("data_record", "scales", dtype, "expected |i1"),
        ("data_flat", "scales", rank, "shape [6, 4] has 2 dimensions"),
        ("data_v1", "scales_int", dtype, "dtype <i4, expected <f4"),
        ("data_v1", "scales_one", rank, "0 dimensions"),
        ("data_v1", "scales_transposed", shape, "shape [2, 3], expected [3, 2]"),
    ] {
        let error = open(data, scales).unwrap_err();
        assert!(check(&error), "{error:?}");
        assert_says(&error.to_string(), &[says]);
    }
}

#[test]
fn a_tile_is_written_as_numpy_writes_it() {
    let (data, scales, channel) = expected();
    let dir = tempfile::tempdir().unwrap();
    for (scales, name) in [(Scales::Pixel(scales), "scales"), (Scales::Channel(channel), "scales_channel")] {
        let pixels = Quantized::new(data.clone(), scales).unwrap();
        let folder = write_tile(dir.path(), id(), &pixels.view(), Existing::Replace).unwrap();
        let same = |file: &str, by: &str| {
            assert_eq!(fs::read(folder.join(file)).unwrap(), fs::read(golden(by)).unwrap());
        };
        same(&format!("{NAME}.npy"), "data_v1");
        same(&format!("{NAME}_scales.npy"), name);
    }
}

#[test]
fn an_array_in_fortran_order_is_written_in_c_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scales.npy");
    let (_, scales, _) = expected();
    let by_columns = scales.t().as_standard_layout().into_owned();
    write_array(&path, by_columns.t(), Existing::Refuse).unwrap();
    assert_eq!(fs::read(&path).unwrap(), fs::read(golden("scales")).unwrap());
}

#[test]
fn headers_are_read_alone() {
    let header = NpyHeader::read(golden("scales_f8_big_endian_fortran")).unwrap();
    assert_eq!((header.dtype(), header.fortran_order(), header.shape()), (">f8", true, &[3, 2][..]));
    assert_eq!((header.data_offset(), header.data_len()), (128, Some(48)));
    let error = NpyHeader::read(golden("data_record")).unwrap_err();
    assert_says(&error.to_string(), &["data_record.npy", "expected plain numbers"]);
}
