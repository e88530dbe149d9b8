//! Reading the pixels of one year from an array of several.

mod general;
mod inside;
mod points;
mod runs;
mod window;

pub(crate) use general::check_block;
pub(crate) use points::{Point, read_points};
pub(crate) use runs::{Work, fetch_all};
pub(crate) use window::{Around, read_window};
