//! What was written.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tessera_core::{RasterGrid, ScaleCounts};

use super::Raster;
use crate::report::list;

/// What a raster was written to.
pub(super) struct Written {
    /// The names of its files; the first is the one that was asked for.
    pub(super) files: Vec<PathBuf>,
    pub(super) counts: ScaleCounts,
    /// Bytes of all files.
    pub(super) bytes: u64,
    grid: RasterGrid,
    channels: usize,
    zones: Vec<u8>,
    /// What is counted: pixels, or cells with the mean of several.
    counted: &'static str,
}

impl Written {
    pub(super) fn new(raster: &Raster<'_>, files: Vec<PathBuf>, counts: ScaleCounts, bytes: u64) -> Self {
        let Raster { zones, cells } = raster;
        let counted = if cells.are_means() { "cells " } else { "pixels" };
        let (grid, channels) = (cells.grid(), cells.channels());
        Self { files, counts, bytes, grid, channels, zones: zones.clone(), counted }
    }

    /// In words; the files are in `folder`.
    pub(super) fn text(&self, folder: &Path) -> String {
        let files: Vec<_> = self.files.iter().map(|name| folder.join(name).display().to_string()).collect();
        let Self { counts, bytes, grid, channels, zones, counted, .. } = self;
        format!(
            "{}\n  crs     {}\n  shape   {} rows × {} columns × {channels} channels\n  zones   {}\n  \
             {counted}  {} valid, {} water, {} no data\n  bytes   {bytes}",
            files.join("\n"),
            grid.crs(),
            grid.rows(),
            grid.cols(),
            list(zones),
            counts.valid,
            counts.water,
            counts.no_data,
        )
    }

    /// A picture in a line; the file is in `folder`.
    pub(super) fn picture_text(&self, folder: &Path) -> String {
        let name = self.files.first().map(|name| folder.join(name).display().to_string()).unwrap_or_default();
        let (rows, cols) = self.shape();
        format!("{name}: {cols} × {rows} pixels, {} of them valid", self.counts.valid)
    }

    /// Rows and columns.
    pub(super) fn shape(&self) -> (usize, usize) {
        (self.grid.rows(), self.grid.cols())
    }

    pub(super) fn json(&self, folder: &Path) -> Value {
        let files: Vec<_> = self.files.iter().map(|name| folder.join(name)).collect();
        let Self { counts, bytes, grid, channels, zones, .. } = self;
        json!({
            "file": files.first(), "beside": files.get(1..), "crs": grid.crs().to_string(),
            "shape": [grid.rows(), grid.cols(), channels], "transform": grid.transform(), "zones": zones,
            "counts": counts, "bytes": bytes,
        })
    }
}
