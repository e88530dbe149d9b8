//! `tessera zone`.

mod create;
mod extend;
mod fill;
mod info;
pub(crate) mod lists;
mod verify;

use anyhow::Result;
use clap::{Args, Subcommand};

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
    /// Make a store without pixels
    Create(create::CreateArgs),
    /// Fill the shards of a year from an archive of tiles: those that are missing or have changed
    Fill(fill::FillArgs),
    /// Add zones and years to a store; what is there stays as it is
    Extend(extend::ExtendArgs),
    /// Check a store beside what is recorded of it, and beside the tiles
    Verify(verify::VerifyArgs),
    /// Say what a store holds
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
