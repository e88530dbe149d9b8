//! Rasters as pictures in the same colours.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ndarray::{Array2, Array3, ArrayView3};
use tessera_core::{DatasetVersion, MemoryBudget, ScaleCounts, ScaleLimit};
use tessera_pca::{Basis, Histogram, Moments, PictureBasis, Rgba};

use super::Raster;
use super::canvas::{Canvas, PictureFormat};
use super::cells::Strip;
use super::components::Components;
use super::stage::Stage;
use super::written::Written;
use crate::interrupt;
use crate::picture::Recipe;
use crate::progress::Progress;

/// A strip takes such a part of the memory: beside it are its components and its colours.
const PARTS: u64 = 16;
/// A smaller part serves better where a row fits into it: less fresh memory, and more of it is still in the cache.
const SMALL_PARTS: u64 = 64;
/// The rows of tiles of a GeoTIFF may take such a part.
const CANVAS_PARTS: u64 = 4;

/// Components may take such a part, and are then painted without reading the rows once more.
const HELD_PARTS: u64 = 8;

/// How often the rows are read to find the colours: for the moments, and for the histogram of the components.
pub(crate) const FITTING_PASSES: usize = 2;

/// Rasters that become pictures. They are read strip by strip: a first time for their moments, a second time for the
/// histogram of the components, and a last time to be painted. Nothing but a strip is held; but where the components fit
/// into a part of the memory they are held from the second time on, which saves the last one.
pub(super) struct Pictures<'a> {
    pub(super) rasters: &'a [Raster<'a>],
    pub(super) names: &'a [PathBuf],
    pub(super) stage: &'a Stage,
    pub(super) memory: MemoryBudget,
    pub(super) progress: &'a Progress,
    pub(super) format: PictureFormat,
}

impl Pictures<'_> {
    /// What gives the valid pixels of all rasters their colours.
    pub(super) fn fit(&self, dataset: &DatasetVersion, recipe: &Recipe<'_>) -> Result<Fitted> {
        let limit = ScaleLimit::default();
        let channels = self.rasters.first().map_or(0, |raster| raster.cells.channels());
        let mut moments = Moments::new(channels)?;
        for raster in self.rasters {
            self.each_strip(raster, &mut |strip| add(&mut moments, strip, limit))?;
        }
        let basis = recipe.fit(&moments)?;
        let mut histogram = Histogram::new(&basis);
        let holds = self.components_bytes(basis.len()) <= self.memory.bytes() / HELD_PARTS;
        let mut held = Vec::new();
        for raster in self.rasters {
            let mut own = Components::default();
            self.each_strip(raster, &mut |strip| {
                match strip {
                    Strip::Pixels(pixels) if !holds => histogram.add_view(&basis, &pixels, limit)?,
                    strip => {
                        let projected = components(&basis, strip, limit)?;
                        histogram.add_projected(projected.view());
                        own.counts += strip.counts(limit);
                        if holds {
                            own.strips.push(projected);
                        }
                    }
                }
                Ok(())
            })?;
            held.push(own);
        }
        let (basis, held) = (recipe.picture_basis(dataset, limit, basis, &histogram)?, holds.then_some(held));
        Ok(Fitted { basis, pixels: moments.count(), held })
    }

    /// Bytes of so many components of all rasters.
    fn components_bytes(&self, components: usize) -> u64 {
        let grids = self.rasters.iter().map(|raster| raster.cells.grid());
        let pixels = grids.map(|grid| (grid.rows() as u64).saturating_mul(grid.cols() as u64));
        pixels.fold(0, u64::saturating_add).saturating_mul(components as u64 * size_of::<f32>() as u64)
    }

    /// Paints the pictures, transparent where nothing is valid; from their components, where these are held.
    pub(super) fn paint(
        &self,
        basis: &PictureBasis,
        held: Option<Vec<Components>>,
        metadata: &[(String, String)],
    ) -> Result<Vec<Written>> {
        let mut held = held.unwrap_or_default().into_iter();
        let each = self.rasters.iter().zip(self.names);
        each.map(|(raster, name)| self.paint_one(raster, name, basis, held.next(), metadata)).collect()
    }

    fn paint_one(
        &self,
        raster: &Raster<'_>,
        name: &Path,
        basis: &PictureBasis,
        held: Option<Components>,
        metadata: &[(String, String)],
    ) -> Result<Written> {
        let memory = MemoryBudget::from_bytes((self.memory.bytes() / CANVAS_PARTS).max(1))?;
        let failed = || format!("cannot write {}", name.display());
        let path = self.stage.path(name);
        let canvas = Canvas::begin(self.format, &path, &raster.cells.grid(), metadata, memory);
        let mut canvas = canvas.with_context(failed)?;
        // A raster of several zones has the stretch of all.
        let zone = match raster.zones[..] {
            [only] => Some(only),
            _ => None,
        };
        let mut counts = ScaleCounts::default();
        if let Some(held) = held {
            counts = held.counts;
            held.colours(basis, zone, &mut |rows| {
                interrupt::check()?;
                self.progress.steps(rows.pixels().dim().0 as u64);
                canvas.write(rows).with_context(failed)
            })?;
        } else {
            self.each_strip(raster, &mut |strip| {
                counts += strip.counts(basis.scale_limit());
                canvas.write(&colour(basis, strip, zone)?).with_context(failed)
            })?;
        }
        let bytes = canvas.finish().with_context(failed)?;
        Ok(Written::new(raster, vec![name.to_owned()], counts, bytes))
    }

    fn each_strip(&self, raster: &Raster<'_>, work: &mut dyn FnMut(Strip<'_>) -> Result<()>) -> Result<()> {
        let row = raster.cells.grid().cols() as u64 * (raster.cells.channels() as u64 + 4);
        let parts = if row <= self.memory.bytes() / SMALL_PARTS { SMALL_PARTS } else { PARTS };
        raster.cells.each_strip((self.memory, parts), self.progress, work)
    }
}

