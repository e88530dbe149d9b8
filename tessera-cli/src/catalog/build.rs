//! `tessera catalog build` and `tessera catalog update`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_stac::{CatalogError, CatalogEvent, CatalogOptions, CatalogWriter, YearRecords};

use crate::catalog::Home;
use crate::catalog::input::InputArgs;
use crate::catalog::inputs::Inputs;
use crate::exit::{Incomplete, Interrupted};
use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;

/// Failures that are told one by one.
const TOLD: usize = 20;

/// Write a catalogue: catalog.json, <year>/collection.json with its index and coverage bitmap, a catalogue for every 5°
/// block, an item for every tile, and a map page.
///
/// It appears whole or not at all. A tile that several SOURCEs have is one item with the assets of all.
#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    input: InputArgs,

    /// The folder to write, or its address: s3://bucket/prefix, which must hold nothing else. It is made in the system's folder
    /// for temporary files (TMPDIR) first
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// The address that the folder will be served from: links become absolute
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Write no file for each item: tessera serve makes them when they are asked for
    #[arg(long)]
    no_items: bool,

    /// Write no map page
    #[arg(long)]
    no_map: bool,

    /// Replace a catalogue that exists
    #[arg(long)]
    overwrite: bool,
}

/// Add tiles and years to a catalogue. Only files that change are written, each as a whole.
///
/// Tiles that no SOURCE has stay as they are, unless --prune. With --pyramid no SOURCE is needed.
#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// The catalogue: its folder, or its address
    catalog: PathBuf,

    #[command(flatten)]
    input: InputArgs,

    /// Drop the tiles that no SOURCE has, of the years that some SOURCE has
    #[arg(long)]
    prune: bool,

    /// Leave the map page as it is
    #[arg(long)]
    no_map: bool,
}

pub(super) fn build(args: &BuildArgs, report: &Report) -> Result<()> {
    let mut options =
        CatalogOptions::default().items(!args.no_items).map(!args.no_map).overwrite(args.overwrite);
    if let Some(base) = &args.base_url {
        options = options.base_url(base);
    }
    if args.input.is_empty() {
        bail!("no SOURCE: expected tiles to make a catalogue of, of which a pyramid is the picture");
    }
    let inputs = Inputs::open(&args.input, BTreeMap::new(), report)?;
    let writer = match Home::of(&args.output)? {
        Home::Folder(path) => CatalogWriter::create(path, options)?,
        Home::Store(store) => CatalogWriter::create_in(store, options)?,
    };
    write(writer, &inputs, &args.output, report)
}

pub(super) fn update(args: &UpdateArgs, report: &Report) -> Result<()> {
    let options = CatalogOptions::default().map(!args.no_map).prune(args.prune);
    let known = if args.input.pyramids.pyramids.is_empty() {
        BTreeMap::new()
    } else {
        let catalog = Home::of(&args.catalog)?.index()?;
        catalog.years().iter().map(|year| (year.year(), year.version().clone())).collect()
    };
    let inputs = Inputs::open(&args.input, known, report)?;
    let writer = match Home::of(&args.catalog)? {
        Home::Folder(path) => CatalogWriter::update(path, options)?,
        Home::Store(store) => CatalogWriter::update_in(store, options)?,
    };
    write(writer, &inputs, &args.catalog, report)
}

fn write(mut writer: CatalogWriter, inputs: &Inputs, path: &Path, report: &Report) -> Result<()> {
    let years = inputs.by_year()?;
    let total = years.iter().map(|year| year.tiles().len()).sum();
    let progress = Progress::new(report, total, "tiles");
    let mut failed = 0;
    for year in &years {
        let watch = |event: CatalogEvent<'_>| {
            match event {
                CatalogEvent::Written { tiles } => progress.steps(tiles as u64),
                CatalogEvent::Failed { tile, year, cause } => {
                    failed += 1;
                    if failed <= TOLD {
                        progress.note(report, &format!("{tile} of {year} is left out: {}", chain(cause)));
                    }
                }
                _ => {}
            }
            if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let written = writer.add_year(year, watch);
        if interrupt::check().is_err() {
            return Err(Interrupted.into());
        }
        written?;
    }
    progress.finish();
    if failed > TOLD {
        report.note(&format!("and {} more", failed - TOLD));
    }
    let mut sending: Option<Progress> = None;
    let finished = writer.finish_watched(|event| {
        match (event, &sending) {
            (CatalogEvent::Sending { files }, _) => {
                sending =
                    Some(Progress::new(report, usize::try_from(files).unwrap_or(usize::MAX), "files sent"));
            }
            (CatalogEvent::Sent { files }, Some(sending)) => sending.steps(files),
            _ => {}
        }
        if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if let Some(sending) = sending {
        sending.finish();
    }
    if matches!(finished, Err(CatalogError::Stopped { .. })) {
        return Err(Interrupted.into());
    }
    let summary = finished?;
    let text = format!(
        "{}: {} items in {} blocks of {} years, {} files written",
        path.join("catalog.json").display(),
        summary.items,
        summary.blocks,
        summary.years,
        summary.changed
    );
    report.result(
        &text,
        &json!({
            "output": path, "items": summary.items, "blocks": summary.blocks, "years": summary.years,
            "failed": summary.failed, "changed": summary.changed, "bytes": summary.bytes,
        }),
    );
    if failed > 0 {
        return Err(Incomplete { failed, of: total, what: "tiles could not be described" }.into());
    }
    Ok(())
}

/// An error with its causes.
fn chain(error: &(dyn std::error::Error + Send + Sync)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
