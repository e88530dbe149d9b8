//! `tessera zone verify`.

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_core::Year;
use tessera_io::Location;
use tessera_zarr::VerifyOptions;

use super::lists;
use crate::exit::Incomplete;
use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;
use crate::source::{self, SourceArgs};

/// Check a store: decode every inner chunk, compare every object with the hash recorded beside the store, and, with
/// --archive, pixels of each shard with the tiles. Lists what is wrong (exit code 3).
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The store
    store: Location,

    /// The archive that the store was filled from
    #[arg(long, value_name = "ARCHIVE")]
    archive: Option<Location>,

    /// Pixels of each shard to compare with the archive
    #[arg(long, value_name = "N", default_value_t = 1000)]
    samples: usize,

    /// Only these UTM zones, as in 30,31
    #[arg(long, value_name = "N,M", value_parser = lists::zones)]
    zones: Option<std::vec::Vec<u8>>,

    #[command(flatten)]
    of: SourceArgs,
}

pub(super) fn run(args: &VerifyArgs, report: &Report) -> Result<()> {
    let store = super::writer(&args.store)?;
    let opened = args.archive.as_ref().map(|path| source::open(path, &args.of)).transpose()?;
    let archive = opened.as_ref().map(|opened| match opened.as_archive() {
        Some(archive) => Ok(archive),
        None => bail!("--archive is one tile: expected a folder of tiles"),
    });
    let archive = archive.transpose()?;
    let zones = args.zones.clone().unwrap_or_else(|| store.zones().to_vec());
    let years: Vec<Year> = match (args.of.year, archive) {
        (Some(year), _) => vec![year],
        // Shards of other years cannot be compared with it.
        (None, Some(archive)) => {
            store.years().iter().copied().filter(|year| archive.years().contains(year)).collect()
        }
        (None, None) => store.years().to_vec(),
    };
    let mut options = VerifyOptions::default().zones(zones.clone()).years(years.clone());
    if let Some(archive) = archive {
        options = options.archive(archive, args.samples);
    }
    let stored = super::reader(&args.store)?;
    let (mut objects, mut bytes) = (0, 0);
    for (zone, year) in zones.iter().flat_map(|zone| years.iter().map(move |year| (*zone, *year))) {
        for shard in stored.shards(zone, year)? {
            (objects, bytes) = (objects + 1, bytes + shard.bytes);
        }
    }
    let progress = Progress::of_bytes(report, objects, "objects", bytes);
    let told = |shard: &tessera_zarr::StoredShard| {
        progress.bytes(shard.bytes);
        progress.step();
    };
    let found = store.verify(&options, &told, &|| interrupt::check().is_err());
    progress.finish();
    interrupt::check()?;
    let found = found?;
    for problem in &found.problems {
        report.note(&problem.to_string());
    }
    let text = format!(
        "{}: {} objects with {} inner chunks decoded, {} compared with the hash recorded, {} not recorded, {} pixels compared \
         with tiles, {} problems",
        args.store,
        found.objects,
        found.chunks,
        found.hashes,
        found.unrecorded,
        found.pixels,
        found.problems.len(),
    );
    let problems: Vec<_> = found.problems.iter().map(|p| json!({"what": p.what, "why": p.why})).collect();
    report.result(
        &text,
        &json!({
            "store": args.store.to_string(), "objects": found.objects, "chunks": found.chunks, "hashes": found.hashes,
            "unrecorded": found.unrecorded, "pixels": found.pixels, "problems": problems,
        }),
    );
    match found.problems.len() {
        0 => Ok(()),
        failed => {
            let of = found.objects as usize;
            Err(Incomplete {
                failed,
                of,
                what: "problems and objects: fill what is damaged again (delete it first)",
            }
            .into())
        }
    }
}
