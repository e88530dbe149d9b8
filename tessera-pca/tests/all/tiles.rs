//! Small tiles to test with.

use ndarray::{Array1, Array2, Array3};
use tessera_core::{Quantized, QuantizedView, ScaleLimit, Scales};

/// Scales that no valid pixel has.
pub(crate) const INVALID: [f32; 7] =
    [-161_685.0, 3.4e38, 0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0];

/// Numbers in 0…1 that look random: splitmix64.
pub(crate) fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A tile of smooth fields of falling strength plus a mean and noise, quantized; every seventh pixel or so is not valid.
pub(crate) fn tile(rows: usize, cols: usize, channels: usize, seed: u64) -> Quantized {
    let mut next = random(seed);
    let rank = 6;
    let mix = Array2::from_shape_fn((rank, channels), |(r, _)| (next() - 0.5) * 3.0 / (r + 1) as f64);
    let mean = Array1::from_shape_fn(channels, |_| (next() - 0.5) * 4.0);
    let waves: Vec<_> = (0..rank).map(|_| (next() * 0.3, next() * 0.3, next() * 6.0)).collect();
    let mut scales = Array2::zeros((rows, cols));
    let mut data = Array3::zeros((rows, cols, channels));
    for row in 0..rows {
        for col in 0..cols {
            let fields = Array1::from_iter(
                waves.iter().map(|(a, b, phase)| (a * row as f64 + b * col as f64 + phase).sin()),
            );
            let values = (fields.dot(&mix) + &mean).mapv(|v| v + (next() - 0.5) * 0.2);
            let scale = values.iter().fold(0.0_f64, |most, v| most.max(v.abs())) / 127.0;
            for (k, value) in values.iter().enumerate() {
                data[(row, col, k)] = (value / scale).round() as i8;
            }
            let broken = (next() * 50.0) as usize;
            scales[(row, col)] = INVALID.get(broken).copied().unwrap_or(scale as f32);
        }
    }
    Quantized::new(data, Scales::Pixel(scales)).unwrap()
}

/// The same pixels with a scale for each channel.
pub(crate) fn per_channel(tile: &Quantized) -> Quantized {
    let (data, scales) = tile.clone().into_parts();
    let Scales::Pixel(scales) = scales else { panic!("a scale a pixel") };
    let scales = Array3::from_shape_fn(data.dim(), |(row, col, _)| scales[(row, col)]);
    Quantized::new(data, Scales::Channel(scales)).unwrap()
}

/// The valid pixels, dequantized, (pixels, channels).
pub(crate) fn valid_rows(view: &QuantizedView<'_>) -> Array2<f64> {
    let values = view.dequantize(ScaleLimit::default());
    let (rows, cols, channels) = view.dim();
    let pixels = values.into_shape_with_order((rows * cols, channels)).unwrap();
    let valid: Vec<f64> =
        pixels.outer_iter().filter(|p| !p[0].is_nan()).flat_map(|p| p.to_vec()).map(f64::from).collect();
    Array2::from_shape_vec((valid.len() / channels, channels), valid).unwrap()
}

/// Mean and covariance in two passes, in float64.
pub(crate) fn mean_and_covariance(rows: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let mean = rows.mean_axis(ndarray::Axis(0)).unwrap();
    let centred = rows - &mean;
    (mean, centred.t().dot(&centred) / (rows.nrows() - 1) as f64)
}

/// The largest difference of two arrays, relative to the largest entry of the second.
pub(crate) fn difference(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let size = b.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    a.iter().zip(b).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs())) / size
}
