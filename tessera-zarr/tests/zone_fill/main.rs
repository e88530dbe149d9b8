//! Zone stores made, filled, filled again, and what goes wrong with it.

mod again;
mod create;
mod pixels;
mod support;
mod trouble;
mod verify;
