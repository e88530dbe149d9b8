//! A raster as a Cloud Optimized GeoTIFF.

use std::path::Path;

use anyhow::{Error, Result};
use ndarray::Axis;
use tessera_core::{ScaleCounts, ScaleLimit};
use tessera_io::{GeoTiffError, GeoTiffOptions, GeoTiffSpec, GeoTiffWriter};

use super::cells::Strip;
use super::floats::Floats;
use super::output::{Format, beside};
use super::stage::Stage;
use super::written::Written;
use super::{Job, Raster};

/// One of how many parts of the memory a strip may take.
pub(super) fn parts(means: bool) -> u64 {
    if means { 4 } else { 16 }
}

pub(super) fn write(job: &Job<'_>, raster: &Raster<'_>, name: &Path, stage: &Stage) -> Result<Written> {
    let means = raster.cells.are_means();
    let memory = job.args.memory;
    let failed = |error| explained(error, job);
    // Half of the memory is for rows of tiles; the rest for strips, and their vectors, which are four times as large.
    let create = |name: &Path, bands: Vec<String>, memory: u64| {
        let options = GeoTiffOptions::default().memory(memory);
        let created = GeoTiffWriter::create(stage.path(name), spec(job, raster, bands), &options);
        created.map_err(failed)
    };
    let mut values = create(name, job.asked.bands(), memory.bytes() / 2)?;
    let mut counted = None;
    if means {
        counted = Some(create(&beside(name, "_counts"), vec!["pixels".to_owned()], memory.bytes() / 8)?);
    }
    let (mut counts, mut floats) = (ScaleCounts::default(), Floats::default());
    let parts = parts(means);
    raster.cells.each_strip((memory, parts), &job.progress, &mut |strip| {
        counts += strip.counts(ScaleLimit::default());
        values.write_rows(floats.of(&strip)?).map_err(failed)?;
        if let (Strip::Means(means), Some(counted)) = (strip, &mut counted) {
            // No cell has so many pixels that float32 could not count them.
            let rows = means.counts.mapv(|count| count as f32).insert_axis(Axis(2));
            counted.write_rows(rows.view()).map_err(failed)?;
        }
        Ok(())
    })?;
    let mut bytes = values.finish().map_err(failed)?.bytes;
    if let Some(counted) = counted {
        bytes += counted.finish().map_err(failed)?.bytes;
    }
    Ok(Written::new(raster, Format::GeoTiff.files(job.args, name, means), counts, bytes))
}

fn spec(job: &Job<'_>, raster: &Raster<'_>, bands: Vec<String>) -> GeoTiffSpec {
    let mut spec = GeoTiffSpec::of_raster(&raster.cells.grid(), bands);
    spec.metadata = job.asked.metadata();
    spec
}

fn explained(error: GeoTiffError, job: &Job<'_>) -> Error {
    let what = match error {
        GeoTiffError::Memory { .. } => format!("--memory {} is too little", job.args.memory),
        _ => format!("cannot write {}", job.args.output.display()),
    };
    Error::new(error).context(what)
}
