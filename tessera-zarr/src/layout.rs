//! How an array of pixels is cut up and stored.

use crate::{ChunkGridError, Codec, ZarrFormat};

/// The greatest chunk, in bytes, decoded: what codecs with 32-bit sizes can hold, and more than anyone wants to read for
/// one pixel.
pub(crate) const MAX_CHUNK_BYTES: u64 = 1 << 30;

/// How the pixels of a tile are laid out: Zarr format, chunk shape, shards and codec. A value that exists is one that can
/// be written.
///
/// The axes of a tile store are (y, x, band): rows from the north, columns from the west, channels.
///
/// ```
/// use tessera_zarr::{Codec, Layout, Sharding, ZarrFormat};
///
/// let layout = Layout::default();
/// assert_eq!((layout.format(), layout.chunk_edges()), (ZarrFormat::V2, (256, 256)));
///
/// let layout = Layout::new(ZarrFormat::V3).chunk_edge(64)?.sharding(Sharding::Edge(512))?.codec(Codec::zstd(3)?);
/// assert_eq!(layout.sharding_kind(), Sharding::Edge(512));
/// assert!(Layout::new(ZarrFormat::V2).sharding(Sharding::Whole).is_err());
/// assert!(Layout::default().chunk_edge(0).is_err() && Layout::default().chunk_edge(1 << 32).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    format: ZarrFormat,
    chunk: (u64, u64),
    channels: Option<u64>,
    sharding: Sharding,
    codec: Codec,
}

/// Whether chunks are gathered in shards (Zarr V3 only).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sharding {
    /// Every chunk is an object.
    None,
    /// All chunks of an array are in one object.
    Whole,
    /// Shards of so many rows and columns: a multiple of the chunk's.
    Edge(u64),
}

/// A layout that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// An edge of zero, or a chunk that is too large.
    #[error(
        "chunk of {rows} × {cols} × {channels} bytes: expected edges of at least 1 and at most {max} bytes in all"
    )]
    Chunk {
        /// Rows.
        rows: u64,
        /// Columns.
        cols: u64,
        /// Channels.
        channels: u64,
        /// The greatest number of bytes.
        max: u64,
    },
    /// Shards in Zarr V2.
    #[error("Zarr format 2 has no shards: choose format 3, or no sharding")]
    ShardInV2,
    /// A shard that does not hold whole chunks.
    #[error("shard edge {got} is not a multiple of the chunk edges {rows} and {cols}")]
    Shard {
        /// The edge of the shard.
        got: u64,
        /// Rows of a chunk.
        rows: u64,
        /// Columns of a chunk.
        cols: u64,
    },
    /// The array it is wanted for is too large.
    #[error(transparent)]
    Grid(#[from] ChunkGridError),
}

impl Layout {
    /// The usual layout of a format: chunks of 256 × 256 pixels with all channels, zstd at level 1; in V3 one shard.
    #[must_use]
    pub fn new(format: ZarrFormat) -> Self {
        let sharding = if format == ZarrFormat::V3 { Sharding::Whole } else { Sharding::None };
        Self { format, chunk: (256, 256), channels: None, sharding, codec: Codec::default() }
    }

    /// Chunks of `edge` × `edge` pixels with all channels.
    ///
    /// # Errors
    /// [`LayoutError::Chunk`], or a shard that such chunks do not fill.
    pub fn chunk_edge(self, edge: u64) -> Result<Self, LayoutError> {
        self.chunk(edge, edge, None)
    }

    /// Chunks of `rows` × `cols` pixels with `channels` channels, or all of them.
    ///
    /// # Errors
    /// As [`chunk_edge`](Self::chunk_edge).
    pub fn chunk(mut self, rows: u64, cols: u64, channels: Option<u64>) -> Result<Self, LayoutError> {
        // Where all channels are wanted their number is not known yet: a tile has 128.
        let depth = channels.unwrap_or(tessera_core::CHANNELS as u64);
        // Scales take four bytes a pixel, which counts where a chunk has fewer channels than that.
        let bytes = rows.checked_mul(cols).and_then(|n| n.checked_mul(depth.max(4)));
        if rows == 0 || cols == 0 || depth == 0 || bytes.is_none_or(|n| n > MAX_CHUNK_BYTES) {
            return Err(LayoutError::Chunk { rows, cols, channels: depth, max: MAX_CHUNK_BYTES });
        }
        (self.chunk, self.channels) = ((rows, cols), channels);
        self.sharding(self.sharding)
    }

