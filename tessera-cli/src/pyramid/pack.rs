//! `tessera pyramid pack`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tessera_io::{MapTiles, PmTilesReport};

use crate::interrupt;
use crate::progress::Progress;
use crate::report::Report;

/// Put a folder of map tiles into one PMTiles archive, which any web server that answers ranges serves.
#[derive(Debug, Args)]
pub(super) struct PackArgs {
    /// A folder that "tessera pyramid build" made
    folder: PathBuf,

    /// The .pmtiles file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &PackArgs, report: &Report) -> Result<()> {
    if args.output.extension().is_none_or(|end| !end.eq_ignore_ascii_case("pmtiles")) {
        bail!("{}: expected a name that ends in .pmtiles", args.output.display());
    }
    let map = MapTiles::open(&args.folder)?;
    let done = pack(&map, &args.output, args.overwrite, report)?;
    let (path, count, bytes) = (&args.output, done.map_tiles, done.bytes);
    let text = format!("{}: {count} map tiles, {bytes} bytes", path.display());
    report.result(&text, &json!({"output": path, "map_tiles": count, "bytes": bytes}));
    Ok(())
}

/// Packs a folder into an archive.
pub(super) fn pack(map: &MapTiles, path: &Path, overwrite: bool, report: &Report) -> Result<PmTilesReport> {
    let mut progress: Option<Progress> = None;
    let packed = map.pack(path, overwrite, &mut |_, all| {
        progress.get_or_insert_with(|| Progress::new(report, all as usize, "map tiles packed")).step();
        if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if let Some(progress) = progress {
        progress.finish();
    }
    interrupt::check()?;
    Ok(packed?)
}
