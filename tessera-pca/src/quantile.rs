//! Order statistics.

/// The values at these shares of the sorted values, ascending in 0…1, with linear interpolation between neighbours: for
/// n values, share q lies at place q·(n − 1) (method 7 of Hyndman and Fan, 1996, the default of numpy). The values are
/// finite, at least one, and are left in another order.
pub(crate) fn quantiles(values: &mut [f32], shares: &[f64]) -> Vec<f32> {
    let mut start = 0;
    let mut found = Vec::with_capacity(shares.len());
    for share in shares {
        let place = share * (values.len() - 1) as f64;
        let below = (place.floor() as usize).clamp(start, values.len() - 1);
        // All before `start` are no greater than all from there on, so the search goes on there.
        let (_, &mut low, rest) = values[start..].select_nth_unstable_by(below - start, f32::total_cmp);
        let high = rest.iter().copied().reduce(f32::min).unwrap_or(low);
        found.push((f64::from(low) + (f64::from(high) - f64::from(low)) * (place - place.floor())) as f32);
        start = below;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By sorting.
    fn slow(values: &[f32], share: f64) -> f32 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        let place = share * (sorted.len() - 1) as f64;
        let (low, high) =
            (f64::from(sorted[place.floor() as usize]), f64::from(sorted[place.ceil() as usize]));
        (low + (high - low) * place.fract()) as f32
    }

    proptest! {
        #[test]
        fn agrees_with_sorting(values in prop::collection::vec(-1e6..1e6_f32, 1..200),
                mut shares in prop::collection::vec(0.0..=1.0_f64, 1..8)) {
            shares.sort_by(f64::total_cmp);
            let expected: Vec<f32> = shares.iter().map(|&share| slow(&values, share)).collect();
            prop_assert_eq!(quantiles(&mut values.clone(), &shares), expected);
        }
    }

    #[test]
    fn agrees_with_numpy() {
        // numpy.percentile(values, [0, 2, 50, 98, 100])
        let mut values = vec![3.0, -1.0, 10.0, 4.0, 4.0, 7.5, 0.0];
        let shares = [0.0, 0.02, 0.5, 0.98, 1.0];
        assert_eq!(quantiles(&mut values, &shares), [-1.0, -0.88, 4.0, 9.7, 10.0]);
        assert_eq!(quantiles(&mut [2.0], &shares), [2.0; 5]);
    }
}
