//! `tessera pca`.

mod asked;
mod report;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::MemoryBudget;
use tessera_io::Location;

use crate::clock::time_of_writing;
use crate::colouring::ColourArgs;
use crate::convert::Files;
use crate::patch::SquareArgs;
use crate::picture::{Recipe, check_fits, read_basis};
use crate::raster::{Colours, Painting, PictureFormat};
use crate::region::{AreaArgs, GridArgs};
use crate::report::Report;
use crate::source::{self, SourceArgs};

/// Make a picture of a tile, of a region or of the surroundings of a point: three principal components as red, green and
/// blue.
///
/// All valid pixels count, none is sampled. Water and pixels without data are transparent. Tiles and regions are read strip by
/// strip, and may be larger than the memory; a square around a point is held.
///
/// Without an area SOURCE is one tile. A region in several UTM zones gives a picture for each, with _utm30 and so on in its
/// name, all in the same colours; with --grid it is one picture, each cell with the pixel that contains its centre.
#[derive(Debug, Args)]
#[command(mut_group("AreaArgs", |group| group.required(false).conflicts_with("SquareArgs")))]
#[command(mut_group("SquareArgs", |group| group.required(false)))]
pub(crate) struct PcaArgs {
    /// A tile folder, an embeddings .npy file or a tile store; for an area, a folder of many or a zone store too
    source: Location,

    /// The file to write: .png, or .tif (a Cloud Optimized GeoTIFF that lies where the pixels lie)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    area: AreaArgs,

    /// Make what lies outside the area transparent
    #[arg(long, requires = "AreaArgs")]
    clip: bool,

    #[command(flatten)]
    grid: GridArgs,

    #[command(flatten)]
    square: SquareArgs,

    #[command(flatten)]
    colours: ColourArgs,

    /// Divide every channel by its standard deviation first
    #[arg(long)]
    standardize: bool,

    /// Write what the picture was made with, basis and stretch, to give other tiles the same colours
    #[arg(long, value_name = "JSON")]
    basis: Option<PathBuf>,

    /// Take basis and stretch from this file, which --basis or tessera convert --preview wrote: the colours of that picture
    #[arg(
        long,
        value_name = "JSON",
        conflicts_with_all = ["basis", "components", "stretch", "percentiles", "gamma", "saturation", "standardize"]
    )]
    with_basis: Option<PathBuf>,

    /// Memory for pixels, in MiB unless said otherwise
    #[arg(long, value_name = "SIZE", default_value = "1GiB")]
    memory: MemoryBudget,

    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &PcaArgs, report: &Report) -> Result<()> {
    let (format, created) = (args.check()?, time_of_writing()?);
    let mut files = Files::new(args.overwrite);
    files.claim(&args.output)?;
    if let Some(path) = &args.basis {
        if path == &args.output {
            bail!("--basis and --output are the same file: expected two");
        }
        files.claim(path)?;
    }
    let kept = args.with_basis.as_deref().map(read_basis).transpose()?;
    let opened = source::open(&args.source, &args.of)?;
    asked::with_rasters(args, opened, |shown, rasters| {
        if let (Some(kept), Some(path)) = (&kept, &args.with_basis) {
            let channels = rasters.first().map_or(0, |raster| raster.cells.channels());
            check_fits(kept, &path.display().to_string(), (&shown.source, &shown.version, channels))?;
        }
        let recipe = Recipe { colours: Some(&args.colours), standardize: args.standardize };
        let colours = match kept {
            Some(kept) => Colours::Kept(Box::new(kept)),
            None => Colours::Fitted(recipe),
        };
        let painting = Painting {
            output: &args.output,
            format,
            overwrite: args.overwrite,
            memory: args.memory,
            dataset: shown.version.clone(),
            metadata: shown.metadata(),
        };
        let (ready, mut painted) = painting.paint(rasters, colours, report)?;
        if let Some(pixels) = painted.fitted_to {
            let made_of = recipe.provenance(created, shown.source.clone(), shown.year, pixels);
            painted.basis = painted.basis.provenance(made_of);
        }
        if let Some(path) = &args.basis {
            files.add(path, |file| Ok(painted.basis.write_json(file)?))?;
        }
        // The picture last: where it stands, all that was asked for does.
        files.put()?;
        ready.place()?;
        report::tell(args, shown, &painted, report);
        Ok(())
    })
}

impl PcaArgs {
    /// Refuses what cannot be, before anything is opened.
    fn check(&self) -> Result<PictureFormat> {
        let format = PictureFormat::of(&self.output)?;
        if self.with_basis.is_none() {
            self.colours.check()?;
        }
        self.grid.check()?;
        if !self.grid.is_native() && !self.area.is_there() {
            bail!("--grid is for an area: expected --bbox or --geojson too");
        }
        Ok(format)
    }
}
