//! Rasters as pictures in the same colours.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use ndarray::{Array2, Array3, ArrayView3, s};
use tessera_core::{MemoryBudget, ScaleCounts, ScaleLimit};
use tessera_pca::{Basis, Moments, Stretch, StretchMethod};

use super::cells::Strip;
use super::stage::Stage;
use super::written::Written;
use super::{Job, Raster};
use crate::picture::basis_of;

/// Bytes that a pixel of a picture takes: three components, once more while the stretch is fitted.
const BYTES: u64 = 24;

/// The first three principal components of the valid pixels of all rasters as red, green and blue; transparent where
/// there is none. Vectors are read twice, strip by strip; components are held.
pub(super) fn write(
    job: &Job<'_>,
    rasters: &[Raster<'_>],
    names: &[PathBuf],
    stage: &Stage,
) -> Result<(Vec<Written>, Basis)> {
    check_memory(job, rasters)?;
    let memory = (job.args.memory, 16);
    let channels = rasters.first().map_or(0, |raster| raster.cells.channels());
    let mut moments = Moments::new(channels)?;
    let mut counts = Vec::new();
    for raster in rasters {
        let mut own = ScaleCounts::default();
        raster.cells.each_strip(memory, &job.progress, &mut |strip| {
            own += strip.counts();
            add(&mut moments, strip)
        })?;
        counts.push(own);
    }
    let basis = basis_of(&moments, false)?;
    let mut projected = Vec::new();
    for raster in rasters {
        let grid = raster.cells.grid();
        let mut all = Array3::zeros((grid.rows(), grid.cols(), basis.len()));
        let mut row = 0;
        raster.cells.each_strip(memory, &job.progress, &mut |strip| {
            let part = project(&basis, strip)?;
            let end = row + part.dim().0;
            all.slice_mut(s![row..end, .., ..]).assign(&part);
            row = end;
            Ok(())
        })?;
        projected.push(all);
    }
    let views: Vec<_> = projected.iter().map(|all: &Array3<f32>| all.view()).collect();
    let stretch = Stretch::fit_all(&views, StretchMethod::default())?;
    let mut written = Vec::new();
    for (((raster, name), view), counts) in rasters.iter().zip(names).zip(views).zip(counts) {
        let path = stage.path(name);
        stretch.apply(view)?.write_png(&path)?;
        let bytes = path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len();
        written.push(Written::new(raster, vec![name.clone()], counts, bytes));
    }
    Ok((written, basis))
}

/// Refuses a picture that does not fit in memory, before anything is read.
fn check_memory(job: &Job<'_>, rasters: &[Raster<'_>]) -> Result<()> {
    let grids = rasters.iter().map(|raster| raster.cells.grid());
    let pixels: u64 = grids.map(|grid| (grid.rows() as u64).saturating_mul(grid.cols() as u64)).sum();
    let (needed, memory) = (pixels.saturating_mul(BYTES), job.args.memory);
    if needed > memory.bytes() / 4 * 3 {
        bail!(
            "a picture of {pixels} pixels takes {} of memory, and of --memory {memory} three quarters are for it: allow \
             more, or ask for fewer pixels by --grid and --resolution",
            MemoryBudget::from_bytes(needed)?
        );
    }
    Ok(())
}

fn add(moments: &mut Moments, strip: Strip<'_>) -> Result<()> {
    match strip {
        Strip::Pixels(pixels) => moments.add_view(&pixels.view(), ScaleLimit::default())?,
        Strip::Means(means) => moments.merge(&Moments::of_rows(rows_of(means.values.view())?.view())?)?,
    }
    Ok(())
}

fn project(basis: &Basis, strip: Strip<'_>) -> Result<Array3<f32>> {
    match strip {
        Strip::Pixels(pixels) => Ok(basis.transform(&pixels.view(), ScaleLimit::default())?),
        Strip::Means(means) => {
            let (rows, cols, _) = means.values.dim();
            let projected = basis.transform_rows(rows_of(means.values.view())?.view())?;
            Ok(projected.mapv(|value| value as f32).into_shape_with_order((rows, cols, basis.len()))?)
        }
    }
}

/// The vectors of a raster one after another.
fn rows_of(values: ArrayView3<'_, f32>) -> Result<Array2<f32>> {
    let (rows, cols, channels) = values.dim();
    Ok(values.to_owned().into_shape_with_order((rows * cols, channels))?)
}
