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
