//! The grid that is asked for.

use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::{Area, Crs, RasterGrid};

/// On which grid the answer lies.
#[derive(Debug, Args)]
pub(crate) struct GridArgs {
    /// native, EPSG:4326, EPSG:3857, or a UTM zone: EPSG:32601-32660, EPSG:32701-32760
    #[arg(long, value_name = "CRS", default_value = "native")]
    grid: GridName,

    /// Size of a cell of --grid, in its degrees or metres [default: 0.0001 degrees, 10 metres]
    #[arg(long, value_name = "SIZE")]
    resolution: Option<f64>,
}

/// A grid as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GridName {
    /// The pixels as they are.
    Native,
    Crs(Crs),
}

impl FromStr for GridName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("native") {
            return Ok(Self::Native);
        }
        text.parse().map(Self::Crs).map_err(|error| format!("{error}; or native"))
    }
}

impl GridArgs {
    /// Whether the pixels are wanted as they are.
    pub(crate) fn is_native(&self) -> bool {
        self.grid == GridName::Native
    }

    /// Refuses options that do not go together, before anything is opened.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_native() && self.resolution.is_some() {
            bail!("--resolution is that of --grid, and the native grid has pixels of 10 m: say --grid too");
        }
        Ok(())
    }

    /// The grid that covers an area; `None` where the pixels are wanted as they are.
    pub(super) fn covering(&self, area: &Area) -> Result<Option<RasterGrid>> {
        let GridName::Crs(crs) = self.grid else { return Ok(None) };
        // The size of a pixel, about.
        let step = self.resolution.unwrap_or(match crs {
            Crs::LonLat => 0.0001,
            _ => tessera_core::PIXEL_SIZE,
        });
        Ok(Some(RasterGrid::covering(area, crs, step)?))
    }
}
