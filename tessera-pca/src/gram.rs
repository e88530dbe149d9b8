//! Sums of pixels and of their outer products, a block at a time.
//!
//! Each entry is the sum over a block's pixels, one after the other, in float32; blocks are summed in float64. The order
//! does not depend on the width of the vectors, so neither does the result.

use pulp::WithSimd;

use crate::block::{Block, PANEL};
use crate::simd::Simd;

/// Sums of products of two panels' channels.
type Tile = [[f64; PANEL]; PANEL];

/// The sum of pixels, and the lower triangle of the sum of their outer products by pairs of panels.
pub(crate) struct Gram {
    sums: Vec<[f64; PANEL]>,
    tiles: Vec<Tile>,
}

impl Gram {
    /// Zero, for pixels of so many channels.
    pub(crate) fn new(channels: usize) -> Self {
        let panels = channels.div_ceil(PANEL);
        let tiles = panels * (panels + 1) / 2;
        Self { sums: vec![[0.0; PANEL]; panels], tiles: vec![[[0.0; PANEL]; PANEL]; tiles] }
    }

    /// Back to zero.
    pub(crate) fn reset(&mut self) {
        self.sums.fill([0.0; PANEL]);
        self.tiles.fill([[0.0; PANEL]; PANEL]);
    }

    /// Adds the pixels of a block that has as many channels.
    pub(crate) fn add(&mut self, block: &Block, simd: Simd) {
        simd.run(AddBlock { gram: self, block });
    }

    /// The sum of the pixels, a number for each channel, and zeros up to a whole panel.
    pub(crate) fn sums(&self) -> &[f64] {
        self.sums.as_flattened()
    }

    /// The sum of the products of channel `i` and channel `j` ≤ `i`.
    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        let (row, col) = (i / PANEL, j / PANEL);
        self.tiles[row * (row + 1) / 2 + col][i % PANEL][j % PANEL]
    }
}

struct AddBlock<'a> {
    gram: &'a mut Gram,
    block: &'a Block,
}

impl WithSimd for AddBlock<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { gram, block } = self;
        for (panel, sums) in gram.sums.iter_mut().enumerate() {
            let total = panel_sums(block.panel(panel));
            sums.iter_mut().zip(total).for_each(|(sum, total)| *sum += f64::from(total));
        }
        let mut tiles = gram.tiles.iter_mut();
        for row in 0..block.panels() {
            for (col, tile) in (0..=row).zip(&mut tiles) {
                let (a, b) = (block.panel(row), block.panel(col));
                // As many rows as there are registers for their sums; the upper half of a tile on the diagonal is
                // left out where a vector fits into it.
                match S::F32_LANES {
                    16 => fused_rows::<S, 16, 1>(simd, a, b, 0, tile),
                    8 if row == col => {
                        fused_rows::<S, 8, 1>(simd, a, b, 0, tile);
                        fused_rows::<S, 4, 2>(simd, a, b, 8, tile);
                        fused_rows::<S, 4, 2>(simd, a, b, 12, tile);
                    }
                    8 => (0..PANEL).step_by(4).for_each(|r| fused_rows::<S, 4, 2>(simd, a, b, r, tile)),
                    4 => (0..PANEL).step_by(4).for_each(|r| fused_rows::<S, 4, 4>(simd, a, b, r, tile)),
                    _ => {
                        for r in (0..PANEL).step_by(2) {
                            plain_rows(a, b, r, 0, tile);
                            plain_rows(a, b, r, PANEL / 2, tile);
                        }
                    }
                }
            }
        }
    }
}

/// The sum of a panel's pixels.
#[inline(always)]
pub(crate) fn panel_sums(pixels: &[[f32; PANEL]]) -> [f32; PANEL] {
    let mut total = [0.0; PANEL];
    for pixel in pixels {
        total.iter_mut().zip(pixel).for_each(|(total, value)| *total += value);
    }
    total
}

/// Rows `first..first + R` of a tile, as many columns as `V` vectors have.
#[inline(always)]
fn fused_rows<S: pulp::Simd, const R: usize, const V: usize>(
    simd: S,
    a: &[[f32; PANEL]],
    b: &[[f32; PANEL]],
    first: usize,
    tile: &mut Tile,
) {
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    for (a, b) in a.iter().zip(b) {
        let vectors = S::as_simd_f32s(b).0;
        let b: [S::f32s; V] = std::array::from_fn(|v| vectors[v]);
        for r in 0..R {
            let a = simd.splat_f32s(a[first + r]);
            for v in 0..V {
                sums[r][v] = simd.mul_add_f32s(a, b[v], sums[r][v]);
            }
        }
    }
    for (sums, tile) in sums.iter().zip(&mut tile[first..first + R]) {
        let mut row = [0.0_f32; PANEL];
        S::as_mut_simd_f32s(&mut row).0[..V].copy_from_slice(sums);
        tile.iter_mut().zip(row).for_each(|(to, sum)| *to += f64::from(sum));
    }
}

/// A part of a tile, 2 rows of 8 columns, without fused instructions.
#[inline(always)]
fn plain_rows(a: &[[f32; PANEL]], b: &[[f32; PANEL]], row: usize, col: usize, tile: &mut Tile) {
    let mut sums = [[0.0_f32; PANEL / 2]; 2];
    for (a, b) in a.iter().zip(b) {
        for (r, sums) in sums.iter_mut().enumerate() {
            for (c, sum) in sums.iter_mut().enumerate() {
                *sum += a[row + r] * b[col + c];
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        tile[row + r][col..].iter_mut().zip(sums).for_each(|(to, &sum)| *to += f64::from(sum));
    }
}
