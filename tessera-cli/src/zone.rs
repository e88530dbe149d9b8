//! `tessera zone`.

mod create;
mod extend;
mod fill;
mod info;
pub(crate) mod lists;
mod verify;

use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use tessera_core::ByteStore;
use tessera_io::Location;
use tessera_zarr::{ZoneStore, ZoneWriter};

use crate::remote;
use crate::report::Report;

/// Make, fill and check zone stores: one Zarr group for each UTM zone, with the years as a dimension.
///
/// A store holds any set of zones and years; what was never filled takes no space. Beside it a folder STORE.build says what
/// each shard was made from, so that filling again does only what is missing or changed. Readers do not need it.
#[derive(Debug, Args)]
pub(crate) struct ZoneArgs {
    #[command(subcommand)]
    command: ZoneCommand,
}

#[derive(Debug, Subcommand)]
enum ZoneCommand {
    Create(create::CreateArgs),
    Fill(fill::FillArgs),
    Extend(extend::ExtendArgs),
    Verify(verify::VerifyArgs),
    Info(info::InfoArgs),
}

pub(crate) fn run(args: &ZoneArgs, report: &Report) -> Result<()> {
    match &args.command {
        ZoneCommand::Create(args) => create::run(args, report),
        ZoneCommand::Fill(args) => fill::run(args, report),
        ZoneCommand::Extend(args) => extend::run(args, report),
        ZoneCommand::Verify(args) => verify::run(args, report),
        ZoneCommand::Info(args) => info::run(args, report),
    }
}

/// The store at a location, to be filled, extended or checked.
fn writer(location: &Location) -> Result<ZoneWriter> {
    match location.as_path() {
        Some(path) => Ok(ZoneWriter::open(path)?),
        None => {
            let (store, build) = on_server(location)?;
            Ok(ZoneWriter::open_in(store, build)?)
        }
    }
}

/// The objects of a store on a server, and of the folder beside it that says how it was built.
fn on_server(location: &Location) -> Result<(Arc<dyn ByteStore>, Arc<dyn ByteStore>)> {
    let name = location.file_name().with_context(|| format!("{location}: expected the name of a store"))?;
    let beside = location.parent().with_context(|| format!("{location}: expected the name of a store"))?;
    Ok((remote::store(location)?, remote::store(&beside.join(&format!("{name}.build")))?))
}

/// The store at a location, to be read.
fn reader(location: &Location) -> Result<ZoneStore> {
    match location.as_path() {
        Some(path) => Ok(ZoneStore::open(path)?),
        None => Ok(ZoneStore::open_in(remote::store(location)?)?),
    }
}
