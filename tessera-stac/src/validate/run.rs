//! One check of a catalogue, while it goes on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::event::Watch;
use crate::{CatalogProblem, ProblemKind, ValidateError, ValidationEvent, ValidationSummary};

/// One check of a catalogue, while it goes on: what it has found so far, on all threads.
pub(super) struct Run<'a> {
    /// The folder of the catalogue.
    pub(super) folder: &'a Path,
    /// The address of the folder that relative links must not leave, with a slash at its end.
    pub(super) root: &'a str,
    /// Whether the files of tiles are looked for.
    pub(super) files: bool,
    /// Whether they are hashed.
    pub(super) hashes: bool,
    pub(super) counts: Counts,
    watch: Watch<'a>,
    stopped: AtomicBool,
}

/// What is counted.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) years: AtomicU64,
    pub(super) blocks: AtomicU64,
    pub(super) tiles: AtomicU64,
    pub(super) items: AtomicU64,
    pub(super) files: AtomicU64,
    pub(super) hashed: AtomicU64,
    pub(super) elsewhere: AtomicU64,
    /// Files to be hashed, and their bytes.
    pub(super) to_hash: AtomicU64,
    pub(super) bytes: AtomicU64,
    passed: AtomicU64,
    problems: AtomicU64,
}

/// Adds to a count.
pub(super) fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}

impl<'a> Run<'a> {
    pub(super) fn new(folder: &'a Path, root: &'a str, files: bool, hashes: bool, watch: Watch<'a>) -> Self {
        Self {
            folder,
            root,
            files,
            hashes,
            counts: Counts::default(),
            watch,
            stopped: AtomicBool::new(false),
        }
    }

    /// So many checks have passed.
    pub(super) fn passed(&self, checks: usize) {
        add(&self.counts.passed, checks);
    }

    /// A check has failed.
    pub(super) fn problem(&self, kind: ProblemKind, path: impl Into<String>, what: impl Into<String>) {
        add(&self.counts.problems, 1);
        let problem = CatalogProblem { kind, path: path.into(), what: what.into() };
        self.tell(ValidationEvent::Problem(&problem));
    }

    pub(super) fn tell(&self, event: ValidationEvent<'_>) {
        if (self.watch)(event).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// An error once the caller asked to stop.
    pub(super) fn go_on(&self) -> Result<(), ValidateError> {
        if self.is_stopped() { Err(ValidateError::Stopped { path: self.folder.to_owned() }) } else { Ok(()) }
    }

    pub(super) fn summary(&self) -> ValidationSummary {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        let problems = count(&counts.problems);
        ValidationSummary {
            years: count(&counts.years),
            blocks: count(&counts.blocks),
            tiles: count(&counts.tiles),
            items: count(&counts.items),
            files: count(&counts.files),
            hashed: count(&counts.hashed),
            elsewhere: count(&counts.elsewhere),
            checks: count(&counts.passed) + problems,
            problems,
        }
    }
}
