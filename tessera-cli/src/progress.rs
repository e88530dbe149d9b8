//! How far the work is.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::Report;

/// Plain lines come no more often than this.
const EVERY: Duration = Duration::from_secs(10);

/// Counts steps: a bar on a terminal, a plain line now and then elsewhere, nothing when quiet.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    plain: Option<Mutex<Plain>>,
}

struct Plain {
    done: u64,
    total: u64,
    what: &'static str,
    begun: Instant,
    said: Instant,
}

impl Progress {
    pub(crate) fn new(report: &Report, total: usize, what: &'static str) -> Self {
        let total = total as u64;
        if !report.shows_progress() {
            return Self { bar: None, plain: None };
        }
        if !std::io::stderr().is_terminal() {
            let now = Instant::now();
            return Self {
                bar: None,
                plain: Some(Mutex::new(Plain { done: 0, total, what, begun: now, said: now })),
            };
        }
        let bar = ProgressBar::new(total);
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} · {elapsed} gone, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Self { bar: Some(bar), plain: None }
    }

    /// One more step is done.
    pub(crate) fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if let Some(Ok(mut plain)) = self.plain.as_ref().map(Mutex::lock) {
            plain.done += 1;
            if plain.said.elapsed() >= EVERY {
                plain.said = Instant::now();
                let Plain { done, total, what, begun, .. } = &*plain;
                let left = begun.elapsed().mul_f64((total - done) as f64 / *done as f64);
                eprintln!("tessera: {done} of {total} {what}, about {} s left", left.as_secs());
            }
        }
    }

    /// Says something without disturbing the bar.
    pub(crate) fn note(&self, report: &Report, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| report.note(text)),
            None => report.note(text),
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
