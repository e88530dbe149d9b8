//! `tessera zone create`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tessera_core::{DatasetVersion, Year};
use tessera_zarr::{Codec, ZoneLayout, ZoneSpec, ZoneWriter};

use super::lists;
use crate::report::Report;

/// Make a store without pixels.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The store to make
    store: PathBuf,

    /// The UTM zones, as in 30,31 or 1-60
    #[arg(long, value_name = "N,M", value_parser = lists::zones)]
    zones: std::vec::Vec<u8>,

    /// The years, as in 2024 or 2017-2024
    #[arg(long, value_name = "A-B", value_parser = lists::years)]
    years: std::vec::Vec<Year>,

    /// The dataset version (v1, v1.1-cam, …): tiles of another are refused
    #[arg(long, value_name = "NAME")]
    dataset: DatasetVersion,

    /// The number of channels of a pixel
    #[arg(long, value_name = "N", default_value_t = tessera_core::CHANNELS)]
    channels: usize,

    /// Edge of an inner chunk in pixels: the least that can be read
    #[arg(long, value_name = "N", default_value_t = 32)]
    inner: u64,

    /// Edge of a shard in pixels, a multiple of the inner edge: the least that is written
    #[arg(long, value_name = "N", default_value_t = 4096)]
    shard: u64,

    /// How inner chunks are compressed: zstd, blosc-zstd, blosc-lz4, gzip or none
    #[arg(long, default_value = "blosc-zstd", value_name = "CODEC")]
    codec: Codec,

    /// Level of the codec
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    level: Option<i64>,
}

pub(super) fn run(args: &CreateArgs, report: &Report) -> Result<()> {
    let codec = match args.level {
        Some(level) => args.codec.with_level(level)?,
        None => args.codec,
    };
    let layout = ZoneLayout::new(args.inner, args.shard)?.codec(codec);
    let spec = ZoneSpec::new(args.dataset.clone())
        .zones(args.zones.iter().copied())
        .years(args.years.iter().copied())
        .channels(args.channels)
        .layout(layout);
    let store = ZoneWriter::create(&args.store, &spec)?;
    tell(&store, report);
    Ok(())
}

/// What a store is.
pub(super) fn tell(store: &ZoneWriter, report: &Report) {
    let years: Vec<_> = store.years().iter().map(|year| year.number()).collect();
    let (inner, shard) = (store.layout().inner_edge(), store.layout().shard_edge());
    let text = format!(
        "{}\nzones    {}\nyears    {}\ndataset  {}\nlayout   inner chunks of {inner} × {inner}, shards of {shard} × {shard}",
        store.name(),
        crate::report::list(store.zones()),
        crate::report::list(&years),
        store.version(),
    );
    report.result(
        &text,
        &json!({
            "store": store.name(), "zones": store.zones(), "years": years, "version": store.version().to_string(),
            "channels": store.channels(), "inner": inner, "shard": shard,
        }),
    );
}
