//! `tessera serve`.

mod answer;
mod api;
mod app;
mod asked_range;
mod files;
mod folder;
mod item_name;
mod listen;
mod live_index;
mod log;
mod media;
mod object_answer;
mod objects;
mod root;
mod served;
mod served_path;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::report::Report;
use listen::Stop;
use root::Root;
use served::Served;

/// Serve a catalogue, its map and the files beside it over HTTP, with a STAC API.
///
/// Everything below PATH is served and nothing outside of it: links out of it are not followed, hidden files (but the
/// metadata of Zarr V2) and folders *.build are not there. A catalogue whose stores lie beside it is served by the folder
/// that holds both. What lies at an address is passed on part by part as it is asked for, with the rights of this process.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// A folder that holds a catalogue (catalog.json), or has a subfolder that does; or its address, as s3://bucket/prefix
    /// or https://host/prefix
    path: PathBuf,

    /// The port to listen at; 0 takes a free one
    #[arg(short, long, default_value_t = 8080)]
    port: u16,

    /// The address to listen at; by default only this machine is heard
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,

    /// The address that clients reach it by, where that is another than they ask for (behind a proxy)
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Print a line for each request on standard error
    #[arg(long)]
    log: bool,
}

pub(crate) fn run(args: &ServeArgs, report: &Report) -> Result<()> {
    let root = Root::open(&args.path)?;
    let threads = available_parallelism().map_or(2, |n| n.get().clamp(2, 8));
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        // One is held by each answer from a store, and there are no more answers than connections.
        .max_blocking_threads(2 * listen::CONNECTIONS)
        .enable_all()
        .build()
        .context("cannot start threads to serve")?;
    runtime.block_on(async {
        // Before the address is told: whoever reads it may stop the server at once.
        let stop = Stop::listen().context("cannot listen for signals")?;
        let address = SocketAddr::new(args.bind, args.port);
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?;
        let address = listener.local_addr().context("cannot tell the address listened at")?;
        let served = Served::open(root, address, args.base_url.as_deref(), *report)?;
        if served.index().is_none() {
            report.note("the catalogue has no index, so there is no STAC API: tessera catalog build makes one that has");
        } else if let Some(href) = served.outside()? {
            let why = "lies outside of what is served: serve the folder that holds both it and the catalogue";
            report.note(&format!("{href} {why}"));
        }
        if !address.ip().is_loopback() {
            report.note(&format!(
                "whoever reaches {address} can read everything below {}",
                args.path.display()
            ));
        }
        let url = format!("http://{address}/");
        report.result(&url, &json!({"url": url}));
        listen::serve(listener, app::app(served, args.log), stop).await;
        Ok(())
    })
}
