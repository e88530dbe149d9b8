use std::fs;
use std::path::{Path, PathBuf};

use tessera_core::{PyramidChunk, PyramidStore};
use tessera_zarr::RgbPyramid;

use crate::support::{BYTES, attributes, files, grid, noise, read};

#[test]
fn what_is_written_comes_back_and_nothing_else_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    // The last one reaches beyond the world, whose rows are odd from level 7 on.
    let chunks = [(0, 738, 3517), (0, 3515, 7031), (8, 0, 0), (8, 13, 27)];
    let chunks = chunks.map(|(level, row, col)| PyramidChunk::new(level, row, col));
    let pyramid = RgbPyramid::create(&path, grid(9), &attributes()).unwrap();
    let before = files(&path).len();
    for (seed, chunk) in (0..).zip(chunks) {
        pyramid.write_chunk(chunk, &noise(seed)).unwrap();
    }
    drop(pyramid);
    let pyramid = RgbPyramid::open(&path).unwrap();
    assert_eq!((pyramid.grid(), pyramid.levels(), pyramid.attributes()), (&grid(9), 0..9, &attributes()));
    for (seed, chunk) in (0..).zip(chunks) {
        assert!(read(&pyramid, chunk) == Some(noise(seed)), "{chunk}");
    }
    assert_eq!(read(&pyramid, PyramidChunk::new(3, 0, 0)), None);
    // Without `.partial`, and one file for each chunk.
    assert_eq!(files(&path).len(), before + chunks.len() - 1);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

    pyramid.write_chunk(chunks[0], &[1, 2, 3, 0].repeat(BYTES / 4)).unwrap();
    assert!(!path.join("0/rgb/c/738/3517").exists() && read(&pyramid, chunks[0]).is_none());
    pyramid.remove_chunk(chunks[0]).unwrap();
    pyramid.write_chunk(chunks[0], &[1, 2, 3, 1].repeat(BYTES / 4)).unwrap();
    assert!(read(&pyramid, chunks[0]).unwrap() == [1, 2, 3, 1].repeat(BYTES / 4));
}

#[test]
fn what_is_not_kept_or_has_another_size_is_an_error_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let pyramid = RgbPyramid::create(dir.path().join("global_rgb"), grid(2), &attributes()).unwrap();
    let mut out = vec![1];
    for (level, row, col) in [(2, 0, 0), (0, 3516, 0), (1, 0, 3516), (255, u32::MAX, u32::MAX)] {
        let wrong = PyramidChunk::new(level, row, col);
        let told = pyramid.read_chunk(wrong, &mut out).unwrap_err().to_string();
        assert!(told.contains(&wrong.to_string()) && told.contains("0..=1") && out.is_empty(), "{told}");
        assert!(pyramid.write_chunk(wrong, &noise(0)).is_err() && pyramid.remove_chunk(wrong).is_err());
    }
    for got in [0, BYTES - 1, BYTES + 1] {
        let told = pyramid.write_chunk(PyramidChunk::new(0, 0, 0), &vec![255; got]).unwrap_err().to_string();
        assert!(told.contains(&format!("got {got} bytes, expected {BYTES}")), "{told}");
    }
}

#[test]
fn a_damaged_chunk_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let pyramid = RgbPyramid::create(dir.path().join("global_rgb"), grid(2), &attributes()).unwrap();
    let chunk = PyramidChunk::new(1, 5, 6);
    pyramid.write_chunk(chunk, &noise(0)).unwrap();
    let name = Path::new("1/rgb/c/5/6/0").display().to_string();
    let place = Path::new(&pyramid.name()).join(&name);
    let good = fs::read(&place).unwrap();
    // Four gigabytes, says its header.
    let mut bomb = good.clone();
    bomb[4..8].fill(0xff);
    let mut short = good.clone();
    short[4..8].copy_from_slice(&1024_u32.to_le_bytes());
    let long = [&good[..], &vec![0; 2 * BYTES]].concat();
    for bad in [&[][..], b"BLOSC", &good[..good.len() - 1], &bomb, &short, &long] {
        fs::write(&place, bad).unwrap();
        let mut out = vec![1; 5];
        let error = pyramid.read_chunk(chunk, &mut out).unwrap_err().to_string();
        assert!(error.contains(&name) && error.contains("damaged") && out.is_empty(), "{error}");
    }
    // A folder in its place.
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert!(pyramid.read_chunk(chunk, &mut Vec::new()).unwrap_err().to_string().contains(&name));
    assert!(pyramid.write_chunk(chunk, &noise(0)).unwrap_err().to_string().contains(&name));
    let path = PathBuf::from(pyramid.name());
    drop(pyramid);
    assert!(!path.join(".partial").exists());
}
