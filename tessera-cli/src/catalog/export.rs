//! `tessera catalog export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use rayon::prelude::*;
use serde_json::json;
use tessera_core::Region;
use tessera_stac::{ItemError, Site, TileRecord, YearIndex};

use super::Home;
use super::search::chosen::{YearsArgs, site_of};
use super::search::to_stdout;
use crate::convert::Files;
use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;

/// Items that are made before they are written.
const BATCH: usize = 4096;
/// Items that a thread makes at a time.
const PIECE: usize = 256;

/// Write all items as newline-delimited JSON
///
/// One item a line, in the order of the index, which alone is read. The items are to be read elsewhere than in the
/// catalogue: all links are absolute, below its base address, or below its folder on this disk where it has none.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The folder of the catalogue, or its address
    #[arg(value_name = "DIR")]
    catalog: PathBuf,

    /// Write newline-delimited JSON, the one format that there is
    #[arg(long, required = true)]
    ndjson: bool,

    /// The file to write, which appears whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    /// Only tiles that a box in degrees touches; west greater than east crosses the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<Region>,

    #[command(flatten)]
    years: YearsArgs,

    /// The address that the folder of the catalogue will be served from, where it has none
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Replace a file that exists
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &ExportArgs, report: &Report) -> Result<()> {
    let catalog = Home::of(&args.catalog)?.index()?;
    let years = args.years.of(&catalog)?;
    let years = years.into_iter().map(|index| Ok((index, args.site(index)?)));
    let years = years.collect::<Result<Vec<_>>>()?;
    if args.output == Path::new("-") {
        return to_stdout(|out| args.write(&years, out, |_| ()));
    }
    if args.output.exists() && !args.output.is_file() {
        bail!("{} is not a file: only a file is overwritten", args.output.display());
    }
    let total = years.iter().map(|(index, _)| index.coverage().count_in(&args.region())).sum();
    let mut files = Files::new(args.overwrite);
    files.claim(&args.output)?;
    let progress = Progress::new(report, total, "items");
    let bytes = files.add(&args.output, |out| args.write(&years, out, |items| progress.steps(items as u64)));
    progress.finish();
    let bytes = bytes?;
    files.put()?;
    let text = format!("{}: {total} items, {bytes} bytes", args.output.display());
    report.result(&text, &json!({"output": args.output, "items": total, "bytes": bytes}));
    Ok(())
}

impl ExportArgs {
    fn region(&self) -> Region {
        self.bbox.unwrap_or(Region::WORLD)
    }

    fn site(&self, index: &YearIndex) -> Result<Site> {
        match (&self.base_url, index.base_url()) {
            (None, _) => site_of(index, &self.catalog),
            (Some(base), None) => Ok(index.site()?.base_url(base)?),
            (Some(_), Some(known)) => {
                bail!("the links of {} begin with {known}: expected no --base-url", self.catalog.display())
            }
        }
    }

    /// Writes the items, made on all threads.
    fn write(&self, years: &[(&YearIndex, Site)], out: &mut dyn Write, done: impl Fn(usize)) -> Result<()> {
        for (index, site) in years {
            for part in index.parts(&self.region(), site) {
                for batch in part?.chunks(BATCH) {
                    interrupt::check()?;
                    for lines in lines(batch, site)? {
                        out.write_all(&lines)?;
                    }
                    done(batch.len());
                }
            }
        }
        Ok(())
    }
}

/// The items of a batch, a line each.
fn lines(batch: &[TileRecord], site: &Site) -> Result<Vec<Vec<u8>>, ItemError> {
    let piece = |records: &[TileRecord]| {
        let mut lines = Vec::new();
        records.iter().try_for_each(|record| record.write_item_in(site, &mut lines))?;
        Ok(lines)
    };
    batch.par_chunks(PIECE).map(piece).collect()
}
