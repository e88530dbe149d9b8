//! Cloud Optimized GeoTIFFs.
//!
//! The container is written here: `tiff` cannot place directories before data that is not there yet, and the writers of
//! GeoTIFFs that exist encode on one thread, keep a plain copy of the pixels aside, or have no names for bands.

mod assembly;
mod codec;
mod directory;
mod entry;
mod error;
mod gdal_metadata;
mod geo_keys;
mod halver;
mod level;
mod level_writer;
mod options;
mod picture_writer;
mod pixel;
mod predictor;
mod raster_file;
mod spec;
mod strip;
mod tile_file;
mod writer;

pub use error::GeoTiffError;
pub use options::{Compression, GeoTiffOptions};
pub use picture_writer::GeoTiffPictureWriter;
pub use spec::GeoTiffSpec;
pub use writer::{GeoTiffReport, GeoTiffWriter};
