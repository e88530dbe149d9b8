//! `tessera region`.

mod area;
mod grid;
mod rasters;

pub(crate) use area::AreaArgs;
pub(crate) use grid::GridArgs;
pub(crate) use rasters::{Resampling, rasters};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::{Channels, Fetches, Query, Zones};
use tessera_io::{Location, Traffic};

use crate::channels;
use crate::raster::{self, Asked, OutputArgs};
use crate::remote;
use crate::report::Report;
use crate::source::{self, SourceArgs, with_all_years, year_of};

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
    source: Location,

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

    #[command(flatten)]
    grid: GridArgs,

    /// What a cell of --grid gets
    #[arg(long, value_enum, default_value = "nearest")]
    resampling: Resampling,

    /// Say how many requests would be sent to the server of SOURCE, and how many bytes they would answer with, and write
    /// nothing. The indexes of shards and the scales are read for that
    #[arg(long)]
    plan: bool,
}

pub(crate) fn run(args: &RegionArgs, report: &Report) -> Result<()> {
    args.check()?;
    let area = args.area.area()?;
    let region = area.region();
    let queried = source::open(&args.source, &args.of)?.into_queried(args.of.year)?;
    let zones = queried.zones();
    let year = year_of(zones.get(), args.of.year)?;
    let channels = args.channels.clone().unwrap_or_default();
    let query = Query::new(area, year).channels(channels.clone()).clip(args.clip);
    let (version, before) = (zones.get().version(), remote::traffic());
    let rasters = rasters(&query, zones.get(), &args.grid, args.resampling);
    let rasters = rasters.map_err(|error| with_all_years(error, &args.source, &args.of))?;
    if args.plan {
        let asked = raster::fetches(&args.out, &rasters)?;
        return tell_plan(zones.get(), before, asked, report);
    }
    let depth = rasters.first().map_or(0, |raster| raster.cells.channels());
    let asked = Asked {
        source: zones.get().name(),
        year,
        version,
        channels: channels::numbers(&channels, depth)?,
        bbox: [region.west(), region.south(), region.east(), region.north()],
    };
    raster::write(&args.out, &asked, &rasters, report)
}

impl RegionArgs {
    /// Refuses options that do not go together, before anything is opened.
    fn check(&self) -> Result<()> {
        self.grid.check()?;
        if self.grid.is_native() && self.resampling == Resampling::Mean {
            bail!(
                "--resampling mean is for --grid, as the native grid has the pixels as they are: say --grid too"
            );
        }
        self.out.check(self.resampling == Resampling::Mean)
    }
}

/// Tells what would be asked of a server; some of it was asked before.
fn tell_plan(zones: &dyn Zones, before: Traffic, asked: Option<Fetches>, report: &Report) -> Result<()> {
    let Some(asked) = asked else {
        bail!(
            "{}: what reading it asks is known only when it is read: its arrays are of other layouts",
            zones.name()
        );
    };
    let requests = before.requests - before.retries + asked.requests;
    let bytes = before.bytes_read + asked.bytes;
    let text = format!("{}: {requests} requests, {bytes} bytes", zones.name());
    report.result(&text, &json!({"source": zones.name(), "requests": requests, "bytes": bytes}));
    Ok(())
}
