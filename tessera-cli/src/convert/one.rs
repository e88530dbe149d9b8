//! One tile.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tessera_core::{ScaleCounts, ScaleLimit, Source, Tile, Year};
use tessera_zarr::WriteReport;

use super::beside::Beside;
use super::{Job, Target};
use crate::report::Report;
use crate::source::{Opened, with_pixels};

/// What became of a tile.
pub(super) struct Converted {
    pub(super) counts: ScaleCounts,
    pub(super) report: WriteReport,
    explained: Option<String>,
}

pub(super) fn convert(job: &Job<'_>, tile: &Opened, report: &Report) -> Result<()> {
    let target = Target::new(job.args.output.clone())?;
    if let Opened::NpyTile(tile) = tile {
        tile.notices().iter().for_each(|notice| report.note(&format!("{}: {notice}", tile.name())));
    }
    if let Opened::RangedTile(tile) = tile {
        tile.notices().iter().for_each(|notice| report.note(&format!("{}: {notice}", tile.name())));
    }
    let done = write(job, tile, &target)?;
    let tile = tile.as_tile().context("expected one tile")?;
    let (grid, counts) = (tile.grid(), done.counts);
    let mut text = format!(
        "{}\n  tile    {} {}\n  grid    {} × {} pixels of 10 m, {}\n  pixels  {} valid, {} water, {} no data\n  \
         chunks  {} in {} objects\n  bytes   {} in, {} out",
        target.path().display(),
        tile.id(),
        year_of(job, tile)?,
        grid.rows(),
        grid.cols(),
        grid.zone(),
        counts.valid,
        counts.water,
        counts.no_data,
        done.report.chunks,
        done.report.objects,
        done.report.bytes_in,
        done.report.bytes_out,
    );
    if counts.rejected() > 0 {
        report.note(&broken_scales(&counts));
    }
    if let Some(explained) = &done.explained {
        text += &format!("\n  picture explains {explained} of the variance");
    }
    let mut result = done.json();
    result["output"] = json!(target.path());
    result["tile"] = json!(tile.id().to_string());
    report.result(&text, &result);
    Ok(())
}

/// Scales that no writer means, in words.
pub(super) fn broken_scales(counts: &ScaleCounts) -> String {
    format!(
        "{} pixels have scales that cannot be meant and count as no data: {} of zero, {} negative, {} of 1 or more",
        counts.rejected(),
        counts.zero,
        counts.negative,
        counts.over_limit
    )
}

impl Converted {
    pub(super) fn json(&self) -> Value {
        json!({
            "counts": self.counts, "chunks": self.report.chunks, "objects": self.report.objects,
            "bytes_in": self.report.bytes_in, "bytes_out": self.report.bytes_out,
        })
    }
}

/// The year of a tile, or of the command line.
pub(super) fn year_of(job: &Job<'_>, tile: &dyn Tile) -> Result<Year> {
    match tile.year().or(job.args.of.year) {
        Some(year) => Ok(year),
        None => bail!("the path of {} does not say the year: say --year", tile.name()),
    }
}

/// Writes the store and what goes beside it. The files beside it are made first, under other names, and take theirs
/// once the store stands: where anything cannot be made, nothing appears.
pub(super) fn write(job: &Job<'_>, source: &Opened, target: &Target) -> Result<Converted> {
    with_pixels(source, |tile, pixels| {
        let year = year_of(job, tile)?;
        let beside = Beside::make(job, tile, pixels, year, target)?;
        let writer = match source {
            // What has been read of a mapped tile is given back: many tiles at once do not add up.
            Opened::NpyTile(tile) => {
                let tile = Arc::clone(tile);
                job.writer.clone().on_rows_read(move |rows| tile.release(rows))
            }
            _ => job.writer.clone(),
        };
        let report = target.write(&writer, pixels, tile, year)?;
        let explained = beside.put()?;
        Ok(Converted { counts: pixels.count(ScaleLimit::default()), report, explained })
    })
}
