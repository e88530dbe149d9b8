#![doc = include_str!("../README.md")]

mod address;
mod asset_json;
mod assets;
mod basis_asset;
mod block;
mod catalog;
mod catalog_error;
mod catalog_options;
mod collection;
mod collection_assets;
mod coverage;
mod credits;
mod cube;
mod extension;
mod extent;
mod gathered;
mod gzip;
mod hashes;
mod href_template;
mod index;
mod item;
mod item_json;
mod item_place;
mod json;
mod location;
mod map;
mod media_type;
mod npy_tile;
mod own_files;
mod parquet_file;
mod paths;
mod pmtiles_asset;
mod preview;
mod pyramid_assets;
mod record;
mod record_error;
mod records;
mod sheet;
mod site;
mod stage;
mod storage;
mod target;
mod tile_store;
mod validate;
mod writer;
mod year_contents;
mod year_writer;
mod zone_asset;

pub use basis_asset::BasisAsset;
pub use block::{BLOCK_DEGREES, Block, BlockError};
pub use catalog::{block_catalog, root_catalog};
pub use catalog_error::CatalogError;
pub use catalog_options::CatalogOptions;
pub use collection::year_collection;
pub use coverage::{Coverage, CoverageError};
pub use credits::{Credits, Publication};
pub use hashes::{FileHashes, YearHashes};
pub use index::{CatalogIndex, IndexError, YearIndex};
pub use item::ItemError;
pub use json::{JsonError, to_json, write_json};
pub use location::{Location, LocationError};
pub use map::map_files;
pub use npy_tile::NpyTile;
pub use paths::{
    CATALOG_PATH, block_path, collection_id, collection_path, coverage_path, hashes_path, index_path,
    item_id, item_path,
};
pub use pmtiles_asset::PmtilesAsset;
pub use preview::Preview;
pub use pyramid_assets::PyramidAssets;
pub use record::TileRecord;
pub use record_error::RecordError;
pub use records::YearRecords;
pub use site::Site;
pub use stac;
pub use storage::{StorageError, StorageScheme};
pub use tile_store::{TileStore, TileStoreError};
pub use validate::{
    CatalogProblem, CatalogValidator, ProblemKind, ValidateError, ValidationEvent, ValidationSummary,
};
pub use writer::{CatalogSummary, CatalogWriter, write_catalog};
pub use year_contents::{ContentsError, YearContents};
pub use year_writer::CatalogEvent;
pub use zone_asset::ZoneAsset;
