//! The options that make a layout.

use anyhow::Result;
use clap::Args;
use tessera_zarr::{Codec, Layout, Sharding, ZarrFormat};

/// How stores are laid out.
#[derive(Debug, Clone, Args)]
pub(crate) struct LayoutArgs {
    /// Zarr format: 2 is readable everywhere, 3 puts all chunks of a tile in one shard
    #[arg(long, default_value = "2", value_name = "2|3")]
    format: ZarrFormat,

    /// Edge of a chunk in pixels; a chunk is the least that can be read
    #[arg(long, default_value_t = 256, value_name = "N")]
    chunk: u64,

    /// Edge of a shard in pixels, a multiple of the chunk edge [default: one shard for the whole tile] (format 3)
    #[arg(long, value_name = "N")]
    shard: Option<u64>,

    /// How chunks are compressed: zstd, blosc-zstd, blosc-lz4, gzip or none
    #[arg(long, default_value = "zstd", value_name = "CODEC")]
    codec: Codec,

    /// Level of the codec [default: 1 for zstd, 3 for blosc-zstd, 5 for blosc-lz4 and gzip]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    level: Option<i64>,
}

impl LayoutArgs {
    pub(crate) fn layout(&self) -> Result<Layout> {
        let codec = match self.level {
            Some(level) => self.codec.with_level(level)?,
            None => self.codec,
        };
        let mut layout = Layout::new(self.format).chunk_edge(self.chunk)?.codec(codec);
        if let Some(edge) = self.shard {
            layout = layout.sharding(Sharding::Edge(edge))?;
        }
        Ok(layout)
    }
}
