//! Puts a catalogue that lies in a folder of this machine into a store of objects.

mod known;
mod plan;
mod same;
mod send;
mod stale;
mod strangers;

pub(crate) use plan::Publication;
pub(crate) use strangers::{check_store, is_taken};
