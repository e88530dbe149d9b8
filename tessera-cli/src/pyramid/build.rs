//! `tessera pyramid build`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::{MemoryBudget, QuantizedView, Region, Zones};
use tessera_io::Location;
use tessera_pca::{PyramidBuilder, PyramidEvent, PyramidPart, PyramidReport};

use super::legend::key;
use super::only_zones::OnlyZones;
use super::output::{Form, Output, Wanted};
use super::pack::pack;
use super::zooms::Zooms;
use crate::basis::Kept;
use crate::interrupt;
use crate::parts::{Part, parts};
use crate::progress::Progress;
use crate::report::{Report, list};
use crate::source::{self, SourceArgs, year_of};
use crate::zone::lists;

/// Make a pyramid of a year, or what has changed of one.
///
/// The finest level shows each pixel as it is; further levels show means, and edges fade. Only what has data is stored.
/// Stopped, the same command goes on where it was; run again, it makes what has changed and what lies above that.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// A folder of tiles or of tile stores, or a zone store
    source: Location,

    /// The pyramid: a name that ends in .pmtiles, one that ends in .zarr or is global_rgb (a Zarr group, which may lie in a
    /// zone store), or any other for a folder of map tiles
    #[arg(short, long, value_name = "PYRAMID")]
    output: PathBuf,

    /// The basis, as "tessera basis build" or "tessera pca --basis" wrote it
    #[arg(long, value_name = "JSON")]
    with_basis: PathBuf,

    /// The form of the pyramid [default: as its name says]
    #[arg(long, value_enum)]
    form: Option<Form>,

    /// The zooms of a map, as in 0-14, where 14 has pixels of 10 m or less [default: 0-14]
    #[arg(long, value_name = "Z-Z")]
    zooms: Option<Zooms>,

    /// The levels of a Zarr group, 1 to 13 [default: 13, the last of which shows the whole Earth]
    #[arg(long, value_name = "N")]
    levels: Option<u8>,

    /// Only these UTM zones, as in 30,31 or 1-20; what the pyramid has of others is removed [default: all]
    #[arg(long, value_name = "N,M", value_parser = lists::zones)]
    zones: Option<std::vec::Vec<u8>>,

    #[command(flatten)]
    of: SourceArgs,

    /// Memory for pixels, in MiB unless said otherwise; one block of 96 MiB at least
    #[arg(long, value_name = "SIZE", default_value = "512")]
    memory: MemoryBudget,

    /// Do not wait for the disk: faster, but a crash of the machine can leave empty files
    #[arg(long)]
    no_sync: bool,

    /// Replace a .pmtiles file that was not made here, and a basis beside it that is none
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &BuildArgs, report: &Report) -> Result<()> {
    let kept = Kept::read(&args.with_basis)?;
    kept.check_colours()?;
    let opened = source::open(&args.source, &args.of)?;
    if opened.as_tile().is_some() {
        bail!("{} is one tile: expected a folder of tiles or a zone store", args.source);
    }
    let source = opened.into_queried(args.of.year)?;
    let queried = source.zones();
    let only = OnlyZones { all: queried.get(), zones: args.zones.as_deref() };
    let zones: &dyn Zones = &only;
    let year = year_of(zones, args.of.year)?;
    let mut parts = parts(&source, year, None)?;
    parts.retain(|part| only.has(part.zone));
    let Some(first) = parts.first() else {
        bail!(
            "{} has nothing of {year} in the zones {}",
            zones.name(),
            list(args.zones.as_deref().unwrap_or_default())
        );
    };
    kept.check(&zones.name(), &zones.version(), first.channels(&source, year)?)?;
    let form = args.form.unwrap_or_else(|| Form::of(&args.output));
    let wanted = Wanted {
        form,
        path: &std::path::absolute(&args.output)?,
        zooms: args.zooms,
        levels: args.levels,
        year,
        basis: &kept.basis,
        bounds: bounds(&parts)?,
        sync: !args.no_sync,
        overwrite: args.overwrite,
    };
    wanted.check()?;
    let (output, state) = wanted.open()?;
    let colour = |pixels: &QuantizedView<'_>, zone: u8| Ok(kept.basis.colour(pixels, Some(zone))?);
    let stamped: Vec<PyramidPart> = parts
        .iter()
        .map(|part| PyramidPart::new(part.region, format!("{} {}", part.name, part.stamp)))
        .collect();
    let builder = PyramidBuilder::new(zones, year, &colour, output.store())
        .key(key(year, &kept.basis)?)
        .memory(args.memory);
    let progress: Mutex<Option<Progress>> = Mutex::new(None);
    let told = |event: PyramidEvent| {
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            PyramidEvent::Planned { blocks, .. } => *progress = Some(Progress::new(report, blocks, "blocks")),
            PyramidEvent::Block { .. } => {
                if let Some(progress) = &*progress {
                    progress.step();
                }
            }
            _ => {}
        }
        if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let done = builder.build(&stamped, &state, &told);
    if let Some(progress) = &*progress.lock().unwrap_or_else(PoisonError::into_inner) {
        progress.finish();
    }
    state.sync()?;
    let done = done?;
    if done.interrupted {
        interrupt::check()?;
    }
    if let (Form::Pmtiles, Output::Map(map)) = (form, &output) {
        pack(map, &args.output, true, report)?;
    }
    let basis = wanted.write_basis()?;
    tell(args, parts.len(), &done, basis.as_deref(), report);
    Ok(())
}

/// A box that holds all parts.
fn bounds(parts: &[Part]) -> Result<Region> {
    let regions = || parts.iter().map(|part| part.region);
    let south = regions().map(|region| region.south()).fold(90.0, f64::min);
    let north = regions().map(|region| region.north()).fold(-90.0, f64::max);
    if regions().any(|region| region.crosses_antimeridian()) {
        return Ok(Region::new(-180.0, south, 180.0, north)?);
    }
    let west = regions().map(|region| region.west()).fold(180.0, f64::min);
    let east = regions().map(|region| region.east()).fold(-180.0, f64::max);
    Ok(Region::new(west, south, east, north)?)
}

fn tell(
    args: &BuildArgs,
    parts: usize,
    done: &PyramidReport,
    basis: Option<&std::path::Path>,
    report: &Report,
) {
    let text = format!(
        "{}: {} blocks made, {} kept and {} removed, of {parts} parts; {} chunks written",
        args.output.display(),
        done.blocks,
        done.blocks_kept,
        done.blocks_removed,
        done.chunks_written
    );
    report.result(
        &text,
        &json!({
            "output": args.output, "basis": basis, "parts": parts, "blocks": done.blocks, "blocks_kept": done.blocks_kept,
            "blocks_removed": done.blocks_removed, "chunks_written": done.chunks_written,
            "chunks_removed": done.chunks_removed, "pixels": done.pixels,
        }),
    );
}
