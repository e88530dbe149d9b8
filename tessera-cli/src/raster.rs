//! Rasters that answer a query, and the files that they become.

mod asked;
mod canvas;
mod cells;
mod components;
mod floats;
mod geotiff;
mod held;
mod npy;
mod npy_file;
mod output;
mod painted;
mod picture;
mod pixels;
mod stage;
mod store;
mod whole_tile;
mod written;

pub(crate) use asked::Asked;
pub(crate) use canvas::PictureFormat;
pub(crate) use cells::Cells;
pub(crate) use held::Held;
pub(crate) use output::OutputArgs;
pub(crate) use painted::{Colours, Painted, Painting};
pub(crate) use whole_tile::WholeTile;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tessera_core::Fetches;
use tessera_pca::Basis;

use crate::colouring::percentages;
use crate::picture::Recipe;
use crate::progress::Progress;
use crate::report::Report;
use output::Format;
use stage::Stage;
use written::Written;

/// A raster that answers a query.
pub(crate) struct Raster<'z> {
    /// The UTM zones that its pixels may be of.
    pub(crate) zones: Vec<u8>,
    pub(crate) cells: Cells<'z>,
}

/// What a raster is written with.
struct Job<'a> {
    args: &'a OutputArgs,
    asked: &'a Asked,
    progress: Progress,
}

/// Writes rasters, one in the file that was asked for, several in a file each, named after their UTM zones. Strip by strip;
/// all files appear, or none.
pub(crate) fn write(args: &OutputArgs, asked: &Asked, rasters: &[Raster<'_>], report: &Report) -> Result<()> {
    let format = args.format()?;
    if format == Format::Png {
        return write_pictures(args, asked, rasters, report);
    }
    let names = names(&args.output, rasters);
    let stage = Stage::begin(&args.output, args.overwrite)?;
    for name in &names {
        for file in format.files(args, name, rasters.iter().any(|raster| raster.cells.are_means())) {
            stage.claim(&file)?;
        }
    }
    if format == Format::Npy {
        let bytes = rasters.iter().map(|raster| npy::bytes(args, &raster.cells));
        stage.check_room(bytes.fold(0, u64::saturating_add))?;
    }
    let rows: usize = rasters.iter().map(|raster| raster.cells.grid().rows()).sum();
    let progress = Progress::new(report, rows, "rows");
    let job = Job { args, asked, progress };
    let one = |(raster, name): (&Raster<'_>, &PathBuf)| match format {
        Format::Npy => npy::write(&job, raster, name, &stage),
        Format::GeoTiff => geotiff::write(&job, raster, name, &stage),
        Format::Zarr | Format::Png => store::write(&job, raster, name, &stage),
    };
    let written = rasters.iter().zip(&names).map(one).collect::<Result<Vec<_>>>()?;
    job.progress.finish();
    let files: Vec<PathBuf> = written.iter().flat_map(|one| &one.files).cloned().collect();
    stage.place(&files)?;
    tell(asked, &args.output, &written, None, report);
    Ok(())
}

/// What [`write()`] will ask of a server; `None` where that is not known.
pub(crate) fn fetches(args: &OutputArgs, rasters: &[Raster<'_>]) -> Result<Option<Fetches>> {
    let format = args.format()?;
    let mut all = Some(Fetches::default());
    for Raster { cells, .. } in rasters {
        let means = cells.are_means();
        let of_raster = match format {
            Format::Npy => {
                cells.fetches(cells.strip_rows((args.memory, npy::parts(args.dequantize && !means)))?)?
            }
            Format::GeoTiff => cells.fetches(cells.strip_rows((args.memory, geotiff::parts(means)))?)?,
            Format::Zarr => cells.fetches(store::strips(args, cells)?)?,
            Format::Png => bail!(
                "--plan: a picture is read several times, as often as its colours need: expected another output"
            ),
        };
        all = Fetches::both(all, of_raster);
    }
    Ok(all)
}

/// Writes rasters as pictures in the usual colours.
fn write_pictures(args: &OutputArgs, asked: &Asked, rasters: &[Raster<'_>], report: &Report) -> Result<()> {
    let painting = Painting {
        output: &args.output,
        format: PictureFormat::Png,
        overwrite: args.overwrite,
        memory: args.memory,
        dataset: asked.version.clone(),
        metadata: asked.metadata(),
    };
    let (ready, painted) = painting.paint(rasters, Colours::Fitted(Recipe::default()), report)?;
    ready.place()?;
    tell(asked, &args.output, &painted.written, Some(painted.basis.basis()), report);
    Ok(())
}

/// The name of the file of each raster.
fn names(output: &Path, rasters: &[Raster<'_>]) -> Vec<PathBuf> {
    let name = |raster: &Raster<'_>| match raster.zones.first() {
        Some(zone) if rasters.len() > 1 => output::beside(output, &format!("_utm{zone:02}")),
        _ => output::beside(output, ""),
    };
    rasters.iter().map(name).collect()
}

/// Says why there are several files.
pub(crate) fn several(zones: usize) -> String {
    format!(
        "the area lies in {zones} UTM zones, and the pixels of each are in a file of its own; --grid makes one of them\n"
    )
}

fn tell(asked: &Asked, output: &Path, written: &[Written], basis: Option<&Basis>, report: &Report) {
    let folder = output.parent().unwrap_or(Path::new(""));
    let mut text = String::new();
    if written.len() > 1 {
        text += &several(written.len());
    }
    for one in written {
        text += &one.text(folder);
        text.push('\n');
    }
    if let Some(basis) = basis {
        text += &format!("explained variance: {}\n", percentages(basis));
    }
    let files: Vec<_> = written.iter().map(|one| one.json(folder)).collect();
    let mut json = json!({"output": output, "files": files});
    if let (Value::Object(all), Value::Object(own)) = (&mut json, asked.json()) {
        all.extend(own);
    }
    if let Some(basis) = basis {
        json["explained_variance_ratio"] = json!(basis.explained_variance_ratio().to_vec());
    }
    report.result(&text, &json);
}
