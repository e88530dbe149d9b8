//! How far the work is.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::Report;

/// Plain lines come no more often than this.
const EVERY: Duration = Duration::from_secs(10);
/// What is done before this shows no bar.
const PATIENCE: Duration = Duration::from_secs(2);

/// Counts steps: a bar on a terminal after two seconds, a plain line now and then elsewhere, nothing when quiet.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    plain: Option<Mutex<Plain>>,
}

struct Plain {
    done: u64,
    total: u64,
    /// Bytes done and all bytes, where these tell how far the work is.
    bytes: Option<(u64, u64)>,
    what: &'static str,
    begun: Instant,
    said: Instant,
}

impl Progress {
    /// Of steps that take about the same time.
    pub(crate) fn new(report: &Report, total: usize, what: &'static str) -> Self {
        Self::make(report, total, what, None)
    }

    /// Of large steps: how far the work is, is told by bytes.
    pub(crate) fn of_bytes(report: &Report, total: usize, what: &'static str, bytes: u64) -> Self {
        Self::make(report, total, what, Some(bytes))
    }

    fn make(report: &Report, total: usize, what: &'static str, bytes: Option<u64>) -> Self {
        let total = total as u64;
        if !report.shows_progress() {
            return Self { bar: None, plain: None };
        }
        let now = Instant::now();
        let plain = Plain { done: 0, total, bytes: bytes.map(|all| (0, all)), what, begun: now, said: now };
        if !std::io::stderr().is_terminal() {
            return Self { bar: None, plain: Some(Mutex::new(plain)) };
        }
        let bar = ProgressBar::with_draw_target(Some(bytes.unwrap_or(total)), ProgressDrawTarget::hidden());
        let template = match bytes {
            Some(_) => "{wide_bar} {bytes}/{total_bytes} · {msg} · {elapsed} gone, {eta} left",
            None => "{wide_bar} {pos}/{len} {msg} · {elapsed} gone, {eta} left",
        };
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message(if bytes.is_some() { format!("0 of {total} {what}") } else { what.to_owned() });
        Self { bar: Some(bar), plain: Some(Mutex::new(plain)) }
    }

    /// One more step is done.
    pub(crate) fn step(&self) {
        self.advance(1, 0);
    }

    /// So many more steps are done.
    pub(crate) fn steps(&self, steps: u64) {
        self.advance(steps, 0);
    }

    /// So many more bytes are done.
    pub(crate) fn bytes(&self, bytes: u64) {
        self.advance(0, bytes);
    }

    fn advance(&self, steps: u64, more: u64) {
        let Some(Ok(mut plain)) = self.plain.as_ref().map(Mutex::lock) else { return };
        plain.done += steps;
        if let Some((bytes, _)) = &mut plain.bytes {
            *bytes += more;
        }
        let Plain { done, total, bytes, what, begun, said } = &mut *plain;
        if let Some(bar) = &self.bar {
            if bar.is_hidden() && begun.elapsed() >= PATIENCE {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            match bytes {
                Some((bytes, _)) => {
                    bar.set_position(*bytes);
                    bar.set_message(format!("{done} of {total} {what}"));
                }
                None => bar.inc(steps),
            }
            return;
        }
        if said.elapsed() >= EVERY {
            *said = Instant::now();
            let (part, all) = bytes.unwrap_or((*done, *total));
            let left = begun.elapsed().mul_f64(all.saturating_sub(part) as f64 / part.max(1) as f64);
            let amount = bytes.map_or(String::new(), |(bytes, all)| {
                format!(", {:.1} of {:.1} GiB", gibibytes(bytes), gibibytes(all))
            });
            eprintln!("tessera: {done} of {total} {what}{amount}, about {} s left", left.as_secs());
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

fn gibibytes(bytes: u64) -> f64 {
    bytes as f64 / (1_u64 << 30) as f64
}
