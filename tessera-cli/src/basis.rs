//! `tessera basis`.

mod build;
mod fit;
mod histograms;
mod kept;
mod moments;
mod source;
mod stretch;
mod take;

pub(crate) use kept::Kept;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::report::Report;

/// Make the basis of pictures: one for all tiles, so that their colours match.
///
/// Two passes over all pixels: moments, to which the components are fitted, and histograms of the components, from which the
/// stretch follows. Both are kept, tile by tile, in a ledger beside the source: stopped, the same command goes on where it
/// was, and a new or changed tile costs one tile. "build" does all of it; the others do a step each, so that several
/// machines can share the work: each takes the moments of some tiles into a ledger of its own, "fit" makes one basis of all
/// ledgers, each takes its histograms, and "stretch" makes the stretch of all.
#[derive(Debug, Args)]
pub(crate) struct BasisArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::BuildArgs),
    Moments(moments::MomentsArgs),
    Fit(fit::FitArgs),
    Histograms(histograms::HistogramsArgs),
    Stretch(stretch::StretchArgs),
}

pub(crate) fn run(args: &BasisArgs, report: &Report) -> Result<()> {
    match &args.command {
        Command::Build(args) => build::run(args, report),
        Command::Moments(args) => moments::run(args, report),
        Command::Fit(args) => fit::run(args, report),
        Command::Histograms(args) => histograms::run(args, report),
        Command::Stretch(args) => stretch::run(args, report),
    }
}
