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
    let cli = Cli::try_parse().unwrap_or_else(|error| refused(&error));
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

/// Ends the program as clap does, but never repeats a password that was typed in a URL.
fn refused(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    if !error.use_stderr() || !text.contains('@') {
        error.exit();
    }
    let hidden: Vec<_> = text.split("://").map(without_password).collect();
    eprint!("{}", hidden.join("://"));
    std::process::exit(2)
}

/// What comes after `://`, without a name and a password before the host.
fn without_password(rest: &str) -> String {
    let end = rest.find(['/', '\'', ' ', '\n']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("…{}", &rest[at..]),
        None => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_repeated() {
        assert_eq!(without_password("u:secret@host/x@y'"), "…@host/x@y'");
        assert_eq!(without_password("host/x@y' is wrong"), "host/x@y' is wrong");
    }
}
