//! What happens while a pyramid is made.

use tessera_core::PyramidChunk;

/// What happens while a pyramid is made. A block is the part of it that is made at a time: a chunk of some level with all
/// below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PyramidEvent {
    /// It is known what is to be done.
    Planned {
        /// Blocks to make.
        blocks: usize,
        /// Blocks that are as they should be.
        kept: usize,
        /// Blocks that have no data any more.
        removed: usize,
    },
    /// A block is done.
    Block {
        /// The chunk on top of it.
        block: PyramidChunk,
        /// The chunks that were written.
        chunks: usize,
        /// The source pixels that were coloured.
        pixels: u64,
    },
    /// A level above the blocks is done.
    Level {
        /// The level.
        level: u8,
        /// The chunks that were written.
        chunks: usize,
    },
}

/// What became of a pyramid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PyramidReport {
    /// Blocks that were made.
    pub blocks: usize,
    /// Blocks that were as they should be.
    pub blocks_kept: usize,
    /// Blocks that had no data any more, and were removed.
    pub blocks_removed: usize,
    /// Chunks that were written.
    pub chunks_written: usize,
    /// Chunks that were there and were removed.
    pub chunks_removed: usize,
    /// Source pixels that were coloured; those at the edges of blocks more than once.
    pub pixels: u64,
    /// Bytes of these: their quantized values and scales.
    pub bytes: u64,
    /// Whether it was stopped before its end. The next run goes on from there.
    pub interrupted: bool,
}
