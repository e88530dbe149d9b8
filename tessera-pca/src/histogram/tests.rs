use super::*;
use crate::{BasisParts, Mapping};
use ndarray::Array3;
use proptest::prelude::*;

fn basis(variances: &[f64]) -> Basis {
    let count = variances.len();
    Basis::from_parts(BasisParts {
        mean: vec![0.0; 4],
        components: (0..count).map(|k| (0..4).map(|j| f64::from(u8::from(j == k))).collect()).collect(),
        explained_variance: variances.to_vec(),
        explained_variance_ratio: vec![0.1; count],
        deviations: None,
    })
    .unwrap()
}

/// Numbers that fall about as a bell does.
fn projected(rows: usize, count: usize, seed: usize) -> Array3<f32> {
    let noise = |n: usize| ((n.wrapping_mul(2_654_435_761) >> 7) % 10_007) as f32 / 10_007.0 - 0.5;
    Array3::from_shape_fn((rows, 50, count), |(r, c, k)| {
        let at = ((r * 50 + c) * count + k) * 4 + seed;
        (0..4).map(|n| noise(at + n)).sum::<f32>() * 3.0
    })
}

fn methods() -> [StretchMethod; 4] {
    [
        StretchMethod::default(),
        StretchMethod::MinMax,
        StretchMethod::StandardDeviations(2.0),
        StretchMethod::Equalize,
    ]
}

#[test]
fn a_stretch_is_that_of_the_values_within_a_bin() {
    let values = projected(400, 3, 5);
    let mut histogram = Histogram::new(&basis(&[3.0, 2.0, 3.5]));
    histogram.add_projected(values.view());
    assert_eq!(histogram.count(), 400 * 50);
    for method in methods() {
        let (ours, exact) =
            (histogram.stretch(method).unwrap(), Stretch::fit(values.view(), method).unwrap());
        for (a, b) in ours.mappings().iter().zip(exact.mappings()) {
            let close = |a: &f32, b: &f32| (a - b).abs() < 12.0 / 2048.0 * 2.0;
            let near = match (a, b) {
                (Mapping::Linear { low: a, high: b }, Mapping::Linear { low: c, high: d }) => {
                    close(a, c) && close(b, d)
                }
                (Mapping::Knots(a), Mapping::Knots(b)) => {
                    a.iter().zip(b).skip(2).take(253).all(|(a, b)| close(a, b))
                }
                _ => false,
            };
            assert!(near, "{method:?}: {a:?} {b:?}");
        }
    }
}

proptest! {
    #[test]
    fn parts_add_up_to_the_whole(cuts in prop::collection::vec(0..60_usize, 0..6)) {
        let values = projected(60, 3, 1);
        let fresh = Histogram::new(&basis(&[3.0, 2.0, 3.5]));
        let mut whole = fresh.clone();
        whole.add_projected(values.view());
        let mut cuts = cuts;
        cuts.extend([0, 60]);
        cuts.sort_unstable();
        let mut sum = fresh.clone();
        for pair in cuts.windows(2).rev() {
            let mut part = fresh.clone();
            part.add_projected(values.slice(ndarray::s![pair[0]..pair[1], .., ..]));
            sum.merge(&part).unwrap();
        }
        for (a, b) in sum.components.iter().zip(&whole.components) {
            prop_assert_eq!((&a.counts, a.low, a.high), (&b.counts, b.low, b.high));
            prop_assert!((a.sum - b.sum).abs() < 1e-9 && (a.squares - b.squares).abs() < 1e-6);
        }
        prop_assert_eq!(sum.stretch(StretchMethod::default()).unwrap(), whole.stretch(StretchMethod::default()).unwrap());
    }
}

#[test]
fn values_far_outside_are_within_least_and_greatest() {
    let mut values = projected(40, 1, 2);
    values[(0, 0, 0)] = 1e30;
    values[(0, 1, 0)] = -1e30;
    values[(0, 2, 0)] = f32::NAN;
    values[(0, 3, 0)] = f32::INFINITY;
    let mut histogram = Histogram::new(&basis(&[3.0]));
    histogram.add_projected(values.view());
    assert_eq!((histogram.count(), histogram.ranges()), (40 * 50 - 2, Some(vec![(-1e30, 1e30)])));
    let Mapping::Linear { low, high } = histogram.stretch(StretchMethod::default()).unwrap().mappings()[0]
    else {
        panic!("linear")
    };
    assert!(-6.0 < low && low < high && high < 6.0, "{low} {high}");
}

#[test]
fn a_component_that_does_not_vary_is_grey() {
    let mut histogram = Histogram::new(&basis(&[0.0]));
    histogram.add_projected(Array3::from_elem((3, 4, 1), 0.25).view());
    for method in methods() {
        let stretch = histogram.stretch(method).unwrap();
        assert_eq!(stretch.mappings()[0].brightness(0.25), 0.5, "{method:?}");
    }
}

#[test]
fn no_pixel_and_other_bases_are_refused() {
    let mut histogram = Histogram::new(&basis(&[1.0, 0.5]));
    assert_eq!(histogram.stretch(StretchMethod::default()), Err(StretchError::NoPixels));
    assert_eq!(histogram.ranges(), None);
    assert_eq!(histogram.merge(&Histogram::new(&basis(&[1.0]))), Err(HistogramError::Basis));
    assert_eq!(histogram.merge(&Histogram::new(&basis(&[1.0, 0.4]))), Err(HistogramError::Basis));
    assert_eq!(histogram.select(&[1, 0]).unwrap(), Histogram::new(&basis(&[0.5, 1.0])));
    assert_eq!(histogram.select(&[2]), None);
}

#[test]
fn damaged_bytes_are_refused() {
    let mut histogram = Histogram::new(&basis(&[3.0, 2.0]));
    histogram.add_projected(projected(10, 2, 3).view());
    let bytes = histogram.to_bytes();
    assert_eq!(Histogram::from_bytes(&bytes).unwrap(), histogram);
    for length in [0, 7, 8, 15, 16, 100, bytes.len() - 1] {
        assert!(Histogram::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
    let mut changed = bytes.clone();
    changed[500] ^= 1;
    assert!(matches!(Histogram::from_bytes(&changed), Err(ReadHistogramError::Checksum { .. })));
    let mut many = bytes;
    many[8..12].fill(0xff);
    assert!(matches!(Histogram::from_bytes(&many), Err(ReadHistogramError::Length { .. })));
}
