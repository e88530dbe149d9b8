//! How a block is made.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tessera_core::{PyramidChunk, Region};

use super::coloured::Coloured;
use super::mean::halve_into;
use super::plan::{Plan, Touched};
use super::shape::Shape;
use super::{PyramidBuilder, PyramidError, PyramidPart};

/// Makes the chunks of a block and stores them.
pub(super) struct BlockMaker<'a> {
    pub(super) builder: &'a PyramidBuilder<'a>,
    pub(super) shape: &'a Shape,
    pub(super) parts: &'a [PyramidPart],
    pub(super) plan: &'a Plan,
}

/// What was made of a block.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The chunks that were written, in their order.
    pub(super) written: Vec<PyramidChunk>,
    pub(super) pixels: u64,
    pub(super) bytes: u64,
}

/// What one raster is made of: the chunk on top of it, and the chunks of level 0 that have data.
struct Unit {
    top: PyramidChunk,
    finest: Vec<PyramidChunk>,
}

impl BlockMaker<'_> {
    /// Makes a block of the parts at some places of the plan.
    pub(super) fn make(
        &self,
        block: PyramidChunk,
        places: std::ops::Range<usize>,
    ) -> Result<Made, PyramidError> {
        let (shape, which) = (self.shape, self.plan.touched.parts(places));
        let under = |region: &Region| shape.touching_under(block, shape.raster, region);
        let touched = Touched::of(shape.raster, self.parts, which, under);
        let units: Vec<_> =
            touched.chunks().map(|(top, places)| self.unit(top, touched.parts(places))).collect();
        let made = Mutex::new(Made::default());
        self.tree(block, &units, &made)?;
        let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.written.sort_unstable();
        Ok(made)
    }

    fn unit(&self, top: PyramidChunk, parts: impl Iterator<Item = u32>) -> Unit {
        let parts = parts.filter_map(|part| self.parts.get(part as usize));
        let mut finest: Vec<_> =
            parts.flat_map(|part| self.shape.touching_under(top, 0, &part.reach())).collect();
        finest.sort_unstable();
        finest.dedup();
        Unit { top, finest }
    }

    /// A chunk with all below it, which one or more units make; `None` where it is transparent. Units are in the order of the
    /// children.
    fn tree(
        &self,
        chunk: PyramidChunk,
        units: &[Unit],
        made: &Mutex<Made>,
    ) -> Result<Option<Vec<u8>>, PyramidError> {
        let (Some(unit), Some(children)) = (units.first(), self.children(chunk)) else {
            return units.first().map_or(Ok(None), |unit| self.raster(unit, made));
        };
        if unit.top == chunk {
            return self.raster(unit, made);
        }
        let mut rest = units;
        let mut cells = None;
        for (quarter, child) in children.into_iter().enumerate() {
            let own = rest.partition_point(|unit| unit.top.ancestor(child.level) == child);
            let (own, after) = rest.split_at(own);
            rest = after;
            self.add(&mut cells, self.tree(child, own, made)?, quarter);
        }
        self.keep(chunk, cells, made)
    }

    /// The chunk on top of a unit, with all below it.
    fn raster(&self, unit: &Unit, made: &Mutex<Made>) -> Result<Option<Vec<u8>>, PyramidError> {
        let coloured = Coloured::of(self.builder, self.shape, unit.top, &unit.finest)?;
        {
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            made.pixels += coloured.pixels;
            made.bytes += coloured.bytes;
        }
        self.below(unit.top, &coloured, made)
    }

    /// A chunk of what is coloured, with all below it.
    fn below(
        &self,
        chunk: PyramidChunk,
        coloured: &Coloured,
        made: &Mutex<Made>,
    ) -> Result<Option<Vec<u8>>, PyramidError> {
        if !coloured.has(chunk) {
            return Ok(None);
        }
        let Some(children) = chunk.children() else {
            return self.keep(chunk, Some(coloured.cells(chunk, self.shape.grid.edge())), made);
        };
        // Each child is given back as soon as its parent has it.
        let cells = Mutex::new(None);
        children.into_par_iter().enumerate().try_for_each(|(quarter, child)| {
            let child = self.below(child, coloured, made)?;
            self.add(&mut cells.lock().unwrap_or_else(PoisonError::into_inner), child, quarter);
            Ok::<_, PyramidError>(())
        })?;
        self.keep(chunk, cells.into_inner().unwrap_or_else(PoisonError::into_inner), made)
    }

    /// The children of a chunk above units.
    fn children(&self, chunk: PyramidChunk) -> Option<[PyramidChunk; 4]> {
        chunk.children().filter(|_| chunk.level > self.shape.raster)
    }

    /// Adds a child to its parent.
    fn add(&self, parent: &mut Option<Vec<u8>>, child: Option<Vec<u8>>, quarter: usize) {
        let Some(child) = child else { return };
        let parent = parent.get_or_insert_with(|| vec![0; self.shape.chunk_bytes()]);
        halve_into(&child, self.shape.grid.edge(), parent, quarter);
    }

    /// Stores a chunk, where its level is kept and it shows something.
    fn keep(
        &self,
        chunk: PyramidChunk,
        cells: Option<Vec<u8>>,
        made: &Mutex<Made>,
    ) -> Result<Option<Vec<u8>>, PyramidError> {
        let Some(cells) = cells.filter(|cells| shows_something(cells)) else { return Ok(None) };
        if self.shape.levels.contains(&chunk.level) {
            let written = self.builder.store.write_chunk(chunk, &cells);
            written.map_err(|cause| PyramidError::Store { chunk, cause })?;
            made.lock().unwrap_or_else(PoisonError::into_inner).written.push(chunk);
        }
        Ok(Some(cells))
    }
}

/// Whether a cell is not transparent.
pub(super) fn shows_something(cells: &[u8]) -> bool {
    cells.as_chunks::<4>().0.iter().any(|cell| cell[3] > 0)
}
