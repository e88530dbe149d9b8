//! Folders of map tiles and archives of them, through the public API.
#![cfg(feature = "pyramid")]

#[cfg(test)]
mod map_tiles;
#[cfg(test)]
mod pmtiles;
#[cfg(test)]
mod support;
