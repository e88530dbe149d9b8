//! The values of one component.

use crate::mapping::STEPS;
use crate::{Mapping, StretchMethod};

/// Bins between the limits; one more on either side for what lies outside.
pub(super) const BINS: usize = 2048;

/// The limits, in standard deviations.
const REACH: f64 = 6.0;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Component {
    deviation: f64,
    /// Below the lower limit, between the limits, above the upper one.
    pub(super) counts: Vec<u64>,
    pub(super) low: f32,
    pub(super) high: f32,
    pub(super) sum: f64,
    pub(super) squares: f64,
    /// Bins a unit, and where the value 0 lies among them.
    scale: f32,
}

impl Component {
    pub(super) fn new(deviation: f64) -> Self {
        // A component that does not vary has all its values in the middle.
        let scale = BINS as f64 / (2.0 * REACH * deviation);
        Self {
            deviation,
            counts: vec![0; BINS + 2],
            low: f32::INFINITY,
            high: f32::NEG_INFINITY,
            sum: 0.0,
            squares: 0.0,
            scale: if scale.is_finite() { scale.min(f64::from(f32::MAX)) as f32 } else { 0.0 },
        }
    }

    pub(super) fn emptied(&self) -> Self {
        Self::new(self.deviation)
    }

    pub(super) fn deviation(&self) -> f64 {
        self.deviation
    }

    pub(super) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(super) fn range(&self) -> Option<(f32, f32)> {
        (self.low <= self.high).then_some((self.low, self.high))
    }

    /// The value is finite.
    #[inline]
    pub(super) fn add(&mut self, value: f32) {
        // The cast saturates: what lies outside comes into the first or the last bin.
        let bin = (value * self.scale + (BINS / 2 + 1) as f32) as usize;
        self.counts[bin.min(BINS + 1)] += 1;
        (self.low, self.high) = (self.low.min(value), self.high.max(value));
        let value = f64::from(value);
        self.sum += value;
        self.squares += value * value;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        (self.low, self.high) = (self.low.min(other.low), self.high.max(other.high));
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// The mapping of a checked method; `None` where there is no value.
    pub(super) fn mapping(&self, method: StretchMethod) -> Option<Mapping> {
        let (low, high) = self.range()?;
        Some(match method {
            StretchMethod::Percentile { low, high } => {
                Mapping::Linear { low: self.quantile(low / 100.0), high: self.quantile(high / 100.0) }
            }
            StretchMethod::MinMax => Mapping::Linear { low, high },
            StretchMethod::StandardDeviations(count) => {
                let n = self.count() as f64;
                let mean = self.sum / n;
                let reach = count * (self.squares / n - mean * mean).max(0.0).sqrt();
                Mapping::linear(mean - reach, mean + reach)
            }
            StretchMethod::Equalize => {
                let knot = |step: usize| self.quantile(step as f64 / STEPS as f64);
                Mapping::Knots((0..=STEPS).map(knot).collect())
            }
        })
    }

    /// The value below which a share of the values lies; values are spread evenly within their bins.
    fn quantile(&self, share: f64) -> f32 {
        let place = share * self.count() as f64;
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        let mut below = 0.0;
        for (bin, &count) in self.counts.iter().enumerate() {
            let count = count as f64;
            if count > 0.0 && below + count >= place {
                let (from, to) = self.edges(bin);
                let (from, to) = (from.clamp(low, high), to.clamp(low, high));
                return (from + (to - from) * ((place - below) / count).clamp(0.0, 1.0)) as f32;
            }
            below += count;
        }
        self.high
    }

    /// The values between which a bin lies; −∞ or ∞ where there is no limit.
    fn edges(&self, bin: usize) -> (f64, f64) {
        let edge = |at: usize| (at as f64 - (BINS / 2 + 1) as f64) / f64::from(self.scale);
        if self.scale == 0.0 {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        match bin {
            0 => (f64::NEG_INFINITY, edge(1)),
            bin if bin > BINS => (edge(bin), f64::INFINITY),
            bin => (edge(bin), edge(bin + 1)),
        }
    }
}
