//! Where the records of a year come from.

use std::error::Error;

use tessera_core::{DatasetVersion, TileId, Year};

use crate::{FileHashes, PyramidAssets, TileRecord};

/// Where the records of a year come from: an archive, a listing, a folder of stores, or several of them.
///
/// Which tiles there are is asked once; each is then asked for once, by many threads and in no order that could be relied
/// on.
pub trait YearRecords: Sync {
    /// The year.
    fn year(&self) -> Year;

    /// The dataset version of all its tiles.
    fn version(&self) -> &DatasetVersion;

    /// The tiles, in any order; those that come twice count once.
    fn tiles(&self) -> Vec<TileId>;

    /// What is known of one of the tiles.
    ///
    /// # Errors
    /// A tile that cannot be described: it is left out, and the others are written.
    fn record(&self, tile: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>>;

    /// The pyramids of pictures of the year, where the catalogue has `known` of it; it keeps them unless this says others.
    fn pyramids(&self, known: PyramidAssets) -> PyramidAssets {
        known
    }

    /// The hashes of its files, where they are known.
    fn hashes(&self, _tile: TileId) -> FileHashes {
        FileHashes::default()
    }
}
