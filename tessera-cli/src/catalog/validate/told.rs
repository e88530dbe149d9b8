//! What is said while a catalogue is checked.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Stdout, Write};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;
use tessera_stac::{CatalogProblem, ProblemKind, ValidationEvent, ValidationSummary};

use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;

/// Problems of a kind that are said one by one.
const SAID: u64 = 20;

/// What is said while a catalogue is checked: in text the first problems of each kind, as JSON all of them as they come, so
/// that a million need no memory.
pub(super) struct Told<'a> {
    report: &'a Report,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    counts: BTreeMap<ProblemKind, u64>,
    json: Option<BufWriter<Stdout>>,
    /// Nobody reads the JSON any more.
    gone: bool,
}

impl<'a> Told<'a> {
    pub(super) fn new(report: &'a Report, progress: Progress) -> Self {
        let mut json = report.is_json().then(|| BufWriter::new(io::stdout()));
        let begun = json.as_mut().map_or(Ok(()), |out| out.write_all(b"{\"problems\":["));
        let state = State { progress, counts: BTreeMap::new(), json, gone: begun.is_err() };
        Self { report, state: Mutex::new(state) }
    }

    /// Takes what happens, and says whether to go on.
    pub(super) fn take(&self, event: &ValidationEvent<'_>) -> ControlFlow<()> {
        let mut state = self.state();
        match event {
            ValidationEvent::Problem(problem) => self.problem(&mut state, problem),
            ValidationEvent::Checked { tiles } => state.progress.steps(*tiles as u64),
            ValidationEvent::Hashing { files, bytes } => {
                state.progress.finish();
                state.progress = Progress::of_bytes(self.report, *files as usize, "files", *bytes);
            }
            ValidationEvent::Hashed { bytes } => state.progress.bytes(*bytes),
            ValidationEvent::FileHashed => state.progress.step(),
            _ => {}
        }
        if state.gone || interrupt::check().is_err() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn problem(&self, state: &mut State, problem: &CatalogProblem) {
        let before: u64 = state.counts.values().sum();
        let count = state.counts.entry(problem.kind).or_default();
        *count += 1;
        if let Some(out) = &mut state.json {
            let CatalogProblem { kind, path, what, .. } = problem;
            let separator = if before == 0 { "" } else { "," };
            let json = json!({"kind": kind.name(), "path": path, "what": what});
            state.gone |= write!(out, "{separator}{json}").is_err();
        } else if *count <= SAID {
            state.progress.note(self.report, &problem.to_string());
        }
    }

    /// The end of it.
    pub(super) fn end(&self, summary: &ValidationSummary, text: &str) {
        let mut state = self.state();
        state.progress.finish();
        let Some(out) = &mut state.json else {
            for (kind, count) in state.counts.iter().filter(|(_, count)| **count > SAID) {
                self.report.note(&format!("{kind}: {} more", count - SAID));
            }
            self.report.result(text, &json!(null));
            return;
        };
        let ValidationSummary { years, blocks, tiles, items, files, hashed, elsewhere, checks, .. } =
            *summary;
        let rest = json!({
            "years": years, "blocks": blocks, "tiles": tiles, "items": items, "files": files, "hashed": hashed,
            "elsewhere": elsewhere, "checks": checks, "failed": summary.problems,
        });
        // A reader that is gone has read enough.
        let _ = writeln!(out, "],{}", rest.to_string().trim_start_matches('{')).and_then(|()| out.flush());
    }

    /// The end before the end.
    pub(super) fn stop(&self) {
        self.state().progress.finish();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
