//! What became of shards.

use tessera_core::{ScaleCounts, TileId};

use crate::{ZoneFillError, ZoneUnit};

/// What became of a shard.
#[derive(Debug)]
#[non_exhaustive]
pub struct UnitReport {
    /// The shard.
    pub unit: ZoneUnit,
    /// What became of it.
    pub state: FillState,
    /// Tiles that cannot be read, and why; the others are in the shard.
    pub failed: Vec<(TileId, String)>,
    /// Pixels that a tile covers, by their status.
    pub counts: ScaleCounts,
    /// Inner chunks that were written, of embeddings.
    pub chunks: u64,
    /// Bytes of both objects.
    pub bytes: u64,
}

/// What became of a shard.
#[derive(Debug)]
#[non_exhaustive]
pub enum FillState {
    /// It was made from tiles.
    Written,
    /// Its tiles are those that it was made from: nothing was done.
    Unchanged,
    /// It was not made; what was there before is still there.
    Failed(ZoneFillError),
}

/// What became of many shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FillReport {
    /// Shards that were made.
    pub written: u64,
    /// Shards that were left as they are.
    pub unchanged: u64,
    /// Shards that were not made.
    pub failed: u64,
    /// Tiles that cannot be read, each counted in every shard that lacks it.
    pub failed_tiles: u64,
    /// Pixels by their status in the shards that were made.
    pub counts: ScaleCounts,
    /// Bytes of the objects that were written.
    pub bytes: u64,
}

impl FillReport {
    pub(crate) fn add(&mut self, unit: &UnitReport) {
        match unit.state {
            FillState::Written => self.written += 1,
            FillState::Unchanged => self.unchanged += 1,
            FillState::Failed(_) => self.failed += 1,
        }
        self.failed_tiles += unit.failed.len() as u64;
        self.counts += unit.counts;
        self.bytes += unit.bytes;
    }
}
