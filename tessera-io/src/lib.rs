#![doc = include_str!("../README.md")]

mod geotiff;
mod output;
mod points;
mod polygons;
mod table;

pub use geotiff::{Compression, GeoTiffError, GeoTiffOptions, GeoTiffReport, GeoTiffSpec, GeoTiffWriter};
pub use output::OutputError;
pub use points::{PointProblem, PointTable, PointTableError};
pub use polygons::{GeoJsonError, GeoJsonProblem, parse_geojson, read_geojson};
pub use table::{TableBatch, TableError, TableReport, TableSpec, TableWriter};
