//! `tessera pca`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::ScaleLimit;

use crate::picture::{StretchName, percentages, picture};
use crate::report::Report;
use crate::source::{self, SourceArgs};

/// Make a picture of a tile: its first three principal components as red, green and blue.
///
/// All valid pixels count, none is sampled. Water and pixels without data are transparent.
#[derive(Debug, Args)]
pub(crate) struct PcaArgs {
    /// A tile folder, an embeddings .npy file, or a tile store
    source: PathBuf,

    /// The PNG file to write
    #[arg(short, long, value_name = "PNG")]
    output: PathBuf,

    /// How components become brightness
    #[arg(long, value_enum, default_value = "percentile")]
    stretch: StretchName,

    /// Divide every channel by its standard deviation first
    #[arg(long)]
    standardize: bool,

    /// Replace a file that exists
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &PcaArgs, report: &Report) -> Result<()> {
    if !args.overwrite && args.output.try_exists()? {
        bail!(
            "{} exists already: expected nothing there; say --overwrite to replace it",
            args.output.display()
        );
    }
    let opened = source::open(&args.source, &args.of)?;
    let (picture, counts) = source::with_pixels(&opened, |_, pixels| {
        Ok((picture(pixels, args.stretch, args.standardize)?, pixels.count(ScaleLimit::default())))
    })?;
    picture.pixels.write_png(&args.output)?;
    let (rows, cols, _) = picture.pixels.pixels().dim();
    let text = format!(
        "{}: {cols} × {rows} pixels, {} of them valid\nexplained variance: {}",
        args.output.display(),
        counts.valid,
        percentages(&picture.basis)
    );
    report.result(
        &text,
        &json!({
            "output": args.output, "rows": rows, "cols": cols, "counts": counts,
            "mean": picture.basis.mean().to_vec(),
            "components": picture.basis.components().outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>(),
            "explained_variance": picture.basis.explained_variance().to_vec(),
            "explained_variance_ratio": picture.basis.explained_variance_ratio().to_vec(),
        }),
    );
    Ok(())
}
