//! Counts of what is asked.

use std::sync::{Mutex, PoisonError};

use tessera_core::Fetches;

/// What a read asks, or a plan says that it would; unknown as soon as a part of it is.
#[derive(Debug)]
pub(crate) struct Asked {
    total: Mutex<Option<Fetches>>,
    plan: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self { total: Mutex::new(Some(Fetches::default())), plan: false }
    }
}

impl Asked {
    /// Of a plan, for which sizes may be asked that a read does not need to know.
    pub(crate) fn plan() -> Self {
        Self { plan: true, ..Self::default() }
    }

    pub(crate) fn is_plan(&self) -> bool {
        self.plan
    }

    /// A request with an answer of so many bytes.
    pub(crate) fn add(&self, bytes: u64) {
        self.add_all(Some(Fetches { requests: 1, bytes }));
    }

    /// Requests of which nothing is known where this is `None`.
    pub(crate) fn add_all(&self, more: Option<Fetches>) {
        let mut all = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        *all = Fetches::both(*all, more);
    }

    /// All of it.
    pub(crate) fn total(&self) -> Option<Fetches> {
        *self.total.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
