//! Synthetic tiles.
