#![doc = include_str!("../README.md")]

mod archive;
mod archive_error;
mod archive_options;
mod check;
mod element;
mod forms;
mod header;
mod header_error;
mod header_text;
mod landmask;
mod listing;
mod notice;
mod npy_file;
mod pair;
mod place;
mod scales;
mod staging;
mod tile;
mod tile_error;
mod tile_options;
mod write;

pub use archive::NpyArchive;
pub use archive_error::ArchiveError;
pub use archive_options::NpyArchiveOptions;
pub use element::Element;
pub use header::NpyHeader;
pub use header_error::HeaderError;
pub use landmask::{Landmask, LandmaskError, LandmaskProblem};
pub use listing::Strangers;
pub use notice::TileNotice;
pub use npy_file::{NpyFileError, NpyFileProblem};
pub use pair::is_tile;
pub use tile::NpyTile;
pub use tile_error::TileError;
pub use tile_options::NpyTileOptions;
pub use write::{Existing, WriteError, write_array, write_tile};
