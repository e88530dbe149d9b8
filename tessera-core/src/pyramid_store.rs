//! Where the chunks of a pyramid are kept.

use std::ops::Range;

use crate::{PyramidChunk, PyramidGrid, SourceError};

/// Where the chunks of a pyramid of pictures are kept: a Zarr group, a folder of map tiles.
///
/// A chunk is edge × edge pixels, row 0 in the north, 8-bit red, green, blue and alpha (not premultiplied): 4 × edge² bytes.
/// A chunk in which every pixel is transparent is not stored.
pub trait PyramidStore: Send + Sync {
    /// What to call it in a message: a path or an address.
    fn name(&self) -> String;

    /// Where its chunks lie.
    fn grid(&self) -> &PyramidGrid;

    /// The levels of the grid that are kept: a map that ends at a lower zoom leaves out the finest ones.
    fn levels(&self) -> Range<u8>;

    /// Reads a chunk into `out`, whose memory is used again; false, and nothing in `out`, where it is not stored.
    ///
    /// # Errors
    /// A chunk of a level that is not kept, or one that is there and cannot be read.
    fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError>;

    /// Stores a chunk, whole or not at all, in the place of the one that is there.
    ///
    /// # Errors
    /// A chunk of a level that is not kept, bytes of another number, or a place that cannot be written.
    fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError>;

    /// Removes a chunk, where it is stored.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    fn remove_chunk(&self, chunk: PyramidChunk) -> Result<(), SourceError>;
}
