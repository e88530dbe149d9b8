//! A raster as NPY files, with JSON that says what they are.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tessera_core::{RasterGrid, ScaleCounts, ScaleLimit, ScalesView};

use super::cells::{Cells, Strip};
use super::floats::Floats;
use super::npy_file::NpyFile;
use super::output::{Format, OutputArgs, beside};
use super::stage::Stage;
use super::written::Written;
use super::{Job, Raster};

const VALUES: &str = "float32 (rows, cols, channels); NaN where there is none";
const QUANTIZED: &str = "int8 (rows, cols, channels), from the north and the west; value = data × scale";
const SCALES: &str =
    "float32 (rows, cols); between 0 and 1 of a valid pixel, NaN of water, anything else is no data";
const MEANS: &str = "float32 (rows, cols, channels); mean of the vectors of all valid pixels whose centres lie in the \
                     cell, NaN where there is none";
const COUNTS: &str = "uint32 (rows, cols); how many pixels the mean is of";

pub(super) fn write(job: &Job<'_>, raster: &Raster<'_>, name: &Path, stage: &Stage) -> Result<Written> {
    let cells = &raster.cells;
    let (grid, channels, means) = (cells.grid(), cells.channels(), cells.are_means());
    let (rows, cols) = (grid.rows(), grid.cols());
    let files = Format::Npy.files(job.args, name, means);
    let (scales, counts) = (beside(name, "_scales"), beside(name, "_counts"));
    let mut arrays = json!({});
    let mut out = if means {
        arrays[text(name)] = json!(MEANS);
        arrays[text(&counts)] = json!(COUNTS);
        Out {
            values: NpyFile::create::<f32>(&stage.path(name), &[rows, cols, channels])?,
            beside: Some(NpyFile::create::<u32>(&stage.path(&counts), &[rows, cols])?),
            floats: Some(Floats::default()),
        }
    } else if job.args.dequantize {
        arrays[text(name)] = json!(VALUES);
        Out {
            values: NpyFile::create::<f32>(&stage.path(name), &[rows, cols, channels])?,
            beside: None,
            floats: Some(Floats::default()),
        }
    } else {
        arrays[text(name)] = json!(QUANTIZED);
        arrays[text(&scales)] = json!(SCALES);
        Out {
            values: NpyFile::create::<i8>(&stage.path(name), &[rows, cols, channels])?,
            beside: Some(NpyFile::create::<f32>(&stage.path(&scales), &[rows, cols])?),
            floats: None,
        }
    };
    // Beside the pixels of a strip there are their vectors, four times as large.
    let parts = parts(out.floats.is_some() && !means);
    let mut counts = ScaleCounts::default();
    cells.each_strip((job.args.memory, parts), &job.progress, &mut |strip| {
        counts += strip.counts(ScaleLimit::default());
        out.append(strip)
    })?;
    let bytes =
        out.finish()? + sidecar(job, raster, &grid, &arrays, &stage.path(&name.with_extension("json")))?;
    Ok(Written::new(raster, files, counts, bytes))
}

/// One of how many parts of the memory a strip may take; dequantized vectors take more beside it.
pub(super) fn parts(dequantized: bool) -> u64 {
    if dequantized { 10 } else { 2 }
}

/// What the arrays of a raster take on disk.
pub(super) fn bytes(args: &OutputArgs, cells: &Cells<'_>) -> u64 {
    let (grid, values) = (cells.grid(), cells.channels() as u64);
    let pixel = match (cells.are_means(), args.dequantize) {
        (true, _) => 4 * values + 4,
        (false, true) => 4 * values,
        (false, false) => values + 4,
    };
    (grid.rows() as u64).saturating_mul(grid.cols() as u64).saturating_mul(pixel)
}

/// The files in the making.
struct Out {
    values: NpyFile,
    /// Scales or counts.
    beside: Option<NpyFile>,
    /// Where values are vectors.
    floats: Option<Floats>,
}

impl Out {
    fn append(&mut self, strip: Strip<'_>) -> Result<()> {
        const ORDER: &str = "a strip is not in one piece";
        if let Some(floats) = &mut self.floats {
            self.values.append(floats.of(&strip)?.as_slice().context(ORDER)?)?;
        }
        match (strip, &mut self.beside) {
            (Strip::Means(means), Some(counts)) => counts.append(means.counts.as_slice().context(ORDER)?),
            (Strip::Pixels(pixels), Some(scales)) => {
                self.values.append(pixels.data().as_slice().context(ORDER)?)?;
                match pixels.scales() {
                    ScalesView::Pixel(own) => scales.append(own.as_slice().context(ORDER)?),
                    ScalesView::Channel(own) => scales.append(own.as_slice().context(ORDER)?),
                }
            }
            (_, None) => Ok(()),
        }
    }

    fn finish(self) -> Result<u64> {
        Ok(self.values.finish()? + self.beside.map_or(Ok(0), NpyFile::finish)?)
    }
}

/// Writes what the arrays are, and where, a line each; returns its bytes.
fn sidecar(
    job: &Job<'_>,
    raster: &Raster<'_>,
    grid: &RasterGrid,
    arrays: &Value,
    path: &Path,
) -> Result<u64> {
    let bounds = grid.bounds();
    let mut all = json!({
        "shape": [grid.rows(), grid.cols(), raster.cells.channels()],
        "crs": grid.crs().to_string(),
        "transform": grid.transform(),
        "bounds": [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y],
        "zones": raster.zones,
    });
    if let (Value::Object(all), Value::Object(asked)) = (&mut all, job.asked.json()) {
        all.extend(asked);
    }
    all["arrays"] = arrays.clone();
    let failed = || format!("cannot write {}", path.display());
    let lines = all.as_object().into_iter().flatten().map(|(key, value)| format!("  \"{key}\": {value}"));
    let text = format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"));
    let mut file = File::create_new(path).with_context(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(failed)?;
    Ok(text.len() as u64)
}

fn text(name: &Path) -> String {
    name.display().to_string()
}
