//! From the value of a component to brightness.

use crate::quantile::quantiles;
use crate::{StretchError, StretchMethod};

/// Steps of an equalized mapping.
pub(crate) const STEPS: usize = 256;

/// How the values of one component become brightness, 0…1.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
#[non_exhaustive]
pub enum Mapping {
    /// Linear from `low` (0) to `high` (1), clipped outside. Where both are the same, smaller values are 0, greater ones
    /// 1, and the value itself is one half.
    Linear {
        /// What becomes 0.
        low: f32,
        /// What becomes 1.
        high: f32,
    },
    /// Linear between knots that divide 0…1 evenly, clipped outside. A value at which several knots lie is in their
    /// middle.
    Knots(Vec<f32>),
}

impl Mapping {
    /// The mapping that a checked method makes of finite values, at least one; they are left in another order.
    pub(crate) fn fit(values: &mut [f32], method: StretchMethod) -> Self {
        match method {
            StretchMethod::Percentile { low, high } => {
                let found = quantiles(values, &[low / 100.0, high / 100.0]);
                Self::Linear { low: found[0], high: found[1] }
            }
            StretchMethod::MinMax => {
                let start = (f32::INFINITY, f32::NEG_INFINITY);
                let (low, high) =
                    values.iter().fold(start, |(low, high), &value| (low.min(value), high.max(value)));
                Self::Linear { low, high }
            }
            StretchMethod::StandardDeviations(count) => {
                let n = values.len() as f64;
                let mean = values.iter().copied().map(f64::from).sum::<f64>() / n;
                let squares = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>();
                let reach = count * (squares / n).sqrt();
                Self::linear(mean - reach, mean + reach)
            }
            StretchMethod::Equalize => {
                values.sort_unstable_by(f32::total_cmp);
                let shares: Vec<f64> = (0..=STEPS).map(|step| step as f64 / STEPS as f64).collect();
                Self::Knots(quantiles(values, &shares))
            }
        }
    }

    /// A linear mapping between limits that may lie beyond float32.
    pub(crate) fn linear(low: f64, high: f64) -> Self {
        let float = |value: f64| value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
        Self::Linear { low: float(low), high: float(high) }
    }

    /// The mapping itself where its numbers are finite and in order.
    pub(crate) fn check(&self) -> Result<(), StretchError> {
        let knots = match self {
            Self::Linear { low, high } => &[*low, *high][..],
            Self::Knots(knots) => knots,
        };
        if knots.len() < 2 {
            return Err(StretchError::Mapping { what: "a mapping of fewer than two knots" });
        }
        if !knots.iter().all(|knot| knot.is_finite()) || !knots.is_sorted() {
            return Err(StretchError::Mapping {
                what: "a mapping whose numbers are not finite and ascending",
            });
        }
        Ok(())
    }

    /// The brightness of a finite value, 0…1.
    ///
    /// ```
    /// use tessera_pca::Mapping;
    ///
    /// let linear = Mapping::Linear { low: 2.0, high: 4.0 };
    /// assert_eq!([1.0, 2.0, 3.5, 9.0].map(|value| linear.brightness(value)), [0.0, 0.0, 0.75, 1.0]);
    /// let knots = Mapping::Knots(vec![0.0, 1.0, 10.0]);
    /// assert_eq!([0.5, 1.0, 5.5].map(|value| knots.brightness(value)), [0.25, 0.5, 0.75]);
    /// ```
    #[must_use]
    #[inline]
    pub fn brightness(&self, value: f32) -> f64 {
        match self {
            Self::Linear { low, high } if low < high => {
                let (value, low, high) = (f64::from(value), f64::from(*low), f64::from(*high));
                ((value - low) / (high - low)).clamp(0.0, 1.0)
            }
            Self::Linear { low, .. } => step(value, *low),
            Self::Knots(knots) => among(knots, value),
        }
    }
}

