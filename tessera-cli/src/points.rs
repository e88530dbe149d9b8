//! `tessera points`.

mod batch;
mod years;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tessera_core::{Channels, PointStatus, ScaleLimit, points};
use tessera_io::{Location, PointTable, TableSpec, TableWriter};

use crate::channels;
use crate::interrupt;
use crate::place::OneFile;
use crate::progress::Progress;
use crate::report::{Report, list};
use crate::source::{self, Queried, SourceArgs};
use batch::Batch;
use years::YearsName;

/// Read the pixels that contain the points of a CSV file.
///
/// The CSV has columns lon and lat (or longitude and latitude, or x and y) in degrees; all others are kept. A row of the
/// result has them, then lon, lat, year, status (valid, water, nodata or outside) and band_0, band_1 and so on, float32,
/// which are empty where the pixel is not valid. Several years give a row each.
#[derive(Debug, Args)]
pub(crate) struct PointsArgs {
    /// A zone store, a folder of tiles or of tile stores, or one tile or tile store
    source: Location,

    /// The points: a CSV file with a header
    points: PathBuf,

    /// The table to write: .csv or .parquet
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Several years: all, or a list as in 2017-2020,2024
    #[arg(long, value_name = "all|A-B", conflicts_with = "year")]
    years: Option<YearsName>,

    /// The channels, as in 0-15 or 0,3,7 [default: all]
    #[arg(long, value_name = "LIST", value_parser = channels::parse)]
    channels: Option<Channels>,

    /// Replace a table that exists
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &PointsArgs, report: &Report) -> Result<()> {
    let out = OneFile::begin(&args.output, args.overwrite)?;
    let table = PointTable::read(&args.points)?;
    let queried = source::open(&args.source, &args.of)?.into_queried(args.of.year)?;
    let zones = queried.zones();
    let years = years::chosen(args.years.as_ref(), args.of.year, zones.get())?;
    let channels = args.channels.clone().unwrap_or_default();
    let depth = match &queried {
        Queried::Store(store) => channels.resolve(store.channels())?.len(),
        // One point tells how many channels there are.
        Queried::Archive(_) => {
            let first = [(table.lon()[0], table.lat()[0])];
            points(zones.get(), years[0], &first, &channels, ScaleLimit::default())?.values().ncols()
        }
    };
    let numbers = channels::numbers(&channels, depth)?;
    let spec = TableSpec { extra: table.extra_names().to_vec(), channels: numbers.clone() };
    let mut writer = TableWriter::create(out.path(), spec, args.overwrite)?;
    let size = batch::size(depth, years.len());
    let progress = Progress::new(report, table.len(), "points");
    let mut counts = Counts::default();
    for start in (0..table.len()).step_by(size) {
        interrupt::check()?;
        let range = start..table.len().min(start + size);
        let batch = Batch::read(zones.get(), &table, range.clone(), &years, &channels)?;
        batch.status().for_each(|status| counts.add(status));
        writer.append(&batch.rows())?;
        progress.steps(range.len() as u64);
    }
    progress.finish();
    let written = writer.finish()?;
    out.send()?;
    let Counts { valid, water, no_data, outside } = counts;
    let text = format!(
        "{}\n  rows    {}, of {} points\n  years   {}\n  pixels  {valid} valid, {water} water, {no_data} no data, \
         {outside} outside of all that there is\n  bytes   {}",
        args.output.display(),
        written.rows,
        table.len(),
        list(&years),
        written.bytes,
    );
    report.result(
        &text,
        &json!({
            "output": args.output, "rows": written.rows, "points": table.len(), "years": years, "channels": numbers,
            "counts": {"valid": valid, "water": water, "no_data": no_data, "outside": outside},
            "bytes": written.bytes,
        }),
    );
    Ok(())
}

/// How many rows there are of each kind.
#[derive(Default)]
struct Counts {
    valid: u64,
    water: u64,
    no_data: u64,
    outside: u64,
}

impl Counts {
    fn add(&mut self, status: PointStatus) {
        match status {
            PointStatus::Valid => self.valid += 1,
            PointStatus::Water => self.water += 1,
            PointStatus::NoData => self.no_data += 1,
            PointStatus::Outside => self.outside += 1,
        }
    }
}
