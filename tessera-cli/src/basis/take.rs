//! Sums of all parts, taken where they are not kept already.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::source::Taken;
use crate::interrupt;
use crate::parts::{Key, Part, Sums, keep, kept};
use crate::progress::Progress;
use crate::report::Report;

/// How many parts there were.
pub(super) struct TakeReport {
    /// Those that were worked through.
    pub(super) taken: usize,
    /// Those whose sums were there already.
    pub(super) kept: usize,
}

/// Takes the sums of all parts, several at a time, and keeps each once it is finished. `basis` is the digest of the basis
/// that they depend on.
pub(super) fn take<S: Sums>(
    of: &Taken,
    basis: Option<&str>,
    report: &Report,
    what: &'static str,
    make: &(dyn Fn(&Part) -> Result<S> + Sync),
) -> Result<TakeReport> {
    let progress = Progress::new(report, of.parts.len(), what);
    let taken = AtomicUsize::new(0);
    let one = |part: &Part| -> Result<()> {
        interrupt::check()?;
        let key = Key::of(part, of.year, &of.dataset, basis);
        if kept::<S>(&of.ledger, &key, &part.stamp, of.limit)?.is_none() {
            let sums = make(part)?;
            keep(&of.ledger, &key, &part.stamp, of.limit, &sums)?;
            taken.fetch_add(1, Ordering::Relaxed);
        }
        progress.step();
        Ok(())
    };
    let done = of.parts.par_iter().try_for_each(one);
    progress.finish();
    of.ledger.sync()?;
    done?;
    let taken = taken.into_inner();
    Ok(TakeReport { taken, kept: of.parts.len() - taken })
}
