//! Reading the pixels of one year from an array of several.

mod fetch;
mod general;
mod inside;
mod points;
mod runs;
mod send;
mod slice;
mod window;
mod work;

pub(crate) use fetch::{fetch_all, plan_all};
pub(crate) use general::check_block;
pub(crate) use points::{Point, plan_points, read_points};
pub(crate) use slice::Slice;
pub(crate) use window::{Around, plan_window, read_window};
pub(crate) use work::{Either, Planned, Work};
