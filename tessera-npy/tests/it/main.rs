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
mod support;
#[cfg(test)]
mod tile;
#[cfg(test)]
mod water;
#[cfg(test)]
mod write;
