//! Zone stores made, filled, filled again, and what goes wrong with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod again;
mod create;
mod pixels;
mod records;
mod support;
mod trouble;
mod verify;
