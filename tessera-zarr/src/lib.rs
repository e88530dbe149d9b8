#![doc = include_str!("../README.md")]

mod ahead;
mod archive;
mod array;
mod asked;
mod attributes;
mod blosc;
mod chunk_codec;
mod chunk_grid;
mod chunk_key;
mod codec;
mod direct;
mod direct_reader;
mod encode;
mod format;
mod general;
mod group;
mod in_order;
mod index_cache;
mod known_indexes;
mod layout;
mod metadata;
mod open;
mod place;
mod puts;
mod raster_writer;
mod read;
mod rgb_pyramid;
mod scratch;
mod shard_index;
mod staging;
mod stored_array;
mod target;
mod tile_arrays;
mod tile_read;
mod tile_store;
mod tile_writer;
mod transpose;
mod write_error;
mod zone_read;
mod zone_store;
mod zone_write;

pub use archive::StoreArchive;
pub use chunk_grid::{ChunkGrid, ChunkGridError};
pub use chunk_key::{ChunkKeyError, ChunkKeys};
pub use codec::{BloscCompressor, Codec, CodecError};
pub use format::{ZarrFormat, ZarrFormatError};
pub use layout::{Layout, LayoutError, Sharding};
pub use open::OpenError;
pub use raster_writer::{RasterInfo, RasterWriter, ReadRows};
pub use read::{ChunkRead, ReadError};
pub use rgb_pyramid::{PyramidAttributes, RgbChunkError, RgbPyramid, RgbPyramidError};
pub use staging::StagingError;
pub use tessera_core::Folder;
pub use tile_store::TileStore;
pub use tile_writer::{TileWriter, WriteReport};
pub use write_error::WriteError;
pub use zone_store::{
    DamagedChunk, ShardCheck, StoredShard, ZoneArrayInfo, ZoneShard, ZoneSource, ZoneStore,
};
pub use zone_write::{
    FillEvent, FillOptions, FillReport, FillState, UnitReport, VerifyOptions, VerifyProblem, VerifyReport,
    ZoneFillError, ZoneLayout, ZoneLayoutError, ZoneRecords, ZoneRecordsError, ZoneSpec, ZoneStoreError,
    ZoneUnit, ZoneVerifyError, ZoneWriter,
};
