//! `tessera basis fit`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use tessera_core::{DatasetVersion, ScaleLimit, Year};
use tessera_pca::{Basis, Mapping, Moments, PictureBasis, Provenance, Stretch};

use super::kept::{Kept, write};
use super::source::Taken;
use crate::clock;
use crate::colouring;
use crate::parts::{Key, each};
use crate::picture::made_by;
use crate::report::Report;

/// Fit a basis to the moments in one or more ledgers.
///
/// A part that is in several ledgers counts once. The stretch is two standard deviations around the mean, until "tessera
/// basis stretch" makes a better one of histograms.
#[derive(Debug, Args)]
pub(super) struct FitArgs {
    /// Ledgers that "tessera basis moments" wrote
    #[arg(required = true)]
    ledgers: Vec<PathBuf>,

    /// The JSON file to write
    #[arg(short, long, value_name = "JSON")]
    output: PathBuf,

    /// Only the moments of these years [default: all]
    #[arg(long, value_name = "YEAR")]
    year: Vec<Year>,

    #[command(flatten)]
    fit: FitOptions,

    /// Replace the file
    #[arg(long)]
    overwrite: bool,
}

/// How a basis is fitted.
#[derive(Debug, Clone, Args)]
pub(super) struct FitOptions {
    /// How many components the basis gets
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(3..=4096))]
    pub(super) count: u16,

    /// Divide every channel by its standard deviation first
    #[arg(long)]
    standardize: bool,

    /// What counts the same
    #[arg(long, value_enum, default_value = "pixel")]
    weights: Weights,

    /// Order and turn the components as those of this basis, so that colours do not jump from one year to the next
    #[arg(long, value_name = "JSON")]
    align_to: Option<PathBuf>,
}

impl FitOptions {
    /// The basis to align to.
    pub(super) fn previous(&self) -> Result<Option<Kept>> {
        self.align_to.as_deref().map(Kept::read).transpose()
    }

    /// Refuses more components than there are channels, before anything is read.
    pub(super) fn check_channels(&self, of: &Taken) -> Result<()> {
        match of.channels()? {
            Some(channels) if channels < usize::from(self.count) => {
                bail!(
                    "{} components were asked for of {channels} channels: expected 1 to {channels} in --count",
                    self.count
                )
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Weights {
    /// Each valid pixel
    Pixel,
    /// Each tile, or shard of a zone store, that has a valid pixel
    Tile,
}

/// As many pixels as each tile is taken to have where tiles count the same: many, so that the variance is that of the
/// pixels.
const WEIGHT: u64 = 1 << 20;

pub(super) fn run(args: &FitArgs, report: &Report) -> Result<()> {
    super::kept::check_free(&args.output, args.overwrite)?;
    let wanted = |key: &Key| key.is_of(&args.year);
    let previous = args.fit.previous()?;
    let fitted = fit(&args.ledgers, &wanted, &args.fit, previous.as_ref())?;
    let path = &args.output;
    let kept = fitted.with_plain_stretch()?;
    write(path, &kept, args.overwrite)?;
    tell(path, &kept, report);
    Ok(())
}

/// A basis that has no stretch yet.
pub(super) struct Fitted {
    pub(super) basis: Basis,
    pub(super) dataset: DatasetVersion,
    pub(super) limit: ScaleLimit,
    pub(super) provenance: Provenance,
}

/// Fits a basis to the moments of the parts that are wanted, aligned to the previous one where there is one.
pub(super) fn fit(
    ledgers: &[PathBuf],
    wanted: &dyn Fn(&Key) -> bool,
    options: &FitOptions,
    previous: Option<&Kept>,
) -> Result<Fitted> {
    let mut all: Option<Moments> = None;
    let (mut pixels, mut parts, mut years) = (0, 0, Vec::new());
    let (mut dataset, mut limit) = (DatasetVersion::Unknown, ScaleLimit::default());
    each(ledgers, wanted, &mut |key: &Key, own_limit, mut moments: Moments| {
        pixels += moments.count();
        parts += u64::from(moments.count() > 0);
        years.push(key.year);
        dataset = DatasetVersion::named(key.dataset.as_deref().unwrap_or_default());
        limit = own_limit;
        if options.weights == Weights::Tile {
            moments = moments.weighing(WEIGHT);
        }
        match &mut all {
            Some(all) => all.merge(&moments).with_context(|| format!("the moments of {}", key.part))?,
            None => all = Some(moments),
        }
        Ok(())
    })?;
    let Some(all) = all else { bail!("no moments: expected those of one part at least") };
    if pixels > 0 && pixels < u64::from(options.count) {
        bail!("{pixels} valid pixels: expected at least {}, as many as components", options.count);
    }
    let mut basis = colouring::fit(&all, usize::from(options.count), options.standardize)?;
    let mut provenance = made_by(clock::time_of_writing()?);
    if let Some(previous) = previous {
        previous.check("a ledger", &dataset, all.channels())?;
        basis = basis.aligned_to(previous.basis.basis())?;
        provenance.aligned_to = Some(previous.basis.basis().digest());
    }
    years.sort_unstable();
    years.dedup();
    provenance.sources = ledgers.iter().map(|path| path.display().to_string()).collect();
    (provenance.years, provenance.pixels, provenance.parts) = (years, Some(pixels), Some(parts));
    provenance.weights = Some(if options.weights == Weights::Tile { "tile" } else { "pixel" }.into());
    Ok(Fitted { basis, dataset, limit, provenance })
}

impl Fitted {
    /// With a stretch that needs no histogram.
    fn with_plain_stretch(mut self) -> Result<PictureBasis> {
        let mapping = |variance: &f64| {
            let reach = (2.0 * variance.sqrt()) as f32;
            Mapping::Linear { low: -reach, high: reach }
        };
        let mappings = self.basis.explained_variance().iter().take(3).map(mapping).collect();
        self.provenance.stretch = Some("two standard deviations around the mean".into());
        let stretch = Stretch::new(mappings)?;
        let kept = PictureBasis::showing(self.dataset, self.limit, self.basis, vec![0, 1, 2], stretch)?;
        Ok(kept.provenance(self.provenance))
    }
}

/// Says what a basis is.
pub(super) fn tell(path: &Path, kept: &PictureBasis, report: &Report) {
    let (basis, made) = (kept.basis(), kept.made_of());
    let (pixels, parts) = (made.pixels.unwrap_or(0), made.parts.unwrap_or(0));
    let shown: Vec<usize> = kept.shown().iter().map(|at| at + 1).collect();
    let text = format!(
        "{}: {} components of {pixels} pixels in {parts} parts; red, green, blue: {}\nexplained variance: {}",
        path.display(),
        basis.len(),
        crate::report::list(&shown),
        colouring::percentages(basis)
    );
    report.result(
        &text,
        &json!({
            "output": path, "components": basis.len(), "shown": shown, "pixels": pixels, "parts": parts,
            "digest": basis.digest(), "dataset": kept.dataset(),
            "explained_variance": basis.explained_variance().to_vec(),
            "explained_variance_ratio": basis.explained_variance_ratio().to_vec(),
        }),
    );
}
