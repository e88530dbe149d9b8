//! `tessera catalog validate`.

mod told;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use tessera_stac::{CatalogValidator, ValidateError, ValidationSummary};

use crate::catalog::Home;
use crate::exit::Incomplete;
use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;
use told::Told;

/// Check a catalogue against its own index
///
/// No network is needed. All JSON must be STAC 1.1.0; links lead to and fro between root, years, blocks and items, and
/// nowhere that they must not; blocks have the tiles of the coverage bitmap; collections and items say what the index says,
/// items byte by byte; nothing is missing and nothing left over.
///
/// Says what is wrong, the first 20 of each kind, with --json all of it, and ends with exit code 3 then.
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// The folder of the catalogue
    #[arg(value_name = "DIR")]
    catalog: PathBuf,

    /// Hash all files whose SHA-256 is known, where they lie on this disk
    #[arg(long)]
    hashes: bool,

    /// Look for the files of all tiles that lie on this disk: whether they are there, and of the right size
    #[arg(long)]
    files: bool,

    /// The folder that relative links must not leave [default: the one that DIR lies in]
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

pub(super) fn run(args: &ValidateArgs, report: &Report) -> Result<()> {
    let Home::Folder(folder) = Home::of(&args.catalog)? else {
        bail!(
            "{} is an address: expected a catalogue on this machine, as every file of it is read; copy it here first",
            args.catalog.display()
        );
    };
    let mut validator = CatalogValidator::open(folder)?.files(args.files).hashes(args.hashes);
    if let Some(root) = &args.root {
        validator = validator.root(root)?;
    }
    let progress = Progress::new(report, validator.tiles(), "tiles");
    let told = Told::new(report, progress);
    let summary = validator.run(&|event| told.take(&event));
    let summary = match summary {
        Err(ValidateError::Stopped { .. }) => {
            told.stop();
            // A reader that has read enough stops it too.
            return interrupt::check();
        }
        summary => summary?,
    };
    told.end(&summary, &text(args, &summary));
    match summary.problems {
        0 => Ok(()),
        problems => {
            let (failed, of) = (problems as usize, summary.checks as usize);
            Err(Incomplete { failed, of, what: "checks failed" }.into())
        }
    }
}

fn text(args: &ValidateArgs, summary: &ValidationSummary) -> String {
    let ValidationSummary { years, blocks, tiles, items, files, hashed, elsewhere, checks, .. } = *summary;
    let mut text = args.catalog.display().to_string();
    text +=
        &format!(": {years} years, {blocks} blocks, {tiles} tiles, {items} items as files, {checks} checks");
    if args.files {
        text += &format!(", {files} files found");
    }
    if args.hashes {
        text += &format!(", {hashed} files hashed");
    }
    if elsewhere > 0 {
        text += &format!(", {elsewhere} not on this disk");
    }
    match summary.problems {
        0 => text + ": all is well",
        problems => text + &format!(", {problems} problems"),
    }
}
