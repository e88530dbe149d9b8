//! Tiles side by side.

use std::collections::BTreeMap;

use tessera_core::{PyramidChunk, PyramidGrid, ScaleLimit, TileId};
use tessera_pca::{Basis, Moments, Pca, Stretch, StretchMethod};

use crate::archive::Tiles;
use crate::store::{Kept, fresh};

/// Two rows of tiles, three on either side of the border of two zones.
const NAMES: [&str; 12] = [
    "grid_5.75_84.05",
    "grid_5.85_84.05",
    "grid_5.95_84.05",
    "grid_6.05_84.05",
    "grid_6.15_84.05",
    "grid_6.25_84.05",
    "grid_5.75_84.15",
    "grid_5.85_84.15",
    "grid_5.95_84.15",
    "grid_6.05_84.15",
    "grid_6.15_84.15",
    "grid_6.25_84.15",
];

/// Basis and stretch of some tiles.
fn colours_of(tiles: &Tiles) -> (Basis, Stretch) {
    let limit = ScaleLimit::default();
    let mut moments = Moments::new(12).unwrap();
    for id in tiles.ids() {
        moments.merge(&Moments::of_view(&tiles.pixels(id), limit).unwrap()).unwrap();
    }
    let basis = Pca::params(3).fit(&moments).unwrap();
    let projected: Vec<_> =
        tiles.ids().into_iter().map(|id| basis.transform(&tiles.pixels(id), limit).unwrap()).collect();
    let views: Vec<_> = projected.iter().map(|tile| tile.view()).collect();
    let stretch = Stretch::fit_all(&views, StretchMethod::default()).unwrap();
    (basis, stretch)
}

/// Level 0 of some tiles in the colours of a basis and a stretch.
fn picture(tiles: &Tiles, (basis, stretch): &(Basis, Stretch)) -> Kept {
    fresh(tiles, PyramidGrid::lon_lat(1).unwrap(), &|view, _| {
        Ok(stretch.apply(basis.transform(view, ScaleLimit::default())?.view())?)
    })
}

/// A cell of level 0 by its row and column in the world.
struct Cells<'a>(Box<dyn Fn(PyramidChunk) -> Vec<u8> + 'a>, BTreeMap<PyramidChunk, Vec<u8>>);

impl Cells<'_> {
    fn at(&mut self, row: usize, col: usize) -> [u8; 4] {
        let chunk = PyramidChunk::new(0, (row / 512) as u32, (col / 512) as u32);
        let cells = self.1.entry(chunk).or_insert_with(|| (self.0)(chunk));
        cells.as_chunks().0[row % 512 * 512 + col % 512]
    }

    /// The mean difference of cells on both sides of a line, where both are opaque.
    fn step(&mut self, line: usize, across: std::ops::Range<usize>, apart: usize, down: bool) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for at in across {
            let of = |line: usize| if down { (line, at) } else { (at, line) };
            let (a, b) = (of(line - apart), of(line + apart - 1));
            let (a, b) = (self.at(a.0, a.1), self.at(b.0, b.1));
            if a[3] == 255 && b[3] == 255 {
                sum += (0..3).map(|k| f64::from(a[k].abs_diff(b[k]))).sum::<f64>() / 3.0;
                count += 1;
            }
        }
        assert!(count > 500, "{count} opaque pairs");
        sum / f64::from(count)
    }
}

/// The mean step across the edges of tiles, and inside of them: from west to east, and from north to south.
fn steps(mut cells: Cells<'_>) -> [(f64, f64); 2] {
    let (north, west) = (58_000, 1_857_000);
    // A pixel is nine cells wide and one high, and a tile a thousand of both.
    [(false, 6, 9), (true, 2, 1)].map(|(down, tiles, apart)| {
        let (start, across) = if down { (north, west..west + 6000) } else { (west, north..north + 2000) };
        let mut mean = |lines: Vec<usize>| {
            let steps = lines.iter().map(|line| cells.step(start + line, across.clone(), apart, down));
            steps.sum::<f64>() / lines.len() as f64
        };
        let inside = (0..tiles).flat_map(|tile| [30, 250, 610, 970].map(|on| tile * 1000 + on));
        (mean((1..tiles).map(|tile| tile * 1000).collect()), mean(inside.collect()))
    })
}

#[test]
fn tiles_in_one_basis_have_no_seams_between_them() {
    let tiles = Tiles::synthetic(&NAMES);
    let one = picture(&tiles, &colours_of(&tiles));
    for (border, inside) in steps(Cells(Box::new(|chunk| one.chunk(chunk)), BTreeMap::new())) {
        assert!(inside > 1.0, "{inside}");
        assert!(border < 1.1 * inside, "{border} across the edges of tiles, {inside} inside");
    }

    // Each in a basis of its own, they do not match.
    let own: BTreeMap<TileId, Kept> = tiles
        .ids()
        .into_iter()
        .map(|id| {
            let tile = tiles.only(id);
            (id, picture(&tile, &colours_of(&tile)))
        })
        .collect();
    let chunk = |chunk: PyramidChunk| {
        let raster = PyramidGrid::lon_lat(1).unwrap().raster(chunk).unwrap();
        let pictures: BTreeMap<_, _> = own.iter().map(|(id, store)| (*id, store.chunk(chunk))).collect();
        let mut cells = vec![0; 4 * 512 * 512];
        for (at, cell) in cells.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let (lon, lat) = raster.center(at / 512, at % 512);
            if let Some(picture) = pictures.get(&TileId::containing(lon, lat).unwrap()) {
                *cell = picture.as_chunks().0[at];
            }
        }
        cells
    };
    for (border, inside) in steps(Cells(Box::new(chunk), BTreeMap::new())) {
        assert!(border > 2.0 * inside, "{border} across the edges of tiles, {inside} inside");
    }
}