    /// Chunks gathered in shards, or not.
    ///
    /// # Errors
    /// [`LayoutError::ShardInV2`], or [`LayoutError::Shard`] where chunks do not fill it.
    pub fn sharding(mut self, sharding: Sharding) -> Result<Self, LayoutError> {
        let (rows, cols) = self.chunk;
        match sharding {
            Sharding::None => {}
            _ if self.format == ZarrFormat::V2 => return Err(LayoutError::ShardInV2),
            Sharding::Edge(got) if got == 0 || !got.is_multiple_of(rows) || !got.is_multiple_of(cols) => {
                return Err(LayoutError::Shard { got, rows, cols });
            }
            Sharding::Edge(_) | Sharding::Whole => {}
        }
        self.sharding = sharding;
        Ok(self)
    }

    /// Another codec.
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// The Zarr format.
    #[must_use]
    pub fn format(&self) -> ZarrFormat {
        self.format
    }

    /// Rows and columns of a chunk.
    #[must_use]
    pub fn chunk_edges(&self) -> (u64, u64) {
        self.chunk
    }

    /// Channels of a chunk; `None` for all.
    #[must_use]
    pub fn chunk_channels(&self) -> Option<u64> {
        self.channels
    }

    /// How chunks are gathered in shards.
    #[must_use]
    pub fn sharding_kind(&self) -> Sharding {
        self.sharding
    }

    /// The codec.
    #[must_use]
    pub fn codec_kind(&self) -> Codec {
        self.codec
    }

    /// The shape of a chunk of an array of shape (rows, cols) or (rows, cols, channels). Where a chunk would be larger
    /// than the array, what it holds beyond the array's edges, rounded up to whole 256s, is cut off.
    pub(crate) fn chunk_of(&self, shape: &[u64]) -> Vec<u64> {
        let within = |edge: u64, all: u64| edge.min(all.next_multiple_of(256));
        let mut chunk = vec![within(self.chunk.0, shape[0]), within(self.chunk.1, shape[1])];
        chunk.extend(shape.get(2).map(|all| self.channels.unwrap_or(*all).min(*all)));
        chunk
    }

    /// The shape of a shard of such an array, where there are shards.
    pub(crate) fn shard_of(&self, shape: &[u64]) -> Option<Vec<u64>> {
        let chunk = self.chunk_of(shape);
        let whole = shape.iter().zip(&chunk).map(|(all, chunk)| all.next_multiple_of(*chunk));
        let edge = |edge: u64, i: usize, whole: u64| match i {
            // A chunk that was cut off is the only one of its row or column, and so is its shard.
            0 | 1 if chunk[i] == [self.chunk.0, self.chunk.1][i] => edge,
            _ => whole,
        };
        match self.sharding {
            Sharding::None => None,
            Sharding::Whole => Some(whole.collect()),
            Sharding::Edge(asked) => {
                Some(whole.enumerate().map(|(i, whole)| edge(asked, i, whole)).collect())
            }
        }
    }
}

impl Default for Layout {
    /// Zarr V2 in chunks of 256 × 256 pixels with all channels, zstd at level 1.
    fn default() -> Self {
        Self::new(ZarrFormat::V2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_hold_whole_chunks() {
        let layout = Layout::new(ZarrFormat::V3);
        assert_eq!(layout.shard_of(&[1119, 211, 128]), Some(vec![1280, 256, 128]));
        assert_eq!(layout.shard_of(&[1119, 211]), Some(vec![1280, 256]));
        assert!(layout.sharding(Sharding::Edge(300)).is_err());
        assert!(layout.sharding(Sharding::Edge(0)).is_err());
        let layout = layout.sharding(Sharding::Edge(512)).unwrap();
        assert_eq!(layout.shard_of(&[1119, 211, 128]), Some(vec![512, 512, 128]));
        assert!(layout.chunk_edge(300).is_err());
        // Never more padding than a chunk of 256 has.
        let large =
            Layout::new(ZarrFormat::V3).chunk_edge(1024).unwrap().sharding(Sharding::Edge(4096)).unwrap();
        assert_eq!(large.chunk_of(&[1119, 211, 128]), [1024, 256, 128]);
        assert_eq!(large.shard_of(&[1119, 211, 128]), Some(vec![4096, 256, 128]));
        assert_eq!(large.chunk_of(&[1119, 211]), [1024, 256]);
        assert_eq!(layout.chunk(64, 32, Some(16)).unwrap().chunk_of(&[1119, 211, 128]), [64, 32, 16]);
    }

    #[test]
    fn chunks_beyond_a_gibibyte_are_refused() {
        for edge in [0, 4096, 1 << 32, u64::MAX] {
            assert!(matches!(Layout::default().chunk_edge(edge), Err(LayoutError::Chunk { .. })), "{edge}");
        }
        assert!(Layout::default().chunk(1 << 16, 1 << 16, Some(1)).is_err());
    }
}
