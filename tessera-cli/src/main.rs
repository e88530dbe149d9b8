//! The command `tessera`.

// Comments on options are printed by --help as they stand: <lon> is no HTML there, and an address no link.
#![allow(rustdoc::invalid_html_tags, rustdoc::bare_urls)]

mod basis;
mod below;
mod catalog;
mod channels;
mod cli;
mod clock;
mod colouring;
mod convert;
mod exit;
mod info;
mod interrupt;
mod layout;
mod parts;
mod patch;
mod pca;
mod picture;
mod place;
mod points;
mod progress;
mod pyramid;
mod raster;
mod region;
mod remote;
mod report;
mod serve;
mod source;
mod zone;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use report::Report;

/// Memory that was once used is kept: asked of the system anew for every chunk, it costs more than decoding.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = Report::new(cli.json, cli.quiet);
    remote::set(cli.remote, report);
    let result = interrupt::listen().and_then(|()| match cli.command {
        Command::Info(args) => info::run(&args, &report),
        Command::Region(args) => region::run(&args, &report),
        Command::Points(args) => points::run(&args, &report),
        Command::Patch(args) => patch::run(&args, &report),
        Command::Convert(args) => convert::run(&args, &report),
        Command::Pca(args) => pca::run(&args, &report),
        Command::Basis(args) => basis::run(&args, &report),
        Command::Pyramid(args) => pyramid::run(&args, &report),
        Command::Catalog(args) => catalog::run(&args, &report),
        Command::Serve(args) => serve::run(&args, &report),
        Command::Zone(args) => zone::run(&args, &report),
    });
    remote::tell(&report);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.error(&error);
            exit::code_of(&error)
        }
    }
}
