//! Pyramids of pictures from outside.

// Helpers outside of test functions are tests too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod again;
mod archive;
mod cells;
mod levels;
mod seams;
mod store;
