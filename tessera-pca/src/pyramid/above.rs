//! The levels above blocks.

use std::collections::BTreeSet;

use rayon::prelude::*;
use tessera_core::{PyramidChunk, PyramidStore, SourceError};

use super::PyramidError;
use super::block::shows_something;
use super::hash::Hash;
use super::mean::halve_into;
use super::plan::Node;
use super::shape::Shape;
use super::state::{Bits, Record, State};

/// Makes the chunks above blocks, level by level, from stored chunks.
pub(super) struct Above<'a> {
    pub(super) store: &'a dyn PyramidStore,
    pub(super) shape: &'a Shape,
    pub(super) state: &'a State<'a>,
}

/// What became of a level.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) nodes: Vec<Node>,
    pub(super) written: usize,
    pub(super) removed: usize,
}

impl Above<'_> {
    /// Makes the chunks over those of the level below, and removes those of `known` that nothing lies under.
    pub(super) fn level(&self, mut below: Vec<Node>, known: &[PyramidChunk]) -> Result<Level, PyramidError> {
        below.retain(|node| node.stored);
        below.sort_unstable_by_key(|node| (node.chunk.parent(), node.chunk));
        let families: Vec<_> = below.chunk_by(|a, b| a.chunk.parent() == b.chunk.parent()).collect();
        let made: Vec<(Node, usize, usize)> =
            families.par_iter().map(|children| self.parent(children)).collect::<Result<_, _>>()?;
        let mut level = Level::default();
        for (node, written, removed) in made {
            level.nodes.push(node);
            level.written += written;
            level.removed += removed;
        }
        let wanted: BTreeSet<_> = level.nodes.iter().map(|node| node.chunk).collect();
        for chunk in known.iter().filter(|chunk| !wanted.contains(chunk)) {
            level.removed += remove_all(self.store, self.state, *chunk, &[*chunk])?;
        }
        Ok(level)
    }

    /// A chunk over some children, one at least; and how many chunks were written and removed for it.
    fn parent(&self, children: &[Node]) -> Result<(Node, usize, usize), PyramidError> {
        let chunk = children[0].chunk.parent();
        // A child's hash has its place in it, or comes of such.
        let hashes: Vec<Hash> = children.iter().map(|child| child.hash).collect();
        let hash = Hash::of_all(&chunk.to_string(), &hashes);
        let before = self.state.get(chunk)?;
        if let Some(Record { hash: Some(same), stored }) = &before
            && *same == hash
        {
            return Ok((Node { chunk, hash, stored: stored.has(0) }, 0, 0));
        }
        self.state.begin(chunk, before.as_ref())?;
        let cells = self.mean(chunk, children)?;
        let failed = |cause| PyramidError::Store { chunk, cause };
        let stored = shows_something(&cells);
        let mut removed = 0;
        if stored {
            self.store.write_chunk(chunk, &cells).map_err(failed)?;
        } else if let Some(before) = before {
            self.store.remove_chunk(chunk).map_err(failed)?;
            removed = usize::from(before.stored.has(0));
        }
        self.state.done(chunk, hash, Bits::of([stored].into_iter()))?;
        Ok((Node { chunk, hash, stored }, usize::from(stored), removed))
    }

    /// The mean of stored children.
    fn mean(&self, chunk: PyramidChunk, children: &[Node]) -> Result<Vec<u8>, PyramidError> {
        let bytes = self.shape.chunk_bytes();
        let (mut cells, mut child) = (vec![0; bytes], Vec::new());
        for (quarter, place) in chunk.children().into_iter().flatten().enumerate() {
            if !children.iter().any(|node| node.chunk == place) {
                continue;
            }
            let failed = |cause| PyramidError::Store { chunk: place, cause };
            let there = self.store.read_chunk(place, &mut child).map_err(failed)?;
            if !there || child.len() != bytes {
                let got = if there { format!("{} bytes", child.len()) } else { "nothing".into() };
                let why = format!("{got} where a chunk was stored: expected {bytes} bytes of pixels");
                return Err(failed(SourceError::new(self.store.name(), why)));
            }
            halve_into(&child, self.shape.grid.edge(), &mut cells, quarter);
        }
        Ok(cells)
    }
}

/// Removes a block, or a chunk above blocks, with all its chunks. Says how many of them were there.
pub(super) fn remove_all(
    store: &dyn PyramidStore,
    state: &State<'_>,
    top: PyramidChunk,
    chunks: &[PyramidChunk],
) -> Result<usize, PyramidError> {
    let before = state.get(top)?;
    state.begin(top, before.as_ref())?;
    let mut removed = 0;
    for (at, &chunk) in chunks.iter().enumerate() {
        store.remove_chunk(chunk).map_err(|cause| PyramidError::Store { chunk, cause })?;
        removed += usize::from(before.as_ref().is_some_and(|record| record.stored.has(at)));
    }
    state.forget(top)?;
    Ok(removed)
}
