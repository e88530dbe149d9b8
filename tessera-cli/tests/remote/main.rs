#[path = "../../../tessera-io/tests/faults/mod.rs"]
#[cfg(test)]
mod faults;
#[path = "../../../tessera-io/tests/weed/mod.rs"]
#[cfg(test)]
mod weed;
