//! `tessera basis histograms`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use tessera_core::QuantizedView;
use tessera_pca::{Basis, Histogram};

use super::kept::Kept;
use super::source::{Taken, TakenArgs};
use super::take::{TakeReport, take};
use crate::report::Report;

/// Take the histograms of all tiles or shards on the components of a basis, where they are not kept already.
#[derive(Debug, Args)]
pub(super) struct HistogramsArgs {
    #[command(flatten)]
    of: TakenArgs,

    /// The basis
    #[arg(long, value_name = "JSON")]
    with_basis: PathBuf,
}

pub(super) fn run(args: &HistogramsArgs, report: &Report) -> Result<()> {
    let kept = Kept::read(&args.with_basis)?;
    let of = args.of.open()?;
    of.check(&kept)?;
    histograms(&of, kept.basis.basis(), report)?.tell(&of, "histograms", report);
    Ok(())
}

/// The histograms of all parts.
pub(super) fn histograms(of: &Taken, basis: &Basis, report: &Report) -> Result<TakeReport> {
    take(of, Some(&basis.digest()), report, "parts (histograms)", &|part| {
        let mut histogram = Histogram::new(basis);
        part.each_strip(&of.source, of.year, &mut |pixels: &QuantizedView<'_>| {
            Ok(histogram.add_view(basis, pixels, of.limit)?)
        })?;
        Ok(histogram)
    })
}
