//! `tessera region`.

mod area;
mod grid;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use tessera_core::{Area, Channels, Query, RasterGrid, Zones};

use crate::channels;
use crate::raster::{self, Asked, Cells, OutputArgs, Raster};
use crate::report::Report;
use crate::source::{self, SourceArgs, with_all_years, year_of};
use area::AreaArgs;
use grid::GridName;

/// Read a box or polygon of a year, across tiles and UTM zones.
///
/// The pixels are as they are, on the 10 m grid of their UTM zone: the smallest rectangle that holds every pixel whose centre
/// lies in the area. An area in several zones gives a file for each, with _utm30 and so on in its name. With --grid it is
/// one raster on another grid, each cell with the pixel that contains its centre; a vector is never interpolated.
///
/// It is read and written strip by strip within --memory, and all files appear or none.
#[derive(Debug, Args)]
pub(crate) struct RegionArgs {
    /// A zone store, a folder of tiles or of tile stores, or one tile or tile store
    source: PathBuf,

    #[command(flatten)]
    area: AreaArgs,

    #[command(flatten)]
    out: OutputArgs,

    #[command(flatten)]
    of: SourceArgs,

    /// The channels, as in 0-15 or 0,3,7 [default: all]
    #[arg(long, value_name = "LIST", value_parser = channels::parse)]
    channels: Option<Channels>,

    /// Make no data of what lies outside the area
    #[arg(long)]
    clip: bool,

    /// native, EPSG:4326, EPSG:3857, or a UTM zone: EPSG:32601-32660, EPSG:32701-32760
    #[arg(long, value_name = "CRS", default_value = "native")]
    grid: GridName,

    /// Size of a cell of --grid, in its degrees or metres [default: 0.0001 degrees, 10 metres]
    #[arg(long, value_name = "SIZE")]
    resolution: Option<f64>,

    /// What a cell of --grid gets
    #[arg(long, value_enum, default_value = "nearest")]
    resampling: Resampling,
}

/// What a cell of another grid gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Resampling {
    /// The pixel that contains the centre of the cell
    Nearest,
    /// The mean of the vectors of all pixels whose centres lie in the cell, with their number: float32
    Mean,
}

pub(crate) fn run(args: &RegionArgs, report: &Report) -> Result<()> {
    args.check()?;
    let area = args.area.area()?;
    let region = area.region();
    let queried = source::open(&args.source, &args.of)?.into_queried(args.of.year)?;
    let zones = queried.zones();
    let year = year_of(zones.get(), args.of.year)?;
    let channels = args.channels.clone().unwrap_or_default();
    let query = Query::new(area.clone(), year).channels(channels.clone()).clip(args.clip);
    let rasters = args.rasters(&query, zones.get(), &area);
    let rasters = rasters.map_err(|error| with_all_years(error, &args.source, &args.of))?;
    let depth = rasters.first().map_or(0, |raster| raster.cells.channels());
    let asked = Asked {
        source: zones.get().name(),
        year,
        version: zones.get().version(),
        channels: channels::numbers(&channels, depth)?,
        bbox: [region.west(), region.south(), region.east(), region.north()],
    };
    raster::write(&args.out, &asked, &rasters, report)
}

impl RegionArgs {
    /// Refuses options that do not go together, before anything is opened.
    fn check(&self) -> Result<()> {
        if self.grid == GridName::Native {
            if self.resolution.is_some() {
                bail!(
                    "--resolution is that of --grid, and the native grid has pixels of 10 m: say --grid too"
                );
            }
            if self.resampling == Resampling::Mean {
                bail!(
                    "--resampling mean is for --grid, as the native grid has the pixels as they are: say --grid too"
                );
            }
        }
        self.out.check(self.resampling == Resampling::Mean)
    }

    fn rasters<'z>(&self, query: &Query, zones: &'z dyn Zones, area: &Area) -> Result<Vec<Raster<'z>>> {
        let GridName::Crs(crs) = self.grid else {
            let parts = query.native(zones)?;
            let raster = |part: tessera_core::ZonePart<'z>| Raster {
                zones: vec![part.number()],
                cells: Cells::Pixels(Box::new(part)),
            };
            return same_depth(parts.into_iter().map(raster).collect());
        };
        let grid =
            RasterGrid::covering(area, crs, self.resolution.unwrap_or_else(|| grid::default_step(crs)))?;
        let cells = match self.resampling {
            Resampling::Nearest => Cells::Pixels(Box::new(query.nearest(zones, grid)?)),
            Resampling::Mean => Cells::Means(Box::new(query.mean(zones, grid)?)),
        };
        Ok(vec![Raster { zones: area.zones(), cells }])
    }
}

/// Refuses zones that differ in their channels: their pixels are not of one dataset.
fn same_depth(rasters: Vec<Raster<'_>>) -> Result<Vec<Raster<'_>>> {
    let depth = |raster: &Raster<'_>| raster.cells.channels();
    for pair in rasters.windows(2) {
        if depth(&pair[0]) != depth(&pair[1]) {
            bail!(
                "UTM zones {:?} and {:?} have {} and {} channels: expected the same",
                pair[0].zones,
                pair[1].zones,
                depth(&pair[0]),
                depth(&pair[1])
            );
        }
    }
    Ok(rasters)
}
