//! What a shard was made from.

use std::collections::HashSet;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use tessera_core::{ByteRange, ByteRanges, ByteStore, ScaleCounts, ScaleLimit, Stamp, TileId};

use crate::zone_write::inputs::Inputs;

/// Goes up when the same tiles come to give other bytes.
const FORMAT: u32 = 1;

/// No record is as long: hundreds of thousands of tiles in one shard.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// What a shard was made from, and what it is: kept beside the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    format: u32,
    /// False from before the first of the shard's objects is put in its place until after the last.
    complete: bool,
    /// Tells those apart who write a shard at the same time, where no lock keeps them from doing so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<String>,
    /// The limit of the scales that were believed.
    scale_limit: f32,
    tiles: Vec<RecordedTile>,
    /// Tiles that could not be read and are not in it.
    pub(crate) failed: Vec<FailedTile>,
    pub(crate) counts: Counts,
    /// `None` where all of it is fill, so that there is no object.
    pub(crate) embeddings: Option<ObjectRecord>,
    pub(crate) scales: Option<ObjectRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RecordedTile {
    tile: String,
    bytes: u64,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailedTile {
    pub(crate) tile: String,
    pub(crate) why: String,
}

/// Pixels that a tile covers, by status; rejected ones are no data whose scale no writer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) valid: u64,
    pub(crate) water: u64,
    pub(crate) no_data: u64,
    pub(crate) rejected: u64,
}

impl From<ScaleCounts> for Counts {
    fn from(counts: ScaleCounts) -> Self {
        let ScaleCounts { valid, water, no_data, .. } = counts;
        Self { valid, water, no_data, rejected: counts.rejected() }
    }
}

/// Size and BLAKE3 hash of an object, and what its store calls the version that was put there, where it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

impl ObjectRecord {
    /// Whether the bytes are the same, wherever they stand.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.bytes, &self.blake3) == (other.bytes, &other.blake3)
    }

    /// Reads an object and says what it is; `None` where there is none.
    pub(crate) fn of(store: &dyn ByteRanges, object: &str) -> io::Result<Option<Self>> {
        store.forget(object);
        let Some(mut reader) = store.reader(object, ByteRange::All)? else { return Ok(None) };
        let mut hash = blake3::Hasher::new();
        let bytes = io::copy(&mut reader, &mut hash)?;
        Ok(Some(Self { bytes, blake3: hash.finalize().to_hex().to_string(), version: None }))
    }
}

impl Record {
    pub(crate) fn new(
        inputs: &Inputs,
        limit: ScaleLimit,
        failed: Vec<FailedTile>,
        counts: ScaleCounts,
    ) -> Self {
        let tiles = inputs.stamps().map(|(tile, Stamp { bytes, version })| RecordedTile {
            tile: tile.to_string(),
            bytes: *bytes,
            version: version.clone(),
        });
        Self {
            format: FORMAT,
            complete: false,
            attempt: None,
            scale_limit: limit.value(),
            tiles: tiles.collect(),
            failed,
            counts: counts.into(),
            embeddings: None,
            scales: None,
        }
    }

    /// Reads a record as it is now; `None` where there is none, or one that says nothing.
    pub(crate) fn read(records: &dyn ByteRanges, object: &str) -> io::Result<Option<Self>> {
        records.forget(object);
        let Some(reader) = records.reader(object, ByteRange::All)? else { return Ok(None) };
        let mut text = Vec::new();
        reader.take(MAX_BYTES + 1).read_to_end(&mut text)?;
        Ok(if text.len() as u64 > MAX_BYTES { None } else { Self::parse(&text) })
    }

    /// The record of a text; `None` where it says nothing.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// Writes it over the one that is there, whole or not at all.
    pub(crate) fn write(&self, records: &dyn ByteStore, object: &str) -> io::Result<()> {
        records.put(object, &serde_json::to_vec_pretty(self)?)
    }

    /// The same, now that its objects are in their place.
    pub(crate) fn completed(mut self) -> Self {
        self.complete = true;
        self
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether these inputs, read again, would give the same shard.
    pub(crate) fn is_of(&self, inputs: &Inputs, limit: ScaleLimit) -> bool {
        let same = |(recorded, (tile, stamp)): (&RecordedTile, (TileId, &Stamp))| {
            recorded.tile == tile.to_string()
                && (recorded.bytes, &recorded.version) == (stamp.bytes, &stamp.version)
        };
        self.format == FORMAT
            && self.complete
            && self.failed.is_empty()
            && self.scale_limit.to_bits() == limit.value().to_bits()
            && self.tiles.len() == inputs.stamps().count()
            && self.tiles.iter().zip(inputs.stamps()).all(same)
    }

    /// Whether another record is of the same bytes, made from the same tiles: by the same attempt, or by another one.
    pub(crate) fn is_same_shard(&self, other: &Self) -> bool {
        let same = |a: &Option<ObjectRecord>, b: &Option<ObjectRecord>| match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => a.is_same(b),
            _ => false,
        };
        (self.format, &self.tiles, &self.failed) == (other.format, &other.tiles, &other.failed)
            && self.scale_limit.to_bits() == other.scale_limit.to_bits()
            && same(&self.embeddings, &other.embeddings)
            && same(&self.scales, &other.scales)
    }

    /// The tiles that it was to be made from.
    pub(crate) fn tiles(&self) -> impl Iterator<Item = TileId> {
        self.tiles.iter().filter_map(|recorded| recorded.tile.parse().ok())
    }

    /// The tiles that it was made from: those that could be read.
    pub(crate) fn held(&self) -> impl Iterator<Item = TileId> {
        let failed: HashSet<TileId> =
            self.failed.iter().filter_map(|failed| failed.tile.parse().ok()).collect();
        self.tiles().filter(move |tile| !failed.contains(tile))
    }
}

#[cfg(test)]
mod tests {
    use tessera_core::Folder;

    use super::*;

    #[test]
    fn a_record_is_of_the_inputs_it_was_made_from() {
        let dir = tempfile::tempdir().unwrap();
        let records = Folder::new(dir.path());
        let stamp = |bytes| Stamp { bytes, version: "7".into() };
        let tile = |name: &str| name.parse::<TileId>().unwrap();
        let inputs = |bytes| {
            Inputs::from_iter([(tile("grid_0.15_52.05"), stamp(3)), (tile("grid_0.25_52.05"), stamp(bytes))])
        };
        let limit = ScaleLimit::default();
        let record = Record::new(&inputs(5), limit, vec![], ScaleCounts::default());
        let name = "r/1.2.json";
        assert_eq!(Record::read(&records, name).unwrap(), None);
        record.write(&records, name).unwrap();
        let begun = Record::read(&records, name).unwrap().unwrap();
        assert!(begun == record && !begun.is_of(&inputs(5), limit));
        let done = begun.completed();
        assert!(done.is_of(&inputs(5), limit));
        assert!(!done.is_of(&inputs(6), limit) && !done.is_of(&inputs(5), ScaleLimit::new(0.5).unwrap()));
        assert_eq!(done.tiles().count(), 2);
        let failed = FailedTile { tile: "grid_0.25_52.05".into(), why: "truncated".into() };
        assert!(!Record { failed: vec![failed], ..done }.is_of(&inputs(5), limit));
        records.put(name, b"{").unwrap();
        assert_eq!(Record::read(&records, name).unwrap(), None);
    }
}
