//! Bases against what is known of their pixels, and pixels projected onto them.

use crate::tiles::{INVALID, difference, mean_and_covariance, per_channel, random, tile, valid_rows};
use ndarray::{Array2, Array3, ShapeBuilder, s};
use tessera_core::{Channels, MemorySource, PixelGrid, Quantized, ScaleLimit, Scales, Window};
use tessera_pca::{Basis, Moments, Pca, Simd, TransformError};

fn limit() -> ScaleLimit {
    ScaleLimit::default()
}

fn basis(tile: &Quantized, components: usize) -> Basis {
    Pca::params(components).fit(&Moments::of_view(&tile.view(), limit()).unwrap()).unwrap()
}

#[test]
fn components_are_eigenvectors_of_the_covariance() {
    let tile = tile(70, 90, 128, 1);
    let basis = basis(&tile, 128);
    let (mean, covariance) = mean_and_covariance(&valid_rows(&tile.view()));
    assert!((basis.mean() - &mean).iter().all(|d| d.abs() < 1e-6));
    // Cv = λv, to the precision of the sums.
    let along = basis.components().dot(&covariance);
    let expected = basis.components() * &basis.explained_variance().view().insert_axis(ndarray::Axis(1));
    assert!(difference(&along, &expected) < 1e-6);
    assert!(difference(&basis.components().dot(&basis.components().t()), &Array2::eye(128)) < 1e-12);
    assert!((basis.explained_variance().sum() / covariance.diag().sum() - 1.0).abs() < 1e-6);
    assert!((basis.explained_variance_ratio().sum() - 1.0).abs() < 1e-12);
    assert!(basis.explained_variance().to_vec().is_sorted_by(|a, b| a >= b));
}

#[test]
fn the_ratio_is_over_the_total_variance() {
    let tile = tile(50, 60, 40, 6);
    let (few, all) = (basis(&tile, 2), basis(&tile, 40));
    assert!(few.explained_variance_ratio().sum() < 0.9);
    assert_eq!(few.explained_variance_ratio(), all.explained_variance_ratio().slice(s![..2]));
    assert_eq!(few.components(), all.components().slice(s![..2, ..]));
}

#[test]
fn the_sign_is_fixed() {
    let tile = tile(50, 60, 40, 9);
    let (data, scales) = tile.clone().into_parts();
    let mirrored = Quantized::new(data.mapv(|q| -q), scales).unwrap();
    let (one, other) = (basis(&tile, 5), basis(&mirrored, 5));
    assert!(difference(one.components(), other.components()) < 1e-6);
    for component in one.components().outer_iter() {
        let most = component.iter().fold(0.0_f64, |most, v| if v.abs() > most.abs() { *v } else { most });
        assert!(most > 0.0);
    }
}

#[test]
fn low_rank_pixels_come_back_from_as_many_components() {
    // Whole multiples of two patterns, so quantizing loses nothing: rank 2 exactly.
    let mut next = random(2);
    let (a, b) = ([3, -1, 2, 0, 5, -4, 1], [0, 2, -3, 4, 1, 1, -2]);
    let mut data = Array3::zeros((30, 40, 7));
    for row in 0..30 {
        for col in 0..40 {
            let (x, y) = ((next() * 17.0) as i8 - 8, (next() * 17.0) as i8 - 8);
            (0..7).for_each(|k| data[(row, col, k)] = x * a[k] + y * b[k]);
        }
    }
    let tile = Quantized::new(data, Scales::Pixel(Array2::from_elem((30, 40), 0.25))).unwrap();
    let basis3 = basis(&tile, 3);
    assert!(basis3.explained_variance()[2] < 1e-6 * basis3.explained_variance()[0]);
    let rows = valid_rows(&tile.view());
    let basis2 = basis(&tile, 2);
    let projected = basis2.transform_rows(rows.view()).unwrap();
    assert!(difference(&basis2.inverse_rows(projected.view()).unwrap(), &rows) < 1e-6);
}

