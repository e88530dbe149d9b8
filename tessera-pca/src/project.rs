//! Pixels onto components.

use std::array;

use pulp::WithSimd;

use crate::Basis;
use crate::block::PANEL;
use crate::row::{Pixel, Pixels};
use crate::simd::Simd;

/// Components that are worked on at a time: their sums fit in registers.
const GROUP: usize = 4;

/// The weights of a basis, laid out for the kernel.
pub(crate) struct Projection {
    groups: Vec<Group>,
    len: usize,
}

/// Up to [`GROUP`] components, zeros beyond the last.
struct Group {
    /// [panel][component][channel], zeros beyond the last channel.
    weights: Vec<[[f32; PANEL]; GROUP]>,
    /// The mean's place on each component.
    offsets: [f32; GROUP],
    len: usize,
}

impl Projection {
    pub(crate) fn of(basis: &Basis) -> Self {
        let (weights, offsets) = (basis.weights(), basis.weights().dot(basis.mean()));
        let weight = |k, j| weights.get((k, j)).copied().unwrap_or(0.0) as f32;
        let groups = (0..basis.len()).step_by(GROUP).map(|first| Group {
            weights: (0..basis.channels().div_ceil(PANEL))
                .map(|panel| array::from_fn(|k| array::from_fn(|c| weight(first + k, panel * PANEL + c))))
                .collect(),
            offsets: array::from_fn(|k| offsets.get(first + k).copied().unwrap_or(0.0) as f32),
            len: GROUP.min(basis.len() - first),
        });
        Self { groups: groups.collect(), len: basis.len() }
    }

    /// Projects a row of pixels to `out`, (cols, components); NaN where a pixel is not valid. The pixels have as many
    /// channels as the basis.
    pub(crate) fn row(&self, pixels: Pixels<'_>, simd: Simd, out: &mut [f32]) {
        let mut first = 0;
        for group in &self.groups {
            let place = Place { pixels, group, out, stride: self.len, first };
            match group.len {
                1 => simd.run(ProjectRow::<1>(place)),
                2 => simd.run(ProjectRow::<2>(place)),
                3 => simd.run(ProjectRow::<3>(place)),
                _ => simd.run(ProjectRow::<GROUP>(place)),
            }
            first += group.len;
        }
    }
}

struct Place<'a> {
    pixels: Pixels<'a>,
    group: &'a Group,
    out: &'a mut [f32],
    stride: usize,
    first: usize,
}

/// The first `K` components of a group.
struct ProjectRow<'a, const K: usize>(Place<'a>);

impl<const K: usize> WithSimd for ProjectRow<'_, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Place { pixels, group, out, stride, first } = self.0;
        for (pixel, out) in pixels.iter().zip(out.chunks_exact_mut(stride)) {
            let out = &mut out[first..first + K];
            let Some(pixel) = pixel else {
                out.fill(f32::NAN);
                continue;
            };
            let sums: [[f32; PANEL]; K] = match S::F32_LANES {
                16 => products::<S, K, 1>(simd, pixel, group),
                8 => products::<S, K, 2>(simd, pixel, group),
                4 => products::<S, K, 4>(simd, pixel, group),
                _ => plain_products(pixel, group),
            };
            for ((out, sums), offset) in out.iter_mut().zip(sums).zip(group.offsets) {
                let eight: [f32; 8] = array::from_fn(|c| sums[c] + sums[c + 8]);
                let four: [f32; 4] = array::from_fn(|c| eight[c] + eight[c + 4]);
                *out = (four[0] + four[2]) + (four[1] + four[3]) - offset;
            }
        }
    }
}

/// The sums of every sixteenth product of a pixel with each component. Products and sums are rounded one by one: the
/// same bits on any processor.
#[inline(always)]
fn products<S: pulp::Simd, const K: usize, const V: usize>(
    simd: S,
    pixel: Pixel<'_>,
    group: &Group,
) -> [[f32; PANEL]; K] {
    let mut sums = [[simd.splat_f32s(0.0); V]; K];
    pixel.for_each_panel(|panel, values| {
        let values = S::as_simd_f32s(&values).0;
        for (sums, weights) in sums.iter_mut().zip(&group.weights[panel]) {
            let weights = S::as_simd_f32s(weights).0;
            for v in 0..V {
                sums[v] = simd.add_f32s(sums[v], simd.mul_f32s(values[v], weights[v]));
            }
        }
    });
    let mut out = [[0.0; PANEL]; K];
    for (out, sums) in out.iter_mut().zip(&sums) {
        S::as_mut_simd_f32s(out).0.copy_from_slice(sums);
    }
    out
}

/// The same without vectors.
#[inline(always)]
fn plain_products<const K: usize>(pixel: Pixel<'_>, group: &Group) -> [[f32; PANEL]; K] {
    let mut sums = [[0.0_f32; PANEL]; K];
    pixel.for_each_panel(|panel, values| {
        for (sums, weights) in sums.iter_mut().zip(&group.weights[panel]) {
            for ((sum, value), weight) in sums.iter_mut().zip(values).zip(weights) {
                *sum += value * weight;
            }
        }
    });
    sums
}
