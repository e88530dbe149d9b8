//! `tessera pyramid`.

mod build;
mod legend;
mod only_zones;
mod output;
mod pack;
mod zooms;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::report::Report;

/// Make a pyramid of pictures: a whole year to look at, from space down to the pixel.
///
/// The colours are those of one basis, which "tessera basis build" makes, so that nothing shows where tiles meet.
#[derive(Debug, Args)]
pub(crate) struct PyramidArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::BuildArgs),
    Pack(pack::PackArgs),
}

pub(crate) fn run(args: &PyramidArgs, report: &Report) -> Result<()> {
    match &args.command {
        Command::Build(args) => build::run(args, report),
        Command::Pack(args) => pack::run(args, report),
    }
}
