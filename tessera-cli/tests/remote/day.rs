//! Days, by what goes wrong on them and how often.

use std::time::Duration;

use fastrand::Rng;

use crate::faults::Faults;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// Bursts of 429 and 503.
    Busy,
    /// The same with a time to wait.
    BusyAsking,
    Reset,
    Truncated,
    Slow,
    /// The whole object for a range.
    Whole,
    /// Another range.
    Shifted,
    StaleTag,
    DeniedList,
}

pub(crate) const TROUBLES: [Trouble; 9] = [
    Trouble::Busy,
    Trouble::BusyAsking,
    Trouble::Reset,
    Trouble::Truncated,
    Trouble::Slow,
    Trouble::Whole,
    Trouble::Shifted,
    Trouble::StaleTag,
    Trouble::DeniedList,
];

/// The share of requests that a trouble befalls where it is alone: up to this, and a third of the time up to a tenth of it.
/// A command bears much of some, and nothing of a tag that changes while an object is read.
fn most(trouble: Trouble) -> f64 {
    match trouble {
        Trouble::Busy => 0.6,
        Trouble::BusyAsking => 0.4,
        Trouble::Reset | Trouble::Truncated => 0.8,
        Trouble::Whole | Trouble::Shifted => 0.6,
        Trouble::Slow => 0.4,
        Trouble::StaleTag => 0.3,
        Trouble::DeniedList => 1.0,
    }
}

/// Troubles and their rates.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    seed: u64,
    pub(crate) troubles: Vec<(Trouble, f64)>,
}

impl Day {
    /// One trouble on every second day, so that what strikes is known; two to four at once on the others, each rarer.
    pub(crate) fn new(seed: u64, rng: &mut Rng) -> Self {
        let mut all = TROUBLES.to_vec();
        rng.shuffle(&mut all);
        let count = if rng.bool() { 1 } else { rng.usize(2..=4) };
        if count == 1 {
            // Each in its turn.
            all = vec![TROUBLES[(seed % TROUBLES.len() as u64) as usize]];
        }
        let mut rate = |trouble| {
            let share = if rng.u8(..3) > 0 { rng.f64() } else { 0.1 * rng.f64() };
            most(trouble) * share.max(0.02) / count as f64
        };
        let troubles = all.into_iter().take(count).map(|trouble| (trouble, rate(trouble))).collect();
        Self { seed, troubles }
    }

    /// What the proxy is told.
    pub(crate) fn faults(&self) -> Faults {
        let mut faults = Faults { seed: self.seed, pause: Duration::from_millis(1300), ..Faults::default() };
        for &(trouble, rate) in &self.troubles {
            match trouble {
                Trouble::Busy => (faults.busy, faults.burst) = (faults.busy + rate, self.seed % 5),
                Trouble::BusyAsking => {
                    faults.busy += rate;
                    // Longer than is waited, now and then.
                    let seconds = if self.seed.is_multiple_of(7) { "60" } else { "1" };
                    faults.retry_after = Some(seconds.to_owned());
                }
                Trouble::Reset => faults.reset = rate,
                Trouble::Truncated => faults.truncated = rate,
                Trouble::Slow => faults.slow = rate,
                Trouble::Whole => faults.whole = rate,
                Trouble::Shifted => faults.shifted = rate,
                Trouble::StaleTag => faults.stale = rate,
                Trouble::DeniedList => faults.deny_list = rate,
            }
        }
        faults
    }
}
