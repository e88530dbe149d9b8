//! Stores on servers, through the public API: real servers, and bad days.
#![cfg(feature = "remote")]

#[path = "../faults/mod.rs"]
#[cfg(test)]
mod faults;
#[path = "../weed/mod.rs"]
#[cfg(test)]
mod weed;

#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod s3;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod web;
