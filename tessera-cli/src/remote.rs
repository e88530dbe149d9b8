//! Stores on servers.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tessera_core::{ByteStore, MemoryBudget};
use tessera_io::{ChunkCache, Location, Remote, RemoteOptions, Traffic};

use crate::report::Report;

/// How servers are spoken to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Servers (s3://, https://)")]
pub(crate) struct RemoteArgs {
    /// Keep what is read from servers in this folder, so that it need not be read again
    #[arg(long, global = true, value_name = "FOLDER")]
    cache: Option<PathBuf>,

    /// The most that --cache takes, in MiB unless said otherwise; what was not used for longest goes first
    #[arg(long, global = true, value_name = "SIZE", default_value = "8GiB", requires = "cache")]
    cache_size: MemoryBudget,

    /// Seconds within which --cache does not ask whether an object has changed
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0, requires = "cache")]
    cache_age: u64,

    /// Requests that wait for their answers at a time
    #[arg(long, global = true, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    in_flight: u16,

    /// Ask S3 without credentials, as of a public bucket
    #[arg(long, global = true)]
    anonymous: bool,

    /// Seconds of trouble with a request after which it is given up, for tests
    #[arg(long, global = true, value_name = "SECONDS", hide = true)]
    retry_seconds: Option<u64>,

    /// Seconds without a byte after which a request is sent again, for tests
    #[arg(long, global = true, value_name = "SECONDS", hide = true)]
    idle_seconds: Option<u64>,

    /// At the end, say how many requests were sent and how many bytes went over the network
    #[arg(long, global = true)]
    traffic: bool,
}

static SERVERS: OnceLock<(RemoteArgs, Report)> = OnceLock::new();
static REMOTE: OnceLock<Remote> = OnceLock::new();

/// Says once how servers are to be spoken to, before any is.
pub(crate) fn set(args: RemoteArgs, report: Report) {
    // Only the first call counts, and there is one.
    let _ = SERVERS.set((args, report));
}

/// What all stores on servers share. Nothing is started before the first is opened.
fn remote() -> Result<&'static Remote> {
    if let Some(remote) = REMOTE.get() {
        return Ok(remote);
    }
    let mut options = RemoteOptions::new();
    if let Some((args, report)) = SERVERS.get() {
        let report = *report;
        options = options.in_flight(args.in_flight.into()).anonymous(args.anonymous);
        if let Some(seconds) = args.retry_seconds {
            options = options.retry_time(Duration::from_secs(seconds));
        }
        if let Some(seconds) = args.idle_seconds {
            options = options.idle_timeout(Duration::from_secs(seconds));
        }
        options = options.on_notice(move |notice| report.note(&notice.to_string()));
        if let Some(folder) = &args.cache {
            let cache = ChunkCache::open(folder, args.cache_size.bytes());
            let cache = cache.with_context(|| format!("--cache {}", folder.display()))?;
            options = options.cache(cache).cache_max_age(Duration::from_secs(args.cache_age));
        }
    }
    let made = Remote::new(options)?;
    Ok(REMOTE.get_or_init(|| made))
}

/// The store of objects at a location: a folder of this machine, or what begins with an address.
pub(crate) fn store(location: &Location) -> Result<Arc<dyn ByteStore>> {
    Ok(remote()?.store(location)?)
}

/// What went over the network so far.
pub(crate) fn traffic() -> Traffic {
    REMOTE.get().map(Remote::traffic).unwrap_or_default()
}

/// Tells what went over the network, where that was asked for.
pub(crate) fn tell(report: &Report) {
    if SERVERS.get().is_some_and(|(args, _)| args.traffic) {
        let Traffic { requests, retries, bytes_read, bytes_written, cached, .. } = traffic();
        report.note(&format!(
            "{requests} requests ({retries} of them again), {bytes_read} bytes read, {bytes_written} written, {cached} \
             ranges from the cache"
        ));
    }
}
