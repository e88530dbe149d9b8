//! The time of writing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};

/// The time that stores are said to be made at: now, or as `SOURCE_DATE_EPOCH` says for reproducible output.
pub(crate) fn time_of_writing() -> Result<SystemTime> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            match text.parse().ok().and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))) {
                Some(time) => Ok(time),
                None => bail!("SOURCE_DATE_EPOCH is {text:?}: expected seconds since 1970"),
            }
        }
        Err(_) => Ok(SystemTime::now()),
    }
}

pub(crate) fn rfc_3339(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true)
}
