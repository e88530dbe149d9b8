//! `tessera zone fill`.

use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::{MemoryBudget, MosaicError, ScaleLimit, Year};
use tessera_io::Location;
use tessera_zarr::{FillEvent, FillOptions, FillReport, FillState, ZoneFillError, ZoneUnit, ZoneWriter};

use super::lists;
use crate::exit::{Incomplete, is_passing};
use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;
use crate::source::{self, SourceArgs};

/// Fill the shards of a year from an archive of tiles: those that are missing or have changed.
///
/// Killed or stopped, the same command goes on where it was. A tile that cannot be read is named and left out (exit code
/// 3); mend it and run the command again. Several processes may fill one store.
#[derive(Debug, Args)]
pub(super) struct FillArgs {
    /// The store
    store: Location,

    /// A folder of tiles by year, or of tile stores
    archive: Location,

    /// The UTM zones, as in 30,31 [default: all that the store has]
    #[arg(long, value_name = "N,M", value_parser = lists::zones)]
    zones: Option<std::vec::Vec<u8>>,

    #[command(flatten)]
    of: SourceArgs,

    /// Memory to use, in MiB unless said otherwise
    #[arg(long, value_name = "SIZE", default_value = "512")]
    memory: MemoryBudget,

    /// Scales at this limit or above are not believed
    #[arg(long, value_name = "SCALE", default_value_t = 1.0)]
    scale_limit: f32,

    /// Leave out of a shard the tiles that it holds and the archive no longer has
    #[arg(long)]
    prune: bool,

    /// Write anew shards of which nothing says what is in them
    #[arg(long)]
    overwrite: bool,

    /// Do not wait for the disk: faster, but a crash of the machine can leave empty objects
    #[arg(long)]
    no_sync: bool,
}

pub(super) fn run(args: &FillArgs, report: &Report) -> Result<()> {
    let store = super::writer(&args.store)?;
    let opened = source::open(&args.archive, &args.of)?;
    let Some(archive) = opened.as_archive() else {
        bail!("{} is one tile: expected a folder of tiles", args.archive);
    };
    let year = source::archive_year(archive, args.of.year)?;
    let units = store.plan(archive, year, args.zones.as_deref())?;
    if units.is_empty() {
        bail!(
            "{} has no tile of {year} in zones {}: it has {} tiles of that year",
            archive.name(),
            crate::report::list(args.zones.as_deref().unwrap_or(store.zones())),
            archive.tiles(year).len()
        );
    }
    let options = FillOptions::default()
        .limit(ScaleLimit::new(args.scale_limit)?)
        .memory(args.memory.bytes())
        .prune(args.prune)
        .overwrite(args.overwrite)
        .sync(!args.no_sync);
    let edge = store.layout().shard_edge();
    let unit_bytes = edge * edge * (store.channels() as u64 + 4);
    let progress = Progress::of_bytes(report, units.len(), "shards", unit_bytes * units.len() as u64);
    let troubles = Mutex::new(Troubles::default());
    let told = |event: FillEvent<'_>| match event {
        FillEvent::Bytes(bytes) => progress.bytes(bytes),
        FillEvent::Unit(done) => {
            let mut troubles = troubles.lock().unwrap_or_else(PoisonError::into_inner);
            for (tile, why) in &done.failed {
                progress.note(report, &format!("{}: {tile} is left out: {why}", done.unit));
                troubles.tiles.push((done.unit.to_string(), tile.to_string(), why.clone()));
            }
            if let FillState::Failed(error) = &done.state {
                troubles.shard(&done.unit, error);
                if !matches!(error, ZoneFillError::Stopped { .. }) {
                    progress.note(report, &format!("{}: {error}", done.unit));
                }
            }
            progress.step();
        }
        _ => {}
    };
    let done = store.fill(archive, &units, &options, &told, &|| interrupt::check().is_err());
    progress.finish();
    let troubles = troubles.into_inner().unwrap_or_else(PoisonError::into_inner);
    let done = done?;
    tell(&store, year, units.len(), &done, &troubles, report);
    interrupt::check()?;
    if let Some(error) = troubles.passing {
        return Err(error);
    }
    if done.failed > 0 {
        return Err(Incomplete {
            failed: done.failed as usize,
            of: units.len(),
            what: "shards could not be filled",
        }
        .into());
    }
    let mut tiles: Vec<_> = troubles.tiles.iter().map(|(_, tile, _)| tile).collect();
    tiles.sort_unstable();
    tiles.dedup();
    match tiles.len() {
        0 => Ok(()),
        failed => {
            let mut all: Vec<_> = units.iter().flat_map(|unit| &unit.tiles).collect();
            all.sort_unstable();
            all.dedup();
            Err(Incomplete { failed, of: all.len(), what: "tiles could not be read" }.into())
        }
    }
}

/// What went wrong with shards and tiles.
#[derive(Default)]
struct Troubles {
    /// Shard, tile, why.
    tiles: Vec<(String, String, String)>,
    shards: Vec<(String, String)>,
    /// The first error that may be gone another time.
    passing: Option<anyhow::Error>,
}

impl Troubles {
    fn shard(&mut self, unit: &ZoneUnit, error: &ZoneFillError) {
        if let ZoneFillError::Stopped { .. } = error {
            return;
        }
        self.shards.push((unit.to_string(), error.to_string()));
        if let ZoneFillError::Mosaic(MosaicError::Tile { cause, .. }) = error
            && cause.may_pass()
            && self.passing.is_none()
        {
            let again = std::io::Error::new(std::io::ErrorKind::TimedOut, error.to_string());
            self.passing = Some(anyhow::Error::new(again).context(format!("{unit} was not filled")));
        }
        if let ZoneFillError::Io { object, cause } = error
            && is_passing(cause)
            && self.passing.is_none()
        {
            let again = std::io::Error::new(cause.kind(), cause.to_string());
            self.passing = Some(anyhow::Error::new(again).context(format!("cannot write {object}")));
        }
    }
}

fn tell(
    store: &ZoneWriter,
    year: Year,
    units: usize,
    done: &FillReport,
    troubles: &Troubles,
    report: &Report,
) {
    let FillReport { written, unchanged, failed, counts, bytes, .. } = done;
    let text = format!(
        "{}: {written} of {units} shards of {year} written, {unchanged} were there already, {failed} failed\n  \
         pixels  {} valid, {} water, {} no data ({} of them with scales that cannot be meant)\n  bytes   {bytes}",
        store.name(),
        counts.valid,
        counts.water,
        counts.no_data,
        counts.rejected(),
    );
    let tiles: Vec<_> = troubles
        .tiles
        .iter()
        .map(|(shard, tile, why)| json!({"shard": shard, "tile": tile, "error": why}))
        .collect();
    let shards: Vec<_> =
        troubles.shards.iter().map(|(shard, why)| json!({"shard": shard, "error": why})).collect();
    report.result(
        &text,
        &json!({
            "store": store.name(), "year": year.number(), "shards": units, "written": written, "unchanged": unchanged,
            "failed": shards, "failed_tiles": tiles, "counts": counts, "bytes": bytes,
        }),
    );
}
