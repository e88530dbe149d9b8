//! What is to be done.

use std::ops::Range;

use tessera_core::{PyramidChunk, Region};

use super::hash::Hash;
use super::shape::Shape;
use super::state::{Record, State};
use super::{PyramidError, PyramidPart};

/// Which parts touch which chunks of a level, near chunks near each other.
pub(super) struct Touched {
    /// Row and column of a chunk, and a part.
    pairs: Vec<(u32, u32, u32)>,
    level: u8,
}

impl Touched {
    /// The chunks of a level that some parts touch, as `touching` says.
    pub(super) fn of<I: IntoIterator<Item = PyramidChunk>>(
        level: u8,
        parts: &[PyramidPart],
        which: impl Iterator<Item = u32>,
        touching: impl Fn(&Region) -> I,
    ) -> Self {
        let mut pairs = Vec::new();
        for at in which {
            let Some(part) = parts.get(at as usize) else { continue };
            pairs.extend(touching(&part.reach()).into_iter().map(|chunk| (chunk.row, chunk.col, at)));
        }
        pairs.sort_unstable_by_key(|&(row, col, part)| (curve(row, col), part));
        Self { pairs, level }
    }

    /// Each chunk, with the places of its parts in [`parts`](Self::parts).
    pub(super) fn chunks(&self) -> impl Iterator<Item = (PyramidChunk, Range<usize>)> + '_ {
        let mut start = 0;
        self.pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(move |group| {
            let range = start..start + group.len();
            start = range.end;
            (PyramidChunk::new(self.level, group[0].0, group[0].1), range)
        })
    }

    /// The parts at places.
    pub(super) fn parts(&self, places: Range<usize>) -> impl Iterator<Item = u32> + Clone + '_ {
        self.pairs[places].iter().map(|pair| pair.2)
    }
}

/// The place of a chunk on a curve that goes through all four children of a chunk before it goes on: a bit of the row, a bit
/// of the column, and so on.
fn curve(row: u32, col: u32) -> u64 {
    spread(row) << 1 | spread(col)
}

/// The bits of a number, each with a 0 before it.
fn spread(number: u32) -> u64 {
    let masks = [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ];
    masks.iter().fold(u64::from(number), |bits, (shift, mask)| (bits | bits << shift) & mask)
}

/// A block to be made.
pub(super) struct Todo {
    pub(super) block: PyramidChunk,
    pub(super) hash: Hash,
    /// The places of its parts.
    pub(super) parts: Range<usize>,
    pub(super) before: Option<Record>,
}

/// A chunk with what it was made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) chunk: PyramidChunk,
    pub(super) hash: Hash,
    /// Whether it is stored.
    pub(super) stored: bool,
}

/// What is to be done.
pub(super) struct Plan {
    pub(super) touched: Touched,
    pub(super) todo: Vec<Todo>,
    /// Blocks that are as they should be.
    pub(super) kept: Vec<Node>,
    /// Blocks that have no data any more.
    pub(super) gone: Vec<PyramidChunk>,
    /// Chunks above blocks that may be stored.
    pub(super) above: Vec<PyramidChunk>,
}

impl Plan {
    pub(super) fn new(
        shape: &Shape,
        key: &str,
        parts: &[PyramidPart],
        state: &State<'_>,
    ) -> Result<Self, PyramidError> {
        // More parts than there are numbers for are more than there is land for.
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let touched =
            Touched::of(shape.block, parts, 0..count, |region| shape.grid.touching(shape.block, region));
        let (mut todo, mut kept, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        let mut hashes = Vec::new();
        for (block, places) in touched.chunks() {
            hashes.clear();
            hashes.extend(touched.parts(places.clone()).map(|part| parts[part as usize].hash()));
            hashes.sort_unstable();
            let hash = Hash::of_all(&format!("{key}\n{block}"), &hashes);
            match state.get(block)? {
                Some(record) if record.hash == Some(hash) => {
                    kept.push(Node { chunk: block, hash, stored: record.stored.has(0) });
                }
                before => todo.push(Todo { block, hash, parts: places, before }),
            }
            wanted.push(block);
        }
        wanted.sort_unstable();
        let (blocks, above): (Vec<_>, Vec<_>) =
            state.chunks()?.into_iter().partition(|chunk| chunk.level <= shape.block);
        let gone = blocks.into_iter().filter(|block| wanted.binary_search(block).is_err()).collect();
        Ok(Self { touched, todo, kept, gone, above })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_curve_goes_through_a_chunk_before_it_leaves_it(a: (u32, u32), b: (u32, u32), c: (u32, u32), up in 1..31_u32) {
            let mut order = [a, b, c];
            order.sort_unstable_by_key(|&(row, col)| curve(row, col));
            let parent = |at: (u32, u32)| (at.0 >> up, at.1 >> up);
            prop_assert!(parent(order[0]) != parent(order[2]) || parent(order[1]) == parent(order[0]));
            prop_assert_eq!(curve(a.0, a.1) == curve(b.0, b.1), a == b);
        }
    }

    #[test]
    fn the_curve_takes_children_in_their_order() {
        let places = PyramidChunk::new(1, 5, 9).children().unwrap().map(|child| curve(child.row, child.col));
        assert_eq!(places, [0, 1, 2, 3].map(|on| 4 * curve(5, 9) + on));
    }
}
