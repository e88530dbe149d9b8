//! Pyramids of pictures.

use std::sync::Arc;

use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore};
use tessera_zarr::{PyramidAttributes, RgbPyramid, RgbPyramidError};

use crate::memory::{Fault, Memory};
use crate::support::files;

fn grid() -> PyramidGrid {
    PyramidGrid::lon_lat(8).unwrap()
}

fn create(store: &Memory, grid: PyramidGrid) -> Result<RgbPyramid, RgbPyramidError> {
    RgbPyramid::create_in(Arc::new(store.clone()), grid, &PyramidAttributes::new("Previews"))
}

#[test]
fn objects_are_those_of_a_folder_and_a_killed_one_is_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    let pixels = [[200, 100, 50, 255]; 512 * 512].concat();
    let chunk = PyramidChunk::new(0, 738, 3517);
    let local = RgbPyramid::create(&path, grid(), &PyramidAttributes::new("Previews")).unwrap();
    local.write_chunk(chunk, &pixels).unwrap();
    drop(local);
    let expected = files(&path);

    let store = Memory::new().in_flight(5);
    let pyramid = create(&store, grid()).unwrap();
    pyramid.write_chunk(chunk, &pixels).unwrap();
    assert!(store.files() == expected);
    let other = create(&store.other(), grid()).unwrap();
    let mut out = Vec::new();
    assert!(other.read_chunk(chunk, &mut out).unwrap() && out == pixels);
    pyramid.remove_chunk(chunk).unwrap();
    assert!(!other.read_chunk(chunk, &mut out).unwrap());
    let error = create(&store, PyramidGrid::lon_lat(7).unwrap()).unwrap_err();
    assert!(matches!(error, RgbPyramidError::OtherLevels { got: 8, expected: 7, .. }), "{error}");

    let without = store.files();
    // Killed at any object; from the root document on it is there, and what is left is to read it.
    for at in 0..without.len() + 1 {
        let store = Memory::new();
        create(&store.other().fault(at, Fault::Killed), grid()).unwrap_err();
        assert!(!store.files().contains_key("zarr.json"), "{at}");
        create(&store, grid()).unwrap();
        assert!(store.files() == without, "{at}");
    }
    for name in ["letter.txt", "0/rgb/c/1/2/0"] {
        let store = Memory::new();
        store.set(name, "mine");
        let error = create(&store, grid()).unwrap_err();
        assert!(matches!(error, RgbPyramidError::NotAPyramid { .. }), "{error}");
        assert_eq!(store.files().len(), 1);
    }
}