/// What gives pictures their colours, found.
pub(super) struct Fitted {
    pub(super) basis: PictureBasis,
    /// How many valid pixels it was fitted to.
    pub(super) pixels: u64,
    /// Of each raster, where they are few enough to be held.
    pub(super) held: Option<Vec<Components>>,
}

fn add(moments: &mut Moments, strip: Strip<'_>, limit: ScaleLimit) -> Result<()> {
    match strip {
        Strip::Pixels(pixels) => moments.add_view(&pixels, limit)?,
        Strip::Means(means) => moments.merge(&Moments::of_rows(rows_of(&means.values.view())?.view())?)?,
    }
    Ok(())
}

fn colour(basis: &PictureBasis, strip: Strip<'_>, zone: Option<u8>) -> Result<Rgba> {
    match strip {
        Strip::Pixels(pixels) => Ok(basis.colour(&pixels, zone)?),
        Strip::Means(means) => {
            let projected = project(basis.colours(), &means.values.view())?;
            Ok(basis.stretch_of(zone).apply(projected.view())?)
        }
    }
}

/// The components of a strip, (rows, cols, components).
fn components(basis: &Basis, strip: Strip<'_>, limit: ScaleLimit) -> Result<Array3<f32>> {
    match strip {
        Strip::Pixels(pixels) => Ok(basis.transform(&pixels, limit)?),
        Strip::Means(means) => project(basis, &means.values.view()),
    }
}

/// Means on the components, (rows, cols, components).
fn project(basis: &Basis, values: &ArrayView3<'_, f32>) -> Result<Array3<f32>> {
    let (rows, cols, _) = values.dim();
    let projected = basis.transform_rows(rows_of(values)?.view())?;
    Ok(projected.mapv(|value| value as f32).into_shape_with_order((rows, cols, basis.len()))?)
}

/// The vectors of a raster one after another.
fn rows_of(values: &ArrayView3<'_, f32>) -> Result<Array2<f32>> {
    let (rows, cols, channels) = values.dim();
    Ok(values.to_owned().into_shape_with_order((rows * cols, channels))?)
}
