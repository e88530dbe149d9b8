//! What is known of a zone store.

use anyhow::Result;
use serde_json::{Map, Value, json};
use tessera_core::{Year, Zones};
use tessera_zarr::ZoneStore;

/// Zones, years and layout from the metadata; of each year the shards that are there and the box around them.
pub(super) fn put(out: &mut Map<String, Value>, store: &ZoneStore) -> Result<()> {
    let (zones, years) = (store.zones(), store.years());
    out.insert("version".into(), json!(store.version().to_string()));
    out.insert("channels".into(), json!(store.channels()));
    out.insert("zones".into(), json!(zones));
    out.insert("years".into(), json!(years));
    let arrays = zones.first().map(|zone| store.arrays(*zone)).unwrap_or_default();
    let layout: Vec<_> = arrays.iter().map(ToString::to_string).collect();
    out.insert("layout".into(), json!(layout));
    let mut grids = Map::new();
    for zone in &zones {
        let Some(grid) = store.grid(*zone) else { continue };
        let (crs, transform) = (grid.zone().to_string(), grid.transform());
        let (rows, cols) = (grid.rows(), grid.cols());
        grids.insert(
            zone.to_string(),
            json!({"crs": crs, "rows": rows, "cols": cols, "transform": transform}),
        );
    }
    out.insert("grids".into(), Value::Object(grids));
    let written: Result<Map<String, Value>> =
        years.iter().map(|year| Ok((year.to_string(), written(store, *year)?))).collect();
    out.insert("written".into(), Value::Object(written?));
    Ok(())
}

/// The shards of a year, of embeddings and scales together, their bytes, and where on Earth they lie.
fn written(store: &ZoneStore, year: Year) -> Result<Value> {
    let (mut shards, mut bytes) = (0_u64, 0);
    for zone in store.zones() {
        for shard in store.shards(zone, year)? {
            shards += 1;
            bytes += shard.bytes;
        }
    }
    let boxes: Vec<_> = store.boxes(year).iter().map(ToString::to_string).collect();
    Ok(json!({"shards": shards, "bytes": bytes, "boxes": boxes}))
}
