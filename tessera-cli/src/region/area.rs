//! The area that is asked for.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use tessera_core::{Area, Region};

/// Where is asked.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct AreaArgs {
    /// A box in degrees; west greater than east crosses the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<Region>,

    /// The polygons of a GeoJSON file
    #[arg(long, value_name = "FILE")]
    geojson: Option<PathBuf>,
}

impl AreaArgs {
    /// Whether an area is asked for.
    pub(crate) fn is_there(&self) -> bool {
        self.bbox.is_some() || self.geojson.is_some()
    }

    pub(crate) fn area(&self) -> Result<Area> {
        if let Some(region) = self.bbox {
            return Ok(region.into());
        }
        let path = self.geojson.as_ref().context("expected --bbox or --geojson")?;
        let polygons = tessera_io::read_geojson(path)?;
        Area::polygons(&polygons).with_context(|| path.display().to_string())
    }
}
