//! `tessera basis build`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use super::fit::{FitOptions, fit, tell};
use super::histograms::histograms;
use super::kept::{check_free, write};
use super::moments::moments;
use super::source::TakenArgs;
use super::stretch::Stretching;
use crate::colouring::ColourArgs;
use crate::parts::Key;
use crate::report::Report;

/// Make a basis with its stretch of all tiles of a folder, or all shards of a zone store.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    of: TakenArgs,

    /// The JSON file to write
    #[arg(short, long, value_name = "JSON")]
    output: PathBuf,

    #[command(flatten)]
    fit: FitOptions,

    #[command(flatten)]
    colours: ColourArgs,

    /// Give each UTM zone a stretch of its own: more contrast, and a seam where zones meet
    #[arg(long)]
    per_zone: bool,

    /// Replace the file
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &BuildArgs, report: &Report) -> Result<()> {
    args.colours.check()?;
    check_free(&args.output, args.overwrite)?;
    let depth = args.colours.depth();
    if depth > usize::from(args.fit.count) {
        bail!(
            "--components shows component {depth} of {}: expected as many at least in --count",
            args.fit.count
        );
    }
    let previous = args.fit.previous()?;
    let of = args.of.open()?;
    args.fit.check_channels(&of)?;
    of.warn(report);
    moments(&of, report)?;
    // Of this source as it is now, and of nothing else that its ledger may hold.
    let names: BTreeSet<&str> = of.parts.iter().map(|part| part.name.as_str()).collect();
    let dataset = of.dataset_name();
    let wanted = |key: &Key| {
        key.year == of.year.number() && key.dataset == dataset && names.contains(key.part.as_str())
    };
    let ledgers = [args.of.ledger()?];
    let mut fitted = fit(&ledgers, &wanted, &args.fit, previous.as_ref())?;
    fitted.provenance.sources = vec![of.name.clone()];
    histograms(&of, &fitted.basis, report)?;
    let stretch = Stretching { colours: &args.colours, per_zone: args.per_zone, report };
    let kept =
        stretch.of(&ledgers, &wanted, &fitted.dataset, fitted.limit, fitted.basis, fitted.provenance)?;
    write(&args.output, &kept, args.overwrite)?;
    tell(&args.output, &kept, report);
    Ok(())
}
