//! Moments against sums written out, whatever the shape, layout, block or number of threads.

use crate::tiles::{difference, mean_and_covariance, per_channel, tile, valid_rows};
use ndarray::{Array1, Array2, Array3, ShapeBuilder, s};
use proptest::prelude::*;
use tessera_core::{
    Channels, MemorySource, PixelGrid, Quantized, QuantizedView, ScaleLimit, Scales, ScalesView, Window,
};
use tessera_pca::{Moments, MomentsError, Pca, Simd};

fn limit() -> ScaleLimit {
    ScaleLimit::default()
}

/// Within the rounding of float32 sums over a block.
fn close(a: &Moments, b: &Moments) -> bool {
    within(a, b, 1e-6)
}

fn within(a: &Moments, b: &Moments, tolerance: f64) -> bool {
    // A sum near zero is no less exact than its squares are.
    let size = (b.count() as f64 * b.products().diag().iter().copied().fold(0.0, f64::max)).sqrt();
    a.count() == b.count()
        && a.sum().iter().zip(b.sum()).all(|(a, b)| (a - b).abs() <= tolerance * size)
        && difference(&a.products(), &b.products()) < tolerance
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn covariance_is_that_of_the_valid_pixels(rows in 1..40_usize, cols in 1..60_usize, channels in 1..70_usize, seed: u64, each: bool) {
        let tile = if each { per_channel(&tile(rows, cols, channels, seed)) } else { tile(rows, cols, channels, seed) };
        let valid = valid_rows(&tile.view());
        let moments = Moments::of_view(&tile.view(), limit()).unwrap();
        prop_assert_eq!(moments.count(), valid.nrows() as u64);
        prop_assert_eq!(moments.count(), tile.view().count(limit()).valid);
        if valid.nrows() > 1 {
            let (mean, covariance) = mean_and_covariance(&valid);
            prop_assert!((Array1::from(moments.mean().unwrap()) - mean).iter().all(|d| d.abs() < 1e-6));
            prop_assert!(difference(&moments.covariance().unwrap(), &covariance) < 2e-6);
        }
    }

    #[test]
    fn merging_is_adding_up_in_any_order(seed: u64, channels in 1..20_usize, cut in 1..19_usize) {
        let tile = tile(20, 30, channels, seed);
        let part = |row, rows| {
            Moments::of_view(&tile.view().window(Window::new(row, 0, rows, 30)).unwrap(), limit()).unwrap()
        };
        let whole = Moments::of_view(&tile.view(), limit()).unwrap();
        let (a, b) = (part(0, cut), part(cut, 20 - cut));
        let mut ab = a.clone();
        ab.merge(&b).unwrap();
        let mut ba = b.clone();
        ba.merge(&a).unwrap();
        prop_assert_eq!(&ab, &ba);
        prop_assert!(close(&ab, &whole));
        // (a + b) + w = a + (b + w)
        let mut left = ab.clone();
        left.merge(&whole).unwrap();
        let mut bw = b.clone();
        bw.merge(&whole).unwrap();
        let mut right = a.clone();
        right.merge(&bw).unwrap();
        prop_assert!(within(&left, &right, 1e-13));
    }
}

#[test]
fn simd_changes_nothing_that_matters() {
    let tile = tile(120, 150, 128, 5);
    let with = Moments::of_view_with(&tile.view(), limit(), Simd::Detect).unwrap();
    let without = Moments::of_view_with(&tile.view(), limit(), Simd::Off).unwrap();
    assert!(difference(&with.covariance().unwrap(), &without.covariance().unwrap()) < 1e-6);
    let fit = |moments| Pca::params(3).fit(moments).unwrap();
    let (with, without) = (fit(&with), fit(&without));
    assert!(difference(with.components(), without.components()) < 1e-6);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    // Rows of 211 pixels: several shares of 78 rows, and one that is not full.
    let tile = tile(400, 211, 24, 3);
    let bytes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Moments::of_view(&tile.view(), limit()).unwrap().to_bytes())
    };
    let one = bytes(1);
    for threads in [2, 3, 7] {
        assert!(bytes(threads) == one, "{threads} threads");
    }
}

