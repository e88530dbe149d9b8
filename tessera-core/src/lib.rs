#![doc = include_str!("../README.md")]

mod archive;
mod archive_zones;
mod area;
mod byte_ranges;
mod byte_store;
mod cell_runs;
mod channels;
mod crs;
mod dequantize;
mod fetches;
mod fetching;
mod grid_window;
mod huge_pages;
mod kernel;
mod memory;
mod memory_budget;
mod memory_zones;
mod mosaic;
mod pixel_grid;
mod projection;
mod pyramid_grid;
mod pyramid_store;
mod quantize;
mod quantized;
mod query;
mod raster_grid;
mod region;
mod region_cells;
mod scale_counts;
mod scales;
mod shared_tile;
mod source;
mod status;
mod tile_id;
mod tile_name;
mod utm_zone;
mod version;
mod view;
mod window;
mod year;
mod zone_lattice;
mod zones;

#[cfg(feature = "folder")]
mod folder;
#[cfg(feature = "folder")]
mod folder_writer;
#[cfg(feature = "serde")]
mod serde_text;
#[cfg(feature = "synthetic")]
pub mod synthetic;

pub use archive::{Archive, Stamp};
pub use archive_zones::ArchiveZones;
pub use area::{Area, AreaError};
pub use byte_ranges::{ByteRange, ByteRanges, ObjectChanged, ObjectRange, TakeRange};
pub use byte_store::{ByteStore, ObjectWriter};
pub use channels::{Channels, ChannelsError};
pub use crs::{Crs, CrsError, CrsProjection};
pub use fetches::Fetches;
pub use fetching::Fetching;
#[cfg(feature = "folder")]
pub use folder::Folder;
pub use huge_pages::ask_for_huge_pages;
pub use memory::MemorySource;
pub use memory_budget::{MemoryBudget, MemoryBudgetError};
pub use memory_zones::{MemoryZones, MemoryZonesError};
pub use mosaic::{Mosaic, MosaicError};
pub use pixel_grid::{PIXEL_SIZE, PixelGrid, PixelGridError};
pub use projection::{ProjectionError, UtmProjection};
pub use pyramid_grid::{PyramidChunk, PyramidGrid, PyramidGridError};
pub use pyramid_store::PyramidStore;
pub use quantized::{Quantized, QuantizedError};
pub use query::{
    Answer, Mean, Means, Nearest, PointStatus, PointValues, Query, QueryError, StripRows, Strips, ZonePart,
    patch, points, through_years,
};
pub use raster_grid::{PixelLookup, RasterGrid, RasterGridError, ZoneColumns};
pub use region::{Region, RegionError};
pub use scale_counts::ScaleCounts;
pub use scales::{Scales, ScalesView};
pub use source::{Source, SourceError, Tile};
pub use status::{PixelStatus, ScaleLimit, ScaleLimitError};
pub use tile_id::{TileId, TileIdError};
pub use utm_zone::{Hemisphere, UtmZone, UtmZoneError};
pub use version::DatasetVersion;
pub use view::QuantizedView;
pub use window::{Window, WindowError};
pub use year::{Year, YearError};
pub use zone_lattice::ZoneGridError;
pub use zones::Zones;

/// The number of channels of a TESSERA embedding.
pub const CHANNELS: usize = 128;
