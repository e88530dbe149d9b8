//! A pyramid in memory that remembers what was done to it, and can fail.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Mutex;

use tessera_core::{ArchiveZones, PyramidChunk, PyramidGrid, PyramidStore, SourceError};
use tessera_pca::{Ledger, PyramidBuilder, PyramidColour, PyramidError, PyramidReport};

use crate::archive::{Tiles, plain, year};

pub(crate) struct Kept {
    grid: PyramidGrid,
    levels: Range<u8>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    chunks: BTreeMap<PyramidChunk, Vec<u8>>,
    written: Vec<PyramidChunk>,
    removed: Vec<PyramidChunk>,
    /// Changes that are still made before all fail.
    left: Option<usize>,
}

impl Inner {
    fn change(&mut self) -> Result<(), SourceError> {
        match &mut self.left {
            Some(0) => Err(SourceError::new("the store", "the disk is gone")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Kept {
    pub(crate) fn new(grid: PyramidGrid) -> Self {
        Self::of_levels(grid, 0..grid.levels())
    }

    pub(crate) fn of_levels(grid: PyramidGrid, levels: Range<u8>) -> Self {
        Self { grid, levels, inner: Mutex::default() }
    }

    pub(crate) fn chunks(&self) -> BTreeMap<PyramidChunk, Vec<u8>> {
        self.inner.lock().unwrap().chunks.clone()
    }

    /// A chunk; transparent where it is not there.
    pub(crate) fn chunk(&self, chunk: PyramidChunk) -> Vec<u8> {
        let edge = self.grid.edge();
        self.inner.lock().unwrap().chunks.get(&chunk).cloned().unwrap_or_else(|| vec![0; 4 * edge * edge])
    }

    /// What was written and removed since this was last asked.
    pub(crate) fn changes(&self) -> (Vec<PyramidChunk>, Vec<PyramidChunk>) {
        let mut inner = self.inner.lock().unwrap();
        let mut changes = (std::mem::take(&mut inner.written), std::mem::take(&mut inner.removed));
        changes.0.sort_unstable();
        changes.1.sort_unstable();
        changes
    }

    /// Fails after so many changes.
    pub(crate) fn fail_after(&self, changes: Option<usize>) {
        self.inner.lock().unwrap().left = changes;
    }
}

impl PyramidStore for Kept {
    fn name(&self) -> String {
        "the store".into()
    }
    fn grid(&self) -> &PyramidGrid {
        &self.grid
    }
    fn levels(&self) -> Range<u8> {
        self.levels.clone()
    }
    fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError> {
        assert!(self.levels.contains(&chunk.level));
        out.clear();
        Ok(self.inner.lock().unwrap().chunks.get(&chunk).map(|bytes| out.extend(bytes)).is_some())
    }
    fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError> {
        assert!(self.levels.contains(&chunk.level) && self.grid.contains(chunk), "{chunk}");
        assert!(
            pixels.len() == 4 * self.grid.edge().pow(2) && pixels.as_chunks::<4>().0.iter().any(|p| p[3] > 0)
        );
        let mut inner = self.inner.lock().unwrap();
        inner.change()?;
        inner.chunks.insert(chunk, pixels.to_vec());
        inner.written.push(chunk);
        Ok(())
    }
    fn remove_chunk(&self, chunk: PyramidChunk) -> Result<(), SourceError> {
        let mut inner = self.inner.lock().unwrap();
        inner.change()?;
        if inner.chunks.remove(&chunk).is_some() {
            inner.removed.push(chunk);
        }
        Ok(())
    }
}

/// Builds a pyramid of some tiles, in plain colours.
pub(crate) fn build(tiles: &Tiles, store: &Kept, state: &Path) -> Result<PyramidReport, PyramidError> {
    build_by(tiles, store, state, &plain, "plain")
}

pub(crate) fn build_by(
    tiles: &Tiles,
    store: &Kept,
    state: &Path,
    colour: &PyramidColour<'_>,
    key: &str,
) -> Result<PyramidReport, PyramidError> {
    let zones = ArchiveZones::new(tiles);
    let builder = PyramidBuilder::new(&zones, year(), colour, store).key(key);
    builder.build(&tiles.parts(), &Ledger::open(state)?, &|_| ControlFlow::Continue(()))
}

/// Builds a pyramid of some tiles from nothing.
pub(crate) fn fresh(tiles: &Tiles, grid: PyramidGrid, colour: &PyramidColour<'_>) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let store = Kept::new(grid);
    build_by(tiles, &store, &folder.path().join("state"), colour, "").unwrap();
    store
}
