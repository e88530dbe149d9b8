//! The cache of ranges on disk, through the public API and as several processes use it.
#![cfg(feature = "cache")]

#[cfg(test)]
mod bad;
#[cfg(test)]
mod limit;
#[cfg(test)]
mod model;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod support;
