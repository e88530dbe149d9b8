//! What a zone store that is there already is.

use std::sync::Arc;

use serde_json::{Map, Value};
use tessera_core::{ByteRange, ByteRanges, ByteStore, Year};

use crate::general::General;
use crate::zone_store::version;
use crate::zone_write::metadata::{documents, group_name};
use crate::{BloscCompressor, Codec, OpenError, ZoneLayout, ZoneSpec, ZoneStoreError};

/// Members of an array's metadata that decide which bytes are written.
const DECISIVE: [&str; 7] =
    ["shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs", "dimension_names"];

/// The specification that a store was made by, and the attributes of its root. A store in any other layout than one that
/// is written here is refused.
pub(crate) fn spec_of(store: &Arc<dyn ByteStore>) -> Result<(ZoneSpec, Map<String, Value>), ZoneStoreError> {
    let name = store.name();
    let refused = |what: &str, got: String, expected: &str| ZoneStoreError::Layout {
        name: name.clone(),
        what: what.to_owned(),
        got,
        expected: expected.to_owned(),
    };
    let mut text = Vec::new();
    store.forget("zarr.json");
    match store.read_into("zarr.json", ByteRange::All, &mut text) {
        Ok(true) => {}
        Ok(false) => return Err(OpenError::NotAStore { name }.into()),
        Err(cause) => return Err(OpenError::Io { name, object: "zarr.json".into(), cause }.into()),
    }
    let invalid = |why: String| OpenError::Metadata { name: name.clone(), object: "zarr.json".into(), why };
    let root: Value = serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?;
    let attributes = root["attributes"].as_object().cloned().unwrap_or_default();
    let all = root["consolidated_metadata"]["metadata"].as_object();
    let all = all.ok_or_else(|| refused("consolidated metadata", "missing".into(), "that of all zones"))?;
    let zones: Vec<u8> = (1..=60).filter(|zone| all.contains_key(&group_name(*zone))).collect();
    let first =
        *zones.first().ok_or_else(|| refused("the groups", "none of a zone".into(), "utm01 … utm60"))?;
    let embeddings = all.get(&format!("{}/embeddings", group_name(first))).cloned().unwrap_or_default();
    let channels = embeddings["shape"][1].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    let layout = layout_of(&embeddings).ok_or_else(|| {
        refused("the layout of embeddings", embeddings["codecs"].to_string(), "inner chunks in shards")
    })?;
    let years =
        years_of(store, first, all).map_err(|why| refused("the array time", why, "ascending years"))?;
    let version = version(&attributes);
    let mut spec = ZoneSpec::new(version).zones(zones).channels(channels).layout(layout);
    spec.years = years;
    for (document, expected) in documents(&spec, Some(&attributes))? {
        let Some(array) = document.strip_suffix("/zarr.json").filter(|name| name.contains('/')) else {
            continue;
        };
        let (_, what) = array.split_once('/').unwrap_or_default();
        // Coordinates may be in other chunks, and a grid mapping need not be there.
        if !matches!(what, "embeddings" | "scales") {
            continue;
        }
        let got = all.get(array).unwrap_or(&Value::Null);
        if let Some(member) = DECISIVE.iter().find(|member| got[**member] != expected[**member]) {
            let (what, expected) = (format!("{member} of {array}"), expected[*member].to_string());
            return Err(refused(&what, got[*member].to_string(), &expected));
        }
    }
    for &zone in &spec.zones {
        let group = &all[&group_name(zone)]["attributes"];
        let expected = crate::zone_write::metadata::lattice(zone)?.transform();
        if group["spatial:transform"] != serde_json::json!(expected) {
            let what = format!("the lattice of {} (spatial:transform)", group_name(zone));
            return Err(refused(&what, group["spatial:transform"].to_string(), &format!("{expected:?}")));
        }
    }
    Ok((spec, attributes))
}

fn layout_of(embeddings: &Value) -> Option<ZoneLayout> {
    let sharding = &embeddings["codecs"][0];
    let inner = sharding["configuration"]["chunk_shape"][2].as_u64()?;
    let shard = embeddings["chunk_grid"]["configuration"]["chunk_shape"][2].as_u64()?;
    let codec = &sharding["configuration"]["codecs"][1];
    let of = &codec["configuration"];
    let level = |key: &str| of[key].as_i64();
    let codec = match codec["name"].as_str() {
        None => Codec::NONE,
        Some("zstd") => Codec::zstd(level("level")?.try_into().ok()?).ok()?,
        Some("gzip") => Codec::gzip(level("level")?.try_into().ok()?).ok()?,
        Some("blosc") => {
            let compressor = match of["cname"].as_str()? {
                "zstd" => BloscCompressor::Zstd,
                "lz4" => BloscCompressor::Lz4,
                _ => return None,
            };
            Codec::blosc(compressor, level("clevel")?.try_into().ok()?).ok()?
        }
        Some(_) => return None,
    };
    Some(ZoneLayout::new(inner, shard).ok()?.codec(codec))
}

/// The years of a zone; those of all zones of a store of ours are the same.
fn years_of(store: &Arc<dyn ByteStore>, zone: u8, all: &Map<String, Value>) -> Result<Vec<Year>, String> {
    let name = format!("{}/time", group_name(zone));
    let metadata = all.get(&name).ok_or("missing")?;
    let length = metadata["shape"][0].as_u64().filter(|n| (1..=1000).contains(n)).ok_or("of no length")?;
    let chunk = metadata["chunk_grid"]["configuration"]["chunk_shape"][0].as_u64().ok_or("without chunks")?;
    // Extended meanwhile, it is another one.
    store.forget(&format!("{name}/c/0"));
    let bytes: Arc<dyn ByteRanges> = Arc::clone(store) as _;
    let array = General::new(bytes, &name, metadata, &[chunk], size_of::<i32>())?;
    let all = 0..length;
    let numbers = array.read::<i32>(std::slice::from_ref(&all))?;
    let year =
        |number: &i32| u16::try_from(*number).ok().and_then(|n| Year::new(n).ok()).ok_or(format!("{number}"));
    numbers.iter().map(year).collect()
}
