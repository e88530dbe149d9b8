//! Stopping between two steps.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Interrupted;

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on an interrupt (Ctrl-C) or a request to terminate lets the current step end; a second one ends the program
/// at once, which leaves nothing that looks finished either.
pub(crate) fn listen() -> Result<()> {
    let stop = STOP.get_or_init(|| Arc::new(AtomicBool::new(false)));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, stop.clone()).context("cannot listen for signals")?;
        flag::register(signal, stop.clone()).context("cannot listen for signals")?;
    }
    Ok(())
}

/// An error once the program was asked to stop.
pub(crate) fn check() -> Result<()> {
    match STOP.get() {
        Some(stop) if stop.load(Ordering::Relaxed) => Err(Interrupted.into()),
        _ => Ok(()),
    }
}
