//! What a benchmark does with an error.

use std::fmt::Display;

/// The value of a result. An error ends the process: failing is quick, and would look like a fine figure.
pub fn must<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("the benchmark failed: {error:#}");
        std::process::exit(1)
    })
}
