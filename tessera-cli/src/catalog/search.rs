//! `tessera catalog search`.

pub(super) mod chosen;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use tessera_core::{Region, TileId};
use tessera_stac::{Location, Site, TileRecord, YearIndex};

use crate::catalog::Home;
use crate::interrupt;
use crate::report::Report;
use chosen::{YearsArgs, site_of};

/// Find the tiles that a box touches
///
/// Only the index is read. A line for each tile has its id and where its data lies, tab-separated: paths on this disk, or
/// addresses. With --json it is a FeatureCollection of STAC items, whose links are all absolute.
#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// The folder of the catalogue, or its address
    #[arg(value_name = "DIR")]
    catalog: PathBuf,

    /// A box in degrees; west greater than east crosses the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Region,

    #[command(flatten)]
    years: YearsArgs,

    /// Tiles to show, at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

pub(super) fn run(args: &SearchArgs, report: &Report) -> Result<()> {
    let catalog = Home::of(&args.catalog)?.index()?;
    let years = args.years.of(&catalog)?;
    let matched: usize = years.iter().map(|index| index.coverage().count_in(&args.bbox)).sum();
    let returned = matched.min(args.limit);
    if report.is_json() {
        let all = format!(
            r#"{{"type":"FeatureCollection","numberMatched":{matched},"numberReturned":{returned},"features":["#
        );
        to_stdout(|out| {
            out.write_all(all.as_bytes())?;
            let mut separator: &[u8] = b"";
            let mut item = Vec::new();
            each(args, &years, |record, site| {
                item.clear();
                record.write_item_in(site, &mut item)?;
                out.write_all(separator)?;
                separator = b",";
                Ok(out.write_all(item.trim_ascii_end())?)
            })?;
            Ok(out.write_all(b"]}\n")?)
        })?;
    } else if report.shows_progress() {
        to_stdout(|out| each(args, &years, |record, _| Ok(writeln!(out, "{}", line(record))?)))?;
    }
    if returned < matched {
        report.note(&format!("{returned} of {matched} tiles shown: --limit shows more"));
    } else if matched == 0 {
        report.note(&format!("no tile of {} touches the box {}", args.catalog.display(), args.bbox));
    }
    Ok(())
}

/// Goes through the tiles that are shown, each with the site of its item.
fn each(
    args: &SearchArgs,
    years: &[&YearIndex],
    mut show: impl FnMut(&TileRecord, &Site) -> Result<()>,
) -> Result<()> {
    let tiles =
        years.iter().flat_map(|index| index.tiles_after(None, &args.bbox).map(move |tile| (*index, tile)));
    let mut site = None;
    for (index, tile) in tiles.take(args.limit) {
        interrupt::check()?;
        let site = match &mut site {
            Some((year, site)) if *year == index.year() => site,
            other => &mut other.insert((index.year(), site_of(index, &args.catalog)?)).1,
        };
        let record = index.record(tile, site)?.with_context(|| gone(tile))?;
        show(&record, site)?;
    }
    Ok(())
}

fn gone(tile: TileId) -> String {
    format!("{tile} is in the coverage bitmap and not in the index")
}

/// The id of an item, and where its data lies.
fn line(record: &TileRecord) -> String {
    let mut line = record.id();
    for (_, location) in record.data() {
        line.push('\t');
        line.push_str(&place(location));
    }
    line
}

/// A path on this disk, as other commands take it, or an address.
fn place(location: &Location) -> String {
    let path = location.to_path();
    path.and_then(|path| path.into_os_string().into_string().ok()).unwrap_or_else(|| location.to_string())
}

/// Writes to standard output; a reader that has read enough is no error.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    // What is left in the buffer of one that is gone is not tried again.
    let _ = out.into_parts();
    match written {
        Err(error) if is_gone(&error) => Ok(()),
        written => written,
    }
}

fn is_gone(error: &anyhow::Error) -> bool {
    let gone = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref::<io::Error>().is_some_and(gone)
}
