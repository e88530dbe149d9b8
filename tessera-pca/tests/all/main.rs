//! The crate from outside.

// Helpers outside of test functions are tests too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod basis;
#[cfg(feature = "linfa")]
mod linfa;
mod moments;
mod picture;
#[cfg(feature = "serde")]
mod picture_basis;
mod tiles;
