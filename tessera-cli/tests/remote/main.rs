//! The command and servers: on bad days, and with a cache.

#[path = "../../../tessera-io/tests/faults/mod.rs"]
#[cfg(test)]
mod faults;
#[path = "../../../tessera-io/tests/remote/support.rs"]
#[cfg(test)]
#[allow(dead_code)]
mod server;
#[path = "../../../tessera-io/tests/weed/mod.rs"]
#[cfg(test)]
mod weed;

#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod command;
#[cfg(test)]
mod day;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod run;
#[cfg(test)]
mod task;
#[cfg(test)]
mod world;
