//! Further levels.

use std::collections::BTreeSet;

use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore};
use tessera_pca::PyramidError;

use crate::archive::{Tiles, plain};
use crate::store::{Kept, build, fresh};

fn tiles() -> Tiles {
    let mut tiles = Tiles::default();
    for (seed, name) in ["grid_5.85_80.05", "grid_5.95_80.15", "grid_6.05_80.15"].iter().enumerate() {
        tiles.set(name, seed + 1);
    }
    tiles
}

/// What a chunk should be, from its children, in real numbers.
fn expected(store: &Kept, chunk: PyramidChunk) -> Vec<f64> {
    let edge = store.grid().edge();
    let children = chunk.children().unwrap().map(|child| store.chunk(child));
    let mut cells = Vec::with_capacity(4 * edge * edge);
    for at in 0..edge * edge {
        let (row, col) = (2 * (at / edge), 2 * (at % edge));
        let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, right)| {
            let (row, col) = (row + down, col + right);
            let child = children[row / edge * 2 + col / edge].as_chunks::<4>().0;
            child[row % edge * edge + col % edge].map(f64::from)
        });
        let alpha: f64 = four.iter().map(|cell| cell[3]).sum();
        for k in 0..3 {
            cells.push(four.iter().map(|cell| cell[k] * cell[3]).sum::<f64>() / alpha);
        }
        cells.push(alpha / 4.0);
    }
    cells
}

#[test]
fn every_level_is_the_mean_of_the_one_below() {
    for grid in [PyramidGrid::lon_lat(7).unwrap(), PyramidGrid::web_mercator(13).unwrap()] {
        let store = fresh(&tiles(), grid, &plain);
        let chunks = store.chunks();
        let mut levels = BTreeSet::new();
        for (chunk, cells) in &chunks {
            levels.insert(chunk.level);
            if chunk.level == 0 || chunk.level > 8 {
                continue;
            }
            let expected = expected(&store, *chunk);
            for (got, expected) in cells.as_chunks::<4>().0.iter().zip(expected.as_chunks::<4>().0) {
                assert!((f64::from(got[3]) - expected[3]).abs() <= 0.5);
                if got[3] == 0 {
                    assert_eq!(*got, [0; 4]);
                } else {
                    (0..3).for_each(|k| assert!((f64::from(got[k]) - expected[k]).abs() <= 0.5 + 1e-9));
                }
            }
        }
        // Every chunk with something to show has a parent, as three tiles do not fade away in seven levels.
        assert!((0..7).all(|level| levels.contains(&level)), "{levels:?}");
        for chunk in chunks.keys().filter(|chunk| chunk.level < 6) {
            assert!(chunks.contains_key(&chunk.parent()), "{chunk}");
        }
    }
}

#[test]
fn a_red_tile_stays_red_to_its_edge() {
    let red = |view: &tessera_core::QuantizedView<'_>, zone: u8| {
        let picture = plain(view, zone)?;
        let pixels = picture.pixels().to_owned();
        Ok(tessera_pca::Rgba::new(ndarray::Array3::from_shape_fn(pixels.dim(), |(r, c, k)| match k {
            3 => pixels[(r, c, 3)],
            0 if pixels[(r, c, 3)] > 0 => 255,
            _ => 0,
        }))?)
    };
    let store = fresh(&tiles(), PyramidGrid::lon_lat(6).unwrap(), &red);
    let (mut half, mut all) = (0, 0);
    for (chunk, cells) in store.chunks() {
        for cell in cells.as_chunks::<4>().0.iter().filter(|cell| cell[3] > 0) {
            assert_eq!(cell[..3], [255, 0, 0], "{chunk}");
            half += usize::from(chunk.level == 1 && cell[3] == 128);
            all += usize::from(chunk.level > 0 && cell[3] < 255);
        }
    }
    assert!(half > 100 && all > half, "{half} {all}");
}

#[test]
fn a_store_without_the_finest_levels_has_the_same_upper_ones() {
    let grid = PyramidGrid::lon_lat(7).unwrap();
    let all = fresh(&tiles(), grid, &plain).chunks();
    let folder = tempfile::tempdir().unwrap();
    for start in [1, 2, 3, 5, 6] {
        let store = Kept::of_levels(grid, start..7);
        let report = build(&tiles(), &store, &folder.path().join(start.to_string())).unwrap();
        let upper = all.iter().filter(|(chunk, _)| chunk.level >= start);
        assert!(store.chunks().iter().eq(upper), "from level {start}");
        assert_eq!(report.chunks_written, store.chunks().len());
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let coarse = Kept::new(PyramidGrid::web_mercator(10).unwrap());
    assert!(matches!(build(&tiles(), &coarse, &state), Err(PyramidError::Coarse { .. })));
    let grid = PyramidGrid::lon_lat(5).unwrap();
    let beyond = Kept::of_levels(grid, 3..6);
    assert!(matches!(build(&tiles(), &beyond, &state), Err(PyramidError::Levels { .. })));
    build(&tiles(), &Kept::new(grid), &state).unwrap();
    let other = build(&tiles(), &Kept::of_levels(grid, 1..5), &state).unwrap_err();
    assert!(matches!(other, PyramidError::State { .. }) && other.to_string().contains("1 to 4"), "{other}");
}
