//! `tessera basis stretch`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use tessera_core::{DatasetVersion, ScaleLimit, Year};
use tessera_pca::{Basis, Histogram, PictureBasis, Provenance};

use super::fit::tell;
use super::kept::{Kept, check_free, write};
use crate::colouring::ColourArgs;
use crate::parts::{Key, each};
use crate::report::Report;

/// Give a basis the stretch that follows from the histograms in one or more ledgers.
#[derive(Debug, Args)]
pub(super) struct StretchArgs {
    /// Ledgers that "tessera basis histograms" wrote
    #[arg(required = true)]
    ledgers: Vec<PathBuf>,

    /// The basis
    #[arg(long, value_name = "JSON")]
    with_basis: PathBuf,

    /// The JSON file to write
    #[arg(short, long, value_name = "JSON")]
    output: PathBuf,

    /// Only the histograms of these years [default: all]
    #[arg(long, value_name = "YEAR")]
    year: Vec<Year>,

    #[command(flatten)]
    colours: ColourArgs,

    /// Give each UTM zone a stretch of its own: more contrast, and a seam where zones meet
    #[arg(long)]
    per_zone: bool,

    /// Replace the file
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &StretchArgs, report: &Report) -> Result<()> {
    args.colours.check()?;
    check_free(&args.output, args.overwrite)?;
    let kept = Kept::read(&args.with_basis)?.basis;
    let wanted = |key: &Key| key.is_of(&args.year);
    let (basis, made) = (kept.basis().clone(), kept.made_of().clone());
    let stretch = Stretching { colours: &args.colours, per_zone: args.per_zone, report };
    let done = stretch.of(&args.ledgers, &wanted, kept.dataset(), kept.scale_limit(), basis, made)?;
    write(&args.output, &done, args.overwrite)?;
    tell(&args.output, &done, report);
    Ok(())
}

/// How a stretch is made of histograms.
pub(super) struct Stretching<'a> {
    pub(super) colours: &'a ColourArgs,
    pub(super) per_zone: bool,
    pub(super) report: &'a Report,
}

impl Stretching<'_> {
    /// The basis with the stretch of the histograms of the parts that are wanted.
    pub(super) fn of(
        &self,
        ledgers: &[PathBuf],
        wanted: &dyn Fn(&Key) -> bool,
        dataset: &DatasetVersion,
        limit: ScaleLimit,
        basis: Basis,
        mut made: Provenance,
    ) -> Result<PictureBasis> {
        let digest = basis.digest();
        let wanted = |key: &Key| key.basis.as_deref() == Some(digest.as_str()) && wanted(key);
        let mut all = Histogram::new(&basis);
        let mut zones: BTreeMap<u8, Histogram> = BTreeMap::new();
        each(ledgers, &wanted, &mut |key: &Key, _, histogram: Histogram| {
            all.merge(&histogram).with_context(|| format!("the histogram of {}", key.part))?;
            if self.per_zone {
                zones.entry(key.zone).or_insert_with(|| Histogram::new(&basis)).merge(&histogram)?;
            }
            Ok(())
        })
        .context("the stretch is made of histograms on the components of this very basis")?;
        // A zone of water alone has no stretch of its own.
        let own = zones.into_iter().filter(|(_, histogram)| histogram.count() > 0);
        let own = own.map(|(zone, histogram)| Ok((zone, self.colours.stretch_of(&histogram)?)));
        let own = own.collect::<Result<_>>()?;
        if let Some(pixels) = made.pixels.filter(|pixels| *pixels != all.count()) {
            self.report.note(&format!(
                "the histograms are of {} pixels, and the basis was fitted to {pixels}: is a ledger missing?",
                all.count()
            ));
        }
        made.stretch = Some(format!("{} of {} pixels", self.colours.words(), all.count()));
        let kept = self.colours.picture_basis(dataset, limit, basis, &all)?;
        Ok(kept.zones(own)?.provenance(made))
    }
}
