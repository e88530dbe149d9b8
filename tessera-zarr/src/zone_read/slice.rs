//! What is read of an array.

use std::ops::Range;

use tessera_core::Window;

use super::work::Planned;
use crate::direct_reader::DirectReader;
use crate::known_indexes::Shard;
use crate::stored_array::Reader;
use crate::zone_store::array::ZoneArray;

/// A time and channels of an array; both exist.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice<'r, 'c> {
    pub(crate) array: &'r ZoneArray,
    pub(crate) time: u64,
    pub(crate) channels: &'c [usize],
}

impl<'r> Slice<'r, '_> {
    /// The chunks along the channels that are needed; the published layouts have one.
    pub(super) fn passes(&self) -> Vec<u64> {
        let [_, _, _, depth] = self.array.axes.pick(self.array.chunk_shape());
        self.depths(depth)
    }

    fn depths(&self, edge: u64) -> Vec<u64> {
        let mut depths: Vec<u64> =
            self.channels.iter().map(|channel| *channel as u64 / edge.max(1)).collect();
        depths.sort_unstable();
        depths.dedup();
        depths
    }

    /// The index of the chunk in a row and column of the chunks.
    pub(super) fn chunk(&self, row: u64, col: u64, pass: u64) -> Vec<u64> {
        let [times, ..] = self.array.axes.pick(self.array.chunk_shape());
        self.array.axes.place(self.time / times, row, col, pass)
    }

    /// A chunk for a plan.
    pub(super) fn planned(&self, reader: &'r DirectReader, row: u64, col: u64, pass: u64) -> Planned<'r> {
        Planned { reader, chunk: self.chunk(row, col, pass) }
    }

    /// The shards that hold a window; none where the array has no shards or is not read directly.
    pub(crate) fn shards_of(&self, window: Window) -> Vec<Shard<'r>> {
        let Reader::Direct(reader) = &self.array.reader else { return Vec::new() };
        let Some(shards) = &reader.array.shards else { return Vec::new() };
        let edges = self.array.axes.pick(shards.chunk_shape());
        let span = |range: Range<usize>, edge: u64| {
            let edge = edge.max(1);
            range.start as u64 / edge..(range.end as u64).div_ceil(edge)
        };
        let (rows, cols) = (span(window.row_range(), edges[1]), span(window.col_range(), edges[2]));
        let depths = self.depths(edges[3]);
        let mut found = Vec::new();
        for row in rows {
            for col in cols.clone() {
                for depth in &depths {
                    let index = self.array.axes.place(self.time / edges[0].max(1), row, col, *depth);
                    found.push(Shard { reader, object: reader.object(&index) });
                }
            }
        }
        found
    }
}
