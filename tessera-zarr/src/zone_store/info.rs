//! How the arrays of a zone store are laid out.

use std::fmt;

use serde_json::{Map, Value};
use tessera_core::Year;

use super::ZoneStore;
use super::array::ZoneArray;
use crate::stored_array::Reader;

/// How an array of a zone store is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneArrayInfo {
    /// Its path in the store, as in `utm31/embeddings`.
    pub array: String,
    /// Rows, columns and channels of a pixel; 1 of scales.
    pub shape: (u64, u64, u64),
    /// The years that can be read, ascending; none where the time axis cannot be.
    pub years: Vec<Year>,
    /// Rows and columns of the chunks that are decoded one by one.
    pub chunk: (u64, u64),
    /// Rows and columns of a shard, where chunks are gathered in shards.
    pub shard: Option<(u64, u64)>,
    /// The codec of a chunk with its options, as in `blosc(zstd-3, bitshuffle)`.
    pub codec: String,
    /// Whether its chunks are read directly; in the general way it takes longer.
    pub is_direct: bool,
}

impl ZoneArrayInfo {
    fn of(array: &ZoneArray, years: Vec<Year>) -> Self {
        let [_, rows, cols, channels] = array.extent();
        let edges = |shape: &[u64]| {
            let [_, rows, cols, _] = array.axes.pick(shape);
            (rows, cols)
        };
        Self {
            array: array.path.clone(),
            shape: (rows, cols, channels),
            years,
            chunk: edges(array.chunk_shape()),
            shard: array.is_sharded().then(|| edges(array.objects.chunk_shape())),
            codec: array.codec.clone(),
            is_direct: matches!(array.reader, Reader::Direct(_)),
        }
    }
}

impl fmt::Display for ZoneArrayInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, cols, channels), chunk) = (self.shape, self.chunk);
        write!(f, "{}: {rows} × {cols} × {channels}, chunks of {} × {}", self.array, chunk.0, chunk.1)?;
        if let Some((rows, cols)) = self.shard {
            write!(f, " in shards of {rows} × {cols}")?;
        }
        write!(f, ", {}", self.codec)
    }
}

impl ZoneStore {
    /// How the arrays of a zone are laid out; none where the store does not have the zone.
    #[must_use]
    pub fn arrays(&self, zone: u8) -> Vec<ZoneArrayInfo> {
        let of_group = |group: &super::ZoneGroup| -> Vec<ZoneArrayInfo> {
            let years: Vec<Year> =
                group.axis.years().unwrap_or_default().iter().map(|(year, _)| *year).collect();
            group.arrays().map(|array| ZoneArrayInfo::of(array, years.clone())).collect()
        };
        self.groups(zone).flat_map(of_group).collect()
    }

    /// The numbers of first channels that every group of the store has in arrays of their own, ascending.
    #[must_use]
    pub fn depths(&self) -> Vec<usize> {
        let depths =
            |group: &super::ZoneGroup| group.prefixes.iter().map(ZoneArray::channels).collect::<Vec<_>>();
        let mut all = self.zones.keys().flat_map(|zone| self.groups(*zone)).map(depths);
        let first = all.next().unwrap_or_default();
        all.fold(first, |common, own| common.into_iter().filter(|depth| own.contains(depth)).collect())
    }

    /// The attributes of the groups of a zone by their names: one group, or one for each hemisphere.
    #[must_use]
    pub fn group_attributes(&self, zone: u8) -> Vec<(&str, &Map<String, Value>)> {
        self.groups(zone).map(|group| (group.path.as_str(), &group.attributes)).collect()
    }
}
