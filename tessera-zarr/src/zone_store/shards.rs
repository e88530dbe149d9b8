//! Which parts of a zone are stored.

use tessera_core::{Stamp, Window, Year};

use super::ZoneStore;
use crate::ReadError;

/// A part of a zone that is written as a whole: the pixels of a shard of its embeddings, or of a chunk where there are no
/// shards.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneShard {
    /// Its pixels in the raster of the zone, which [`ZoneStore::source`] reads.
    pub window: Window,
    /// The names in the store of all objects that hold embeddings or scales of them. Where none of these has changed, no
    /// pixel has.
    pub objects: Vec<String>,
    /// Bytes of these objects together.
    pub bytes: u64,
    /// What tells whether any of these objects has changed, where the store tells that of all: their bytes together, and
    /// their versions in the order of the objects with a space between.
    pub stamp: Option<Stamp>,
}

impl ZoneStore {
    /// The parts of a zone that are stored in a year, in the order of their objects; none where the store does not have
    /// the zone or the year. Between them there are no pixels.
    ///
    /// # Errors
    /// As [`shards`](Self::shards).
    pub fn zone_shards(&self, zone: u8, year: Year) -> Result<Vec<ZoneShard>, ReadError> {
        let stored = self.shards(zone, year)?;
        let mut found = Vec::new();
        for part in self.zones.get(&zone).into_iter().flat_map(|zone| &zone.parts) {
            let group = &part.group;
            let of = |path: &str| stored.iter().filter(move |shard| shard.array == path).collect::<Vec<_>>();
            let scales = of(&group.scales.path);
            for shard in of(&group.embeddings.path) {
                let own = Window { row: part.first.0, col: part.first.1, ..part.window };
                let Some(kept) = shard.window.intersect(&own) else { continue };
                let (row, col) = (kept.row - own.row, kept.col - own.col);
                let window = Window { row: row + part.window.row, col: col + part.window.col, ..kept };
                let beside = scales.iter().filter(|scales| scales.window.intersect(&kept).is_some());
                let all: Vec<_> = std::iter::once(&shard).chain(beside).collect();
                let bytes = all.iter().map(|shard| shard.bytes).sum();
                let versions: Option<Vec<&str>> = all.iter().map(|shard| shard.version.as_deref()).collect();
                found.push(ZoneShard {
                    window,
                    objects: all.iter().map(|shard| shard.object.clone()).collect(),
                    bytes,
                    stamp: versions.map(|versions| Stamp { bytes, version: versions.join(" ") }),
                });
            }
        }
        Ok(found)
    }
}
