//! `tessera zone info`.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use tessera_core::{PixelGrid, Zones};
use tessera_io::Location;
use tessera_zarr::ZoneStore;

use crate::report::Report;

/// Say what a zone store holds: zones, years, dataset, layout, and what is written. Any store of the published layouts.
#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    /// The store
    store: Location,
}

pub(super) fn run(args: &InfoArgs, report: &Report) -> Result<()> {
    let store = super::reader(&args.store)?;
    let known = describe(&args.store, &store)?;
    report.result(&text_of(&known), &known);
    Ok(())
}

/// What is known of a zone store.
fn describe(location: &Location, store: &ZoneStore) -> Result<Value> {
    let mut zones = Vec::new();
    for number in store.zones() {
        let mut years = Vec::new();
        for year in store.zone_years(number) {
            let shards = store.shards(number, year)?;
            let bytes: u64 = shards.iter().map(|shard| shard.bytes).sum();
            years.push(json!({"year": year.number(), "objects": shards.len(), "bytes": bytes}));
        }
        let arrays = store.arrays(number).into_iter().map(|array| {
            json!({
                "array": array.array, "codec": array.codec, "chunk": [array.chunk.0, array.chunk.1],
                "shard": array.shard.map(|(rows, cols)| [rows, cols]), "layout": array.to_string(),
            })
        });
        let arrays: Vec<_> = arrays.collect();
        let grid = store.grid(number);
        zones.push(json!({
            "zone": number, "crs": grid.map(|grid| grid.zone().to_string()),
            "shape": grid.map(|grid| [grid.rows(), grid.cols()]), "transform": grid.map(PixelGrid::transform),
            "years": years, "arrays": arrays,
        }));
    }
    Ok(json!({
        "store": location.to_string(), "version": store.version().to_string(), "channels": store.channels(),
        "prefixes": store.depths(), "consolidated": store.is_consolidated(), "zones": zones,
    }))
}

fn text_of(known: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut lines = vec![
        text(&known["store"]),
        format!("dataset   {}", text(&known["version"])),
        format!("channels  {}", known["channels"]),
    ];
    for zone in known["zones"].as_array().into_iter().flatten() {
        let [rows, cols] = [0, 1].map(|at| zone["shape"][at].as_u64().unwrap_or(0));
        lines.push(format!("zone {:<4} {}, {rows} rows × {cols} columns", zone["zone"], text(&zone["crs"])));
        for array in zone["arrays"].as_array().into_iter().flatten() {
            lines.push(format!("  {}", text(&array["layout"])));
        }
        for year in zone["years"].as_array().into_iter().flatten() {
            lines.push(format!("  {}  {} objects, {} bytes", year["year"], year["objects"], year["bytes"]));
        }
    }
    lines.join("\n")
}
