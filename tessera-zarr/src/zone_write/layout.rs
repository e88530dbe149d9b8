//! How a zone store is cut up and stored.

use crate::layout::MAX_CHUNK_BYTES;
use crate::{BloscCompressor, Codec};

/// How a zone store is laid out: the edges of its inner chunks and shards in pixels, and the codec. A value that exists
/// is one that can be written.
///
/// ```
/// use tessera_zarr::ZoneLayout;
///
/// // The published layout: a pixel is read with 32 × 32 others, and 4096 × 4096 are an object.
/// let published = ZoneLayout::default();
/// assert_eq!((published.inner_edge(), published.shard_edge()), (32, 4096));
///
/// let layout = ZoneLayout::new(64, 1024)?;
/// assert_eq!(layout.shard_edge(), 1024);
/// assert!(ZoneLayout::new(48, 4096).is_err());
/// # Ok::<(), tessera_zarr::ZoneLayoutError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ZoneLayout {
    inner: u64,
    shard: u64,
    codec: Codec,
}

/// A layout that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneLayoutError {
    /// Edges that do not fit each other.
    #[error(
        "inner edge {inner} and shard edge {shard}: expected a shard that holds a whole number of inner chunks"
    )]
    Edges {
        /// The edge of an inner chunk.
        inner: u64,
        /// The edge of a shard.
        shard: u64,
    },
    /// Inner chunks that are too large.
    #[error("inner edge {inner}: expected at most {max}")]
    Inner {
        /// The edge as given.
        inner: u64,
        /// The greatest.
        max: u64,
    },
    /// Shards of too many inner chunks, or too large.
    #[error(
        "a shard edge of {shard} with inner chunks of {inner}: expected at most {max} inner chunks a side and {most} pixels"
    )]
    Shard {
        /// The edge of an inner chunk.
        inner: u64,
        /// The edge of a shard.
        shard: u64,
        /// The most inner chunks a side.
        max: u64,
        /// The longest edge.
        most: u64,
    },
}

impl ZoneLayout {
    /// The longest edge of an inner chunk: with 128 channels it is 128 MiB.
    const MAX_INNER: u64 = 1024;
    /// An index has 16 bytes for each inner chunk: 16 MiB.
    const MAX_PER_SIDE: u64 = 1024;
    /// The longest edge of a shard.
    const MAX_SHARD: u64 = 16_384;

    /// Inner chunks and shards of these edges in pixels, blosc with zstd at level 3.
    ///
    /// # Errors
    /// Where a shard does not hold a whole number of inner chunks, or one of them is too large.
    pub fn new(inner: u64, shard: u64) -> Result<Self, ZoneLayoutError> {
        if inner == 0 || shard == 0 || !shard.is_multiple_of(inner) {
            return Err(ZoneLayoutError::Edges { inner, shard });
        }
        if inner > Self::MAX_INNER {
            return Err(ZoneLayoutError::Inner { inner, max: Self::MAX_INNER });
        }
        if shard / inner > Self::MAX_PER_SIDE || shard > Self::MAX_SHARD {
            let (max, most) = (Self::MAX_PER_SIDE, Self::MAX_SHARD);
            return Err(ZoneLayoutError::Shard { inner, shard, max, most });
        }
        Ok(Self { inner, shard, codec: published_codec() })
    }

    /// Another codec.
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// The edge of an inner chunk in pixels.
    #[must_use]
    pub fn inner_edge(&self) -> u64 {
        self.inner
    }

    /// The edge of a shard in pixels.
    #[must_use]
    pub fn shard_edge(&self) -> u64 {
        self.shard
    }

    /// The codec.
    #[must_use]
    pub fn codec_kind(&self) -> Codec {
        self.codec
    }

    /// Whether chunks of so many channels can be held.
    pub(crate) fn holds(&self, channels: u64) -> bool {
        channels > 0 && (self.inner * self.inner).checked_mul(channels).is_some_and(|n| n <= MAX_CHUNK_BYTES)
    }
}

fn published_codec() -> Codec {
    // Level 3 is one that blosc has.
    Codec::blosc(BloscCompressor::Zstd, 3).unwrap_or_default()
}

impl Default for ZoneLayout {
    /// The published layout: inner chunks of 32 × 32 pixels, shards of 4096 × 4096, blosc with zstd at level 3.
    fn default() -> Self {
        Self { inner: 32, shard: 4096, codec: published_codec() }
    }
}
