//! Sums of all parts, taken where they are not kept already.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use super::source::Taken;
use crate::interrupt;
use crate::parts::{Key, Part, Sums, is_kept, keep};
use crate::progress::Progress;
use crate::report::Report;

/// How many parts there were.
pub(super) struct TakeReport {
    /// Those that were worked through.
    pub(super) taken: usize,
    /// Those whose sums were there already.
    pub(super) kept: usize,
}

impl TakeReport {
    /// Says what was taken, and where it is kept.
    pub(super) fn tell(&self, of: &Taken, what: &str, report: &Report) {
        let (ledger, parts) = (of.ledger.path(), of.parts.len());
        report.result(
            &format!("{}: {what} of {parts} parts, {} of them kept from before", ledger.display(), self.kept),
            &json!({"ledger": ledger, "parts": parts, "taken": self.taken, "kept": self.kept}),
        );
    }
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
        if !is_kept::<S>(&of.ledger, &key, &part.stamp, of.limit)? {
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
