//! Tiles and archives, through the public API and the file system.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod bad_header;
#[cfg(test)]
mod bad_pair;
#[cfg(test)]
mod landmask;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod numpy;
#[cfg(test)]
mod ranged;
#[cfg(test)]
mod ranged_archive;
#[cfg(test)]
mod ranged_bad;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tile;
#[cfg(test)]
mod water;
#[cfg(test)]
mod write;