#[test]
fn pixels_and_rows_are_projected_alike() {
    for (channels, components) in [(128, 3), (20, 1), (33, 2), (7, 7), (16, 9)] {
        for standardize in [false, true] {
            let tile = tile(23, 31, channels, 7);
            let moments = Moments::of_view(&tile.view(), limit()).unwrap();
            let basis = Pca::params(components).standardize(standardize).fit(&moments).unwrap();
            let picture = basis.transform(&tile.view(), limit()).unwrap();
            let valid: Vec<f64> = picture.iter().filter(|v| !v.is_nan()).map(|&v| f64::from(v)).collect();
            let valid = Array2::from_shape_vec((valid.len() / components, components), valid).unwrap();
            let expected = basis.transform_rows(valid_rows(&tile.view()).view()).unwrap();
            assert!(difference(&valid, &expected) < 1e-5, "{channels} {components}");
            // Projected pixels are centred, and vary as the basis says.
            let (mean, covariance) = mean_and_covariance(&expected);
            let variances = Array2::from_diag(basis.explained_variance());
            assert!(mean.iter().all(|m| m.abs() < 1e-5));
            assert!(difference(&covariance, &variances) < 1e-5);
            // The same bits without vector instructions, into another layout, and with a scale a channel.
            let bits = |values: &Array3<f32>| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let mut other = Array3::zeros(picture.dim().f());
            basis.transform_into_with(&tile.view(), limit(), Simd::Off, other.view_mut()).unwrap();
            assert_eq!(bits(&other), bits(&picture));
            let each = basis.transform(&per_channel(&tile).view(), limit()).unwrap();
            assert_eq!(bits(&each), bits(&picture));
        }
    }
}

#[test]
fn standardized_rows_come_back() {
    let tile = tile(20, 30, 12, 3);
    let moments = Moments::of_view(&tile.view(), limit()).unwrap();
    let basis = Pca::params(12).standardize(true).fit(&moments).unwrap();
    let rows = valid_rows(&tile.view());
    let projected = basis.transform_rows(rows.view()).unwrap();
    assert!(difference(&basis.inverse_rows(projected.view()).unwrap(), &rows) < 1e-12);
    assert!((basis.explained_variance().sum() - 12.0).abs() < 1e-9);
}

#[test]
fn invalid_pixels_are_nan_and_move_nothing() {
    let tile = tile(25, 35, 10, 12);
    let (mut data, scales) = tile.clone().into_parts();
    let Scales::Pixel(scales) = scales else { panic!("a scale a pixel") };
    // Whatever stands behind an invalid scale is not looked at.
    for ((row, col), scale) in scales.indexed_iter() {
        if !limit().admits(*scale) {
            data.slice_mut(s![row, col, ..]).fill(-128);
        }
    }
    let spoilt = Quantized::new(data, Scales::Pixel(scales.clone())).unwrap();
    let clean = basis(&tile, 3);
    assert_eq!(basis(&spoilt, 3), clean);
    let projected = clean.transform(&spoilt.view(), limit()).unwrap();
    let seen: Vec<f32> = scales.iter().copied().filter(|&s| !limit().admits(s)).collect();
    assert!(INVALID.iter().all(|bad| seen.iter().any(|s| s.to_bits() == bad.to_bits())), "{seen:?}");
    for ((row, col), scale) in scales.indexed_iter() {
        let pixel = projected.slice(s![row, col, ..]);
        assert!(pixel.iter().all(|v| v.is_nan() != limit().admits(*scale)));
    }
}

#[test]
fn windows_of_a_source_are_projected_in_blocks() {
    let grid = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap().with_shape(30, 20).unwrap();
    let tile = tile(30, 20, 12, 2);
    let basis = basis(&tile, 3);
    let source = MemorySource::new(grid, tile).unwrap();
    let window = Window::new(3, 4, 21, 13);
    let expected = basis.transform(&source.view().window(window).unwrap(), limit()).unwrap();
    for rows in [0, 1, 8, 100] {
        let got = basis.transform_window(&source, window, &Channels::All, rows, limit()).unwrap();
        assert!(got.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
    let outside = basis.transform_window(&source, Window::new(20, 0, 11, 20), &Channels::All, 8, limit());
    assert!(matches!(outside, Err(TransformError::Window(_))));
    let few = basis.transform_window(&source, window, &Channels::from(0..4), 8, limit());
    assert!(matches!(few, Err(TransformError::Channels { got: 4, expected: 12 })));
}

#[test]
fn other_shapes_are_refused() {
    let tile = tile(9, 8, 12, 2);
    let basis = basis(&tile, 3);
    let mut out = Array3::zeros((9, 8, 4));
    let error = basis.transform_into(&tile.view(), limit(), out.view_mut()).unwrap_err();
    assert_eq!(error.to_string(), "an output of shape [9, 8, 4] was given for components of shape [9, 8, 3]");
    assert!(basis.transform_rows(Array2::<f64>::zeros((2, 3)).view()).is_err());
    assert!(basis.inverse_rows(Array2::<f64>::zeros((2, 12)).view()).is_err());
    let none = basis.transform(&tile.view().window(Window::new(0, 0, 9, 8)).unwrap(), limit()).unwrap();
    assert_eq!(none.dim(), (9, 8, 3));
}
