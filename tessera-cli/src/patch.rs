//! `tessera patch`.

use anyhow::{Context, Result};
use clap::Args;
use tessera_core::{Channels, patch};
use tessera_io::Location;

use crate::channels;
use crate::raster::{self, Asked, Cells, Held, OutputArgs, Raster};
use crate::report::Report;
use crate::source::{self, SourceArgs, with_all_years, year_of};

/// Read a square of pixels around a point, across the borders of UTM zones.
///
/// It lies on the 10 m grid of the zone of the point. The pixel of the point is the one in the middle; of an even number,
/// the one south-east of the middle. Pixels beyond a border of the zone are the nearest ones of the zone that they lie in.
#[derive(Debug, Args)]
pub(crate) struct PatchArgs {
    /// A zone store, a folder of tiles or of tile stores, or one tile or tile store
    source: Location,

    #[command(flatten)]
    square: SquareArgs,

    #[command(flatten)]
    out: OutputArgs,

    #[command(flatten)]
    of: SourceArgs,

    /// The channels, as in 0-15 or 0,3,7 [default: all]
    #[arg(long, value_name = "LIST", value_parser = channels::parse)]
    channels: Option<Channels>,
}

/// Which square is asked for.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SquareArgs {
    /// The point in degrees
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true, value_parser = point, requires = "size")]
    at: Option<(f64, f64)>,

    /// The longitude of the point, in place of --at
    #[arg(long, value_name = "DEGREES", allow_hyphen_values = true, requires_all = ["lat", "size"], conflicts_with = "at")]
    lon: Option<f64>,

    /// The latitude of the point, in place of --at
    #[arg(long, value_name = "DEGREES", allow_hyphen_values = true, requires = "lon", conflicts_with = "at")]
    lat: Option<f64>,

    /// Rows and columns
    #[arg(long, value_name = "N")]
    size: Option<usize>,
}

impl SquareArgs {
    /// Whether any of it is said.
    pub(crate) fn is_there(&self) -> bool {
        self.size.is_some()
    }

    /// The point, and the rows and columns.
    pub(crate) fn square(&self) -> Result<((f64, f64), usize)> {
        let point = self.at.or(self.lon.zip(self.lat));
        let (point, size) =
            point.zip(self.size).context("expected --size beside --at, or beside --lon and --lat")?;
        Ok((on_earth(point).map_err(anyhow::Error::msg)?, size))
    }
}

pub(crate) fn run(args: &PatchArgs, report: &Report) -> Result<()> {
    args.out.check(false)?;
    let (point, size) = args.square.square()?;
    let queried = source::open(&args.source, &args.of)?.into_queried(args.of.year)?;
    let zones = queried.zones();
    let year = year_of(zones.get(), args.of.year)?;
    let channels = args.channels.clone().unwrap_or_default();
    let found = patch(zones.get(), year, point, size, &channels, args.out.memory);
    let (grid, pixels) = found.map_err(|error| with_all_years(error.into(), &args.source, &args.of))?;
    let bounds = grid.lon_lat_bounds()?;
    let asked = Asked {
        source: zones.get().name(),
        year,
        version: zones.get().version(),
        channels: channels::numbers(&channels, pixels.view().dim().2)?,
        bbox: [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y],
    };
    let cells = Cells::Pixels(Box::new(Held::new(grid.into(), pixels)));
    raster::write(&args.out, &asked, &[Raster { zones: vec![grid.zone().number()], cells }], report)
}

/// A point as in `0.15,52.05`.
fn point(text: &str) -> Result<(f64, f64), String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[lon, lat]) => on_earth((lon, lat)),
        _ => Err(format!("{text:?} is not a point: expected LON,LAT in degrees, as in 0.15,52.05")),
    }
}

fn on_earth((lon, lat): (f64, f64)) -> Result<(f64, f64), String> {
    if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) {
        return Ok((lon, lat));
    }
    Err(format!(
        "{lon}, {lat} is not a point on Earth: expected longitudes of -180 to 180 and latitudes of -90 to 90"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_on_earth() {
        assert_eq!(point("-0.5, 52"), Ok((-0.5, 52.0)));
        for text in ["", "1", "1,2,3", "a,1", "181,0", "0,91", "nan,0"] {
            assert!(point(text).is_err(), "{text}");
        }
    }
}
