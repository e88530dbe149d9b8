//! The traits of linfa, with linfa-reduction as the reference where it works: on data of full rank.

use crate::tiles::random;
use linfa::DatasetBase;
use linfa::traits::{Fit, Predict, Transformer};
use nd16::{Array2, Axis};
use tessera_pca::{Basis, FitError, Pca};

fn rows(pixels: usize, channels: usize, seed: u64) -> Array2<f64> {
    let mut next = random(seed);
    let mix = Array2::from_shape_fn((channels, channels), |_| next() - 0.5);
    Array2::from_shape_fn((pixels, channels), |_| next() - 0.5).dot(&mix)
}

fn fit(rows: &Array2<f64>, components: usize) -> Basis {
    Fit::fit(&Pca::params(components), &DatasetBase::from(rows.clone())).unwrap()
}

#[test]
fn agrees_with_linfa_reduction() {
    for seed in 0..4 {
        let rows = rows(400, 12, seed);
        let basis = fit(&rows, 3);
        let reference =
            linfa_reduction::Pca::params(3).fit(&DatasetBase::from(rows.clone())).expect("data of full rank");
        let free = (rows.nrows() - 1) as f64;
        for k in 0..3 {
            let theirs = reference.components().row(k);
            let ours = basis.components().row(k);
            let cosine: f64 = ours.iter().zip(theirs).map(|(a, b)| a * b).sum();
            assert!((cosine.abs() - 1.0).abs() < 1e-6, "seed {seed}, component {k}: {cosine}");
            let variance = reference.singular_values()[k].powi(2) / free;
            assert!((basis.explained_variance()[k] / variance - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn predicting_projects() {
    let rows = rows(50, 6, 9);
    let basis = fit(&rows, 2);
    let projected: Array2<f64> = basis.predict(&rows);
    let mean = rows.mean_axis(Axis(0)).unwrap();
    for (row, projected) in rows.outer_iter().zip(projected.outer_iter()) {
        for k in 0..2 {
            let expected: f64 = (0..6).map(|j| (row[j] - mean[j]) * basis.components()[(k, j)]).sum();
            assert!((projected[k] - expected).abs() < 1e-12);
        }
    }
    let dataset = DatasetBase::new(rows.mapv(|v| v as f32), vec![7; 50]);
    let transformed: DatasetBase<Array2<f32>, _> = Transformer::transform(&basis, dataset);
    assert!(transformed.records.iter().zip(&projected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5));
    assert_eq!(transformed.targets, vec![7; 50]);
}

#[test]
fn turned_records_are_read_as_they_are() {
    let rows = rows(30, 4, 3);
    let turned = rows.t().as_standard_layout().to_owned().reversed_axes();
    assert_eq!(fit(&turned, 2), fit(&rows, 2));
}

#[test]
fn impossible_fits_are_errors() {
    let few = DatasetBase::from(Array2::<f64>::zeros((1, 4)));
    assert!(matches!(Fit::fit(&Pca::params(2), &few), Err(FitError::TooFewPixels { .. })));
    let rows = DatasetBase::from(Array2::<f64>::zeros((9, 4)));
    assert!(matches!(Fit::fit(&Pca::params(5), &rows), Err(FitError::Components { .. })));
}