#[test]
fn a_mean_far_from_zero_costs_no_digits() {
    // Values about 63 with deviations of a thousandth: raw float32 sums would keep no digit of the covariance.
    let mut next = crate::tiles::random(11);
    let scales = Array2::from_shape_fn((60, 70), |_| (0.5 + 0.00001 * next()) as f32);
    let data = Array3::from_shape_fn((60, 70, 9), |(_, _, k)| 127 - k as i8);
    let tile = Quantized::new(data, Scales::Pixel(scales)).unwrap();
    let (_, expected) = mean_and_covariance(&valid_rows(&tile.view()));
    let got = Moments::of_view(&tile.view(), limit()).unwrap().covariance().unwrap();
    assert!(difference(&got, &expected) < 1e-4, "{}", difference(&got, &expected));
}

#[test]
fn any_layout_gives_the_same() {
    let tile = tile(30, 40, 20, 8);
    let (data, scales) = tile.clone().into_parts();
    let Scales::Pixel(scales) = scales else { panic!("a scale a pixel") };
    let (mut turned, mut turned_scales) = (Array3::zeros(data.dim().f()), Array2::zeros(scales.dim().f()));
    turned.assign(&data);
    turned_scales.assign(&scales);
    let turned = QuantizedView::new(turned.view(), ScalesView::Pixel(turned_scales.view())).unwrap();
    let expected = Moments::of_view(&tile.view(), limit()).unwrap();
    assert_eq!(Moments::of_view(&turned, limit()).unwrap(), expected);
    assert_eq!(Moments::of_view(&per_channel(&tile).view(), limit()).unwrap(), expected);
    // Every second column and channel, as a view into the tile.
    let data = data.slice(s![.., ..;2, ..;2]);
    let some = QuantizedView::new(data, ScalesView::Pixel(scales.slice(s![.., ..;2]))).unwrap();
    let copy = some.to_owned();
    assert_eq!(Moments::of_view(&some, limit()).unwrap(), Moments::of_view(&copy.view(), limit()).unwrap());
}

#[test]
fn sources_are_read_in_blocks() {
    let grid = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap().with_shape(50, 40).unwrap();
    let source = MemorySource::new(grid, tile(50, 40, 12, 2)).unwrap();
    let whole = Moments::of_view(&source.view(), limit()).unwrap();
    for rows in [0, 1, 7, 50, 1000] {
        assert!(close(&Moments::of_source(&source, rows, limit()).unwrap(), &whole), "{rows} rows");
    }
    let mut part = Moments::new(3).unwrap();
    let (window, channels) = (Window::new(5, 6, 20, 30), Channels::from(vec![1, 4, 0]));
    part.add_window(&source, window, &channels, 8, limit()).unwrap();
    let view = source.view().window(window).unwrap().channels(&channels).unwrap();
    assert!(close(&part, &Moments::of_view(&view.view(), limit()).unwrap()));
    // What cannot be read, or does not fit, adds nothing.
    let before = part.clone();
    let outside = part.add_window(&source, Window::new(40, 0, 11, 40), &channels, 8, limit());
    assert!(matches!(outside, Err(MomentsError::Source(_))));
    let other = part.add_window(&source, window, &Channels::All, 8, limit());
    assert!(matches!(other, Err(MomentsError::Channels { got: 12, expected: 3 })));
    assert_eq!(part, before);
}

#[test]
fn plain_rows_and_quantized_pixels_agree() {
    let tile = tile(40, 50, 30, 4);
    let values = tile.view().dequantize(limit()).into_shape_with_order((2000, 30)).unwrap();
    let rows = Moments::of_rows(values.view()).unwrap();
    let pixels = Moments::of_view(&tile.view(), limit()).unwrap();
    assert_eq!(rows.count(), pixels.count());
    assert!(difference(&rows.covariance().unwrap(), &pixels.covariance().unwrap()) < 1e-6);
}

#[test]
fn nothing_valid_is_nothing() {
    let water =
        Quantized::new(Array3::ones((5, 6, 4)), Scales::Pixel(Array2::from_elem((5, 6), f32::NAN))).unwrap();
    assert_eq!(Moments::of_view(&water.view(), limit()).unwrap(), Moments::new(4).unwrap());
    for (rows, cols) in [(0, 6), (5, 0)] {
        let none =
            Quantized::new(Array3::ones((rows, cols, 4)), Scales::Pixel(Array2::ones((rows, cols)))).unwrap();
        assert_eq!(Moments::of_view(&none.view(), limit()).unwrap().count(), 0);
    }
    let no_channel = Quantized::new(Array3::ones((5, 6, 0)), Scales::Pixel(Array2::ones((5, 6)))).unwrap();
    assert!(matches!(
        Moments::of_view(&no_channel.view(), limit()),
        Err(MomentsError::ChannelCount { got: 0 })
    ));
}