/// 0 below the place of a step, 1 above, and one half on it.
fn step(value: f32, at: f32) -> f64 {
    if value < at {
        0.0
    } else if value > at {
        1.0
    } else {
        0.5
    }
}

/// Where a value lies among knots in ascending order, 0…1.
fn among(knots: &[f32], value: f32) -> f64 {
    let below = knots.partition_point(|&knot| knot < value);
    let equal = knots[below..].iter().take_while(|&&knot| knot == value).count();
    let last = knots.len().saturating_sub(1).max(1) as f64;
    if equal > 0 {
        return (below as f64 + (equal - 1) as f64 / 2.0) / last;
    }
    match (below.checked_sub(1).and_then(|i| knots.get(i)), knots.get(below)) {
        (None, _) => 0.0,
        (_, None) => 1.0,
        (Some(&low), Some(&high)) => {
            let share = (f64::from(value) - f64::from(low)) / (f64::from(high) - f64::from(low));
            ((below - 1) as f64 + share) / last
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_method() -> impl Strategy<Value = StretchMethod> {
        prop_oneof![
            (0.0..50.0_f64, 50.0..=100.0_f64)
                .prop_map(|(low, high)| StretchMethod::Percentile { low, high: high.max(low + 1e-9) }),
            Just(StretchMethod::MinMax),
            (0.1..5.0_f64).prop_map(StretchMethod::StandardDeviations),
            Just(StretchMethod::Equalize),
        ]
    }

    proptest! {
        #[test]
        fn brightness_rises_with_the_value(values in prop::collection::vec(-100.0..100.0_f32, 1..300), method in any_method()) {
            let mapping = Mapping::fit(&mut values.clone(), method);
            prop_assert!(mapping.check().is_ok());
            let mut sorted = values;
            sorted.sort_by(f32::total_cmp);
            let bright: Vec<f64> = sorted.iter().map(|&value| mapping.brightness(value)).collect();
            prop_assert!(bright.is_sorted(), "{bright:?}");
            prop_assert!(bright.iter().all(|b| (0.0..=1.0).contains(b)));
        }
    }

    #[test]
    fn limits_are_those_of_the_method() {
        let values: Vec<f32> = (0..=100).map(|v| v as f32).collect();
        let fit = |method| Mapping::fit(&mut values.clone(), method);
        assert_eq!(fit(StretchMethod::default()), Mapping::Linear { low: 2.0, high: 98.0 });
        assert_eq!(fit(StretchMethod::MinMax), Mapping::Linear { low: 0.0, high: 100.0 });
        let Mapping::Linear { low, high } = fit(StretchMethod::StandardDeviations(1.0)) else {
            panic!("linear")
        };
        // numpy.std(range(101)) = 29.154759474226502
        assert!((low - 20.845_24).abs() < 1e-4 && (high - 79.154_76).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn equalizing_fills_every_brightness_alike() {
        let mut values: Vec<f32> = (0..25_600).map(|i| (i as f32 / 1000.0).exp()).collect();
        let mapping = Mapping::fit(&mut values, StretchMethod::Equalize);
        let mut counts = [0; 10];
        for &value in &values {
            counts[((mapping.brightness(value) * 10.0) as usize).min(9)] += 1;
        }
        assert!(counts.iter().all(|&n| (2550..=2570).contains(&n)), "{counts:?}");
    }

    #[test]
    fn a_constant_is_grey_and_divides_nothing() {
        for method in [
            StretchMethod::default(),
            StretchMethod::MinMax,
            StretchMethod::StandardDeviations(2.0),
            StretchMethod::Equalize,
        ] {
            let mapping = Mapping::fit(&mut [7.5; 9], method);
            assert_eq!(mapping.brightness(7.5), 0.5, "{method:?}");
            assert_eq!((mapping.brightness(7.0), mapping.brightness(8.0)), (0.0, 1.0));
            assert_eq!(Mapping::fit(&mut [3.0], method).brightness(3.0), 0.5);
        }
    }
}
