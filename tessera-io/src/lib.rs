#![doc = include_str!("../README.md")]

#[cfg(feature = "cache")]
mod chunk_cache;
mod geotiff;
mod location;
#[cfg(feature = "pyramid")]
mod map_tiles;
mod output;
#[cfg(feature = "pyramid")]
mod pmtiles_file;
mod points;
mod polygons;
#[cfg(feature = "remote")]
mod remote;
mod remote_url;
mod table;

#[cfg(feature = "cache")]
pub use chunk_cache::{CachedVersion, ChunkCache};
pub use geotiff::{
    Compression, GeoTiffError, GeoTiffOptions, GeoTiffPictureWriter, GeoTiffReport, GeoTiffSpec,
    GeoTiffWriter,
};
pub use location::{Location, LocationError};
#[cfg(feature = "pyramid")]
pub use map_tiles::{MapTileError, MapTiles, MapTilesError, MapTilesInfo};
pub use output::OutputError;
#[cfg(feature = "pyramid")]
pub use pmtiles_file::{PmTilesError, PmTilesReport};
pub use points::{PointProblem, PointTable, PointTableError};
pub use polygons::{GeoJsonError, GeoJsonProblem, parse_geojson, read_geojson};
#[cfg(feature = "remote")]
pub use remote::{Remote, RemoteError, RemoteNotice, RemoteOptions, RemoteStore, RemoteTrouble, Traffic};
pub use remote_url::{RemoteScheme, RemoteUrl};
pub use table::{TableBatch, TableError, TableReport, TableSpec, TableWriter};
