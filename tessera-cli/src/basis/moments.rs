//! `tessera basis moments`.

use anyhow::Result;
use clap::Args;
use tessera_core::QuantizedView;
use tessera_pca::Moments;

use super::source::{Taken, TakenArgs};
use super::take::{TakeReport, take};
use crate::report::Report;

/// Take the moments of all tiles of a folder, or all shards of a zone store, where they are not kept already.
///
/// All valid pixels count. The pixels of a tile that reach beyond its cell count in each tile that has them; those of a zone
/// store count once.
#[derive(Debug, Args)]
pub(super) struct MomentsArgs {
    #[command(flatten)]
    of: TakenArgs,
}

pub(super) fn run(args: &MomentsArgs, report: &Report) -> Result<()> {
    let of = args.of.open()?;
    of.warn(report);
    moments(&of, report)?.tell(&of, "moments", report);
    Ok(())
}

/// The moments of all parts.
pub(super) fn moments(of: &Taken, report: &Report) -> Result<TakeReport> {
    take(of, None, report, "parts (moments)", &|part| {
        let mut all: Option<Moments> = None;
        part.each_strip(&of.source, of.year, &mut |pixels: &QuantizedView<'_>| {
            match &mut all {
                Some(all) => all.add_view(pixels, of.limit)?,
                None => all = Some(Moments::of_view(pixels, of.limit)?),
            }
            Ok(())
        })?;
        match all {
            Some(all) => Ok(all),
            None => Ok(Moments::new(tessera_core::CHANNELS)?),
        }
    })
}
