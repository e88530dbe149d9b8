//! What is to be shown.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tessera_core::{Channels, DatasetVersion, Query, Year, patch};

use super::PcaArgs;
use crate::raster::{Cells, Held, Raster, WholeTile};
use crate::region::{self, Resampling};
use crate::source::{Opened, with_all_years, year_of};

/// What is shown.
pub(super) struct Shown {
    /// A path.
    pub(super) source: String,
    /// A tile alone need not say it.
    pub(super) year: Option<Year>,
    pub(super) version: DatasetVersion,
}

impl Shown {
    /// What a GeoTIFF says of it.
    pub(super) fn metadata(&self) -> Vec<(String, String)> {
        let year = self.year.map(|year| ("year".to_owned(), year.to_string()));
        year.into_iter().chain([("dataset_version".to_owned(), self.version.to_string())]).collect()
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "source": self.source, "year": self.year.map(Year::number), "dataset_version": self.version.to_string(),
        })
    }
}

/// Works on the rasters that are asked for: a whole tile, a square around a point, or a region.
pub(super) fn with_rasters(
    args: &PcaArgs,
    opened: Opened,
    work: impl FnOnce(&Shown, &[Raster<'_>]) -> Result<()>,
) -> Result<()> {
    if !args.area.is_there() && !args.square.is_there() {
        return work_on_tile(&opened, work);
    }
    let queried = opened.into_queried(args.of.year)?;
    let zones = queried.zones();
    let zones = zones.get();
    let year = year_of(zones, args.of.year)?;
    let shown = Shown { source: zones.name(), year: Some(year), version: zones.version() };
    let rasters = if args.square.is_there() {
        let (point, size) = args.square.square()?;
        let found = patch(zones, year, point, size, &Channels::All, args.memory);
        let (grid, pixels) = found.map_err(|error| with_all_years(error.into(), &args.source, &args.of))?;
        let cells = Cells::Pixels(Box::new(Held::new(grid.into(), pixels)));
        vec![Raster { zones: vec![grid.zone().number()], cells }]
    } else {
        let query = Query::new(args.area.area()?, year).clip(args.clip);
        let rasters = region::rasters(&query, zones, &args.grid, Resampling::Nearest);
        rasters.map_err(|error| with_all_years(error, &args.source, &args.of))?
    };
    work(&shown, &rasters)
}

fn work_on_tile(opened: &Opened, work: impl FnOnce(&Shown, &[Raster<'_>]) -> Result<()>) -> Result<()> {
    let Some(tile) = opened.as_tile() else {
        let what = if matches!(opened, Opened::ZoneStore(_)) { "a zone store" } else { "a folder of tiles" };
        bail!(
            "expected one tile, got {what}: say what of it to show, by --bbox, --geojson, or --at and --size"
        );
    };
    let shown = Shown { source: tile.name(), year: tile.year(), version: tile.version().clone() };
    let raster = Raster { zones: vec![tile.grid().zone().number()], cells: Cells::Tile(WholeTile(tile)) };
    work(&shown, &[raster])
}
