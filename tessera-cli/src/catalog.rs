//! `tessera catalog`.

mod build;
mod export;
mod home;
mod input;
mod inputs;
mod pyramid;
mod pyramids;
mod records;
mod search;
mod validate;

pub(crate) use home::Home;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::report::Report;

/// Make and ask a static STAC catalogue: collections by year, an index of all tiles, a map page.
#[derive(Debug, Args)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    Build(build::BuildArgs),
    Update(build::UpdateArgs),
    Validate(validate::ValidateArgs),
    Search(search::SearchArgs),
    Export(export::ExportArgs),
}

pub(crate) fn run(args: &CatalogArgs, report: &Report) -> Result<()> {
    match &args.command {
        CatalogCommand::Build(args) => build::build(args, report),
        CatalogCommand::Update(args) => build::update(args, report),
        CatalogCommand::Validate(args) => validate::run(args, report),
        CatalogCommand::Search(args) => search::run(args, report),
        CatalogCommand::Export(args) => export::run(args, report),
    }
}
