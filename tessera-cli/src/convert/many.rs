//! All tiles of a year in a box.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use serde_json::json;
use tessera_core::{Archive, Region, ScaleCounts, Source, Tile, TileId, Year};
use tessera_zarr::{StoreArchive, TileStore};

use super::beside;
use super::one::{self, Converted};
use super::{Job, Target};
use crate::exit::{Incomplete, Interrupted, is_passing};
use crate::interrupt;
use crate::place::location;
use crate::progress::Progress;
use crate::report::Report;
use crate::source::{Opened, archive_year};

/// What became of all tiles.
#[derive(Default)]
struct Totals {
    written: u64,
    kept: u64,
    failed: Vec<(TileId, String)>,
    counts: ScaleCounts,
    bytes_in: u64,
    bytes_out: u64,
}

pub(super) fn convert(
    job: &Job<'_>,
    archive: &dyn Archive,
    open: impl Fn(TileId, Year) -> Result<Option<Opened>> + Sync,
    report: &Report,
) -> Result<()> {
    let year = archive_year(archive, job.args.of.year)?;
    let region = job.args.bbox.unwrap_or(Region::WORLD);
    let tiles = archive.tiles_in(year, &region);
    if tiles.is_empty() {
        bail!("{} has no tile of {year} in {region}: it has {}", archive.name(), extent(archive, year));
    }
    let folder = job.args.output.join(year.to_string());
    if !location(&folder)?.is_remote() {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let progress = Progress::new(report, tiles.len(), "tiles");
    let totals = Mutex::new(Totals::default());
    let each = |id: TileId| -> Result<()> {
        interrupt::check()?;
        let done = convert_tile(job, id, year, &open);
        let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
        match done {
            Ok(None) => totals.kept += 1,
            Ok(Some(done)) => {
                if done.counts.rejected() > 0 {
                    progress.note(report, &format!("{id}: {}", one::broken_scales(&done.counts)));
                }
                totals.add(&done);
            }
            // A full disk stops everything: the other tiles would meet it too.
            Err(error) if passes(&error) => return Err(error),
            Err(error) => {
                progress.note(report, &format!("{id}: {error:#}"));
                totals.failed.push((id, format!("{error:#}")));
            }
        }
        progress.step();
        Ok(())
    };
    let result = tiles.clone().into_par_iter().with_max_len(1).try_for_each(each);
    progress.finish();
    let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    totals.tell(job, year, tiles.len(), report);
    result?;
    match totals.failed.len() {
        0 => Ok(()),
        failed => Err(Incomplete { failed, of: tiles.len(), what: "tiles could not be converted" }.into()),
    }
}

fn passes(error: &anyhow::Error) -> bool {
    error.is::<Interrupted>() || error.chain().filter_map(|e| e.downcast_ref()).any(is_passing)
}

/// The box that a year's tiles lie in, in words.
fn extent(archive: &dyn Archive, year: Year) -> String {
    let tiles = archive.tiles(year);
    let edge =
        |edges: fn(TileId) -> f64, pick: fn(f64, f64) -> f64| tiles.iter().map(|t| edges(*t)).reduce(pick);
    let west = edge(|t| t.bounds().min().x, f64::min);
    let south = edge(|t| t.bounds().min().y, f64::min);
    let east = edge(|t| t.bounds().max().x, f64::max);
    let north = edge(|t| t.bounds().max().y, f64::max);
    match (west, south, east, north) {
        (Some(w), Some(s), Some(e), Some(n)) => format!("{} tiles in {w},{s},{e},{n}", tiles.len()),
        _ => "no tiles at all".into(),
    }
}

/// Converts a tile; `None` where its store stands already.
fn convert_tile(
    job: &Job<'_>,
    id: TileId,
    year: Year,
    open: &dyn Fn(TileId, Year) -> Result<Option<Opened>>,
) -> Result<Option<Converted>> {
    let target = Target::new(StoreArchive::path_of(&job.args.output, id, year))?;
    let opened = open(id, year)?.with_context(|| format!("{id} was listed and is gone"))?;
    let tile = opened.as_tile().context("expected one tile")?;
    if !job.args.overwrite
        && let Some(store) = target.there()?
    {
        let path = target.path();
        check_same(job, tile, &store, path)?;
        return match beside::missing(job, &opened, path)? {
            None => Ok(None),
            Some(file) => bail!(
                "{} stands there without {}: say --overwrite to make both anew",
                path.display(),
                file.display()
            ),
        };
    }
    one::write(job, &opened, &target).map(Some)
}

/// An error where the store that stands there is of something else than this tile in this form.
fn check_same(job: &Job<'_>, tile: &dyn Tile, store: &TileStore, path: &Path) -> Result<()> {
    let same = store.id() == tile.id()
        && store.version() == tile.version()
        && store.grid() == tile.grid()
        && store.channels() == tile.channels()
        && store.format() == job.layout.format();
    if !same {
        bail!(
            "{} is a store of another version, grid or format: say --overwrite to replace it",
            path.display()
        );
    }
    Ok(())
}

impl Totals {
    fn add(&mut self, done: &Converted) {
        self.written += 1;
        self.counts += done.counts;
        self.bytes_in += done.report.bytes_in;
        self.bytes_out += done.report.bytes_out;
    }

    fn tell(&self, job: &Job<'_>, year: Year, tiles: usize, report: &Report) {
        let Self { written, kept, failed, counts, bytes_in, bytes_out } = self;
        let text = format!(
            "{}: {written} of {tiles} tiles of {year} written, {kept} stood there already, {} failed\n  \
             pixels  {} valid, {} water, {} no data\n  bytes   {bytes_in} in, {bytes_out} out",
            job.args.output.display(),
            failed.len(),
            counts.valid,
            counts.water,
            counts.no_data,
        );
        let failed: Vec<_> =
            failed.iter().map(|(id, why)| json!({"tile": id.to_string(), "error": why})).collect();
        report.result(
            &text,
            &json!({
                "output": job.args.output, "year": year.number(), "tiles": tiles, "written": written, "kept": kept,
                "failed": failed, "counts": counts, "bytes_in": bytes_in, "bytes_out": bytes_out,
            }),
        );
    }
}
