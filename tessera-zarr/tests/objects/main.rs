//! Stores written object by object, in places that fail, are killed, or are written by two at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "what is shared with the tests of zone stores is not all used here")]

mod memory;
mod pyramid;
mod raster;
#[path = "../zone_fill/support.rs"]
mod support;
mod tile;
mod zone;
