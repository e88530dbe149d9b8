//! `tessera pca`.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::{ScaleLimit, Tile};
use tessera_pca::PictureBasis;

use crate::convert::Files;
use crate::picture::{StretchName, coloured_by, percentages, picture};
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

    /// Write what the picture was made with, basis and stretch, to give other tiles the same colours
    #[arg(long, value_name = "JSON")]
    basis: Option<PathBuf>,

    /// Take basis and stretch from this file, which --basis or tessera convert --preview wrote: the colours of that picture
    #[arg(long, value_name = "JSON", conflicts_with_all = ["basis", "stretch", "standardize"])]
    with_basis: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &PcaArgs, report: &Report) -> Result<()> {
    let mut files = Files::new(args.overwrite);
    files.claim(&args.output)?;
    if let Some(path) = &args.basis {
        if path == &args.output {
            bail!("--basis and --output are the same file: expected two");
        }
        files.claim(path)?;
    }
    let kept = args.with_basis.as_deref().map(read).transpose()?;
    let opened = source::open(&args.source, &args.of)?;
    let (picture, counts) = source::with_pixels(&opened, |tile, pixels| {
        let (picture, limit) = match (kept, &args.with_basis) {
            (Some(kept), Some(path)) => {
                check(&kept, path, tile)?;
                let limit = kept.scale_limit();
                (coloured_by(kept, pixels)?, limit)
            }
            _ => {
                let made = picture(pixels, tile.version(), args.stretch, args.standardize)?;
                (made, ScaleLimit::default())
            }
        };
        Ok((picture, pixels.count(limit)))
    })?;
    files.add(&args.output, |file| Ok(picture.pixels.encode_png(file)?))?;
    if let Some(path) = &args.basis {
        files.add(path, |file| Ok(picture.basis.write_json(file)?))?;
    }
    files.put()?;
    let (rows, cols, _) = picture.pixels.pixels().dim();
    let basis = picture.basis.basis();
    let how = match &args.with_basis {
        Some(path) => format!("in the colours of {}", path.display()),
        None => format!("explained variance: {}", percentages(basis)),
    };
    let text =
        format!("{}: {cols} × {rows} pixels, {} of them valid\n{how}", args.output.display(), counts.valid);
    report.result(
        &text,
        &json!({
            "output": args.output, "rows": rows, "cols": cols, "counts": counts,
            "basis": args.basis, "with_basis": args.with_basis,
            "mean": basis.mean().to_vec(),
            "components": basis.components().outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>(),
            "explained_variance": basis.explained_variance().to_vec(),
            "explained_variance_ratio": basis.explained_variance_ratio().to_vec(),
        }),
    );
    Ok(())
}

fn read(path: &Path) -> Result<PictureBasis> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    PictureBasis::read_json(file).with_context(|| path.display().to_string())
}

/// Refuses a tile whose vectors the basis says nothing of.
fn check(kept: &PictureBasis, path: &Path, tile: &dyn Tile) -> Result<()> {
    if !tile.version().mixes_with(kept.dataset()) {
        bail!(
            "{} is of dataset {}, and the basis {} of {}: expected the same, known one; --dataset says it of a tile",
            tile.name(),
            tile.version(),
            path.display(),
            kept.dataset()
        );
    }
    let (got, expected) = (tile.channels(), kept.basis().channels());
    if got != expected {
        bail!("{} has {got} channels: expected {expected}, as the basis {} has", tile.name(), path.display());
    }
    Ok(())
}
