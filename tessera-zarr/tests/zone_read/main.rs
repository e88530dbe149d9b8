//! Zone stores of other writers and other layouts are read, pixel by pixel, and what is wrong with them is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_input;
mod check;
mod far;
mod far_tiles;
mod far_zones;
mod golden;
mod layouts;
mod storage;
mod support;
