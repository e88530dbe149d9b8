//! Stores on servers.

use std::sync::{Arc, OnceLock};

use anyhow::Result;
use tessera_core::ByteStore;
use tessera_io::{Location, Remote, RemoteOptions};

static REMOTE: OnceLock<Remote> = OnceLock::new();

/// The store of objects at a location: a folder of this machine, or what begins with an address.
pub(crate) fn store(location: &Location) -> Result<Arc<dyn ByteStore>> {
    if let Some(remote) = REMOTE.get() {
        return Ok(remote.store(location)?);
    }
    let made = Remote::new(RemoteOptions::new())?;
    Ok(REMOTE.get_or_init(|| made).store(location)?)
}
