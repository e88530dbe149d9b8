//! A collection of tiles by year.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::{DatasetVersion, Region, SourceError, Tile, TileId, Year};

/// A collection of tiles by year: a folder of NPY tiles, a folder of tile stores.
///
/// Listing is cheap: an implementation looks at names, never into tiles.
pub trait Archive: Send + Sync {
    /// What to call the archive in a message: a path or an address.
    fn name(&self) -> String;

    /// The years that it has, ascending.
    fn years(&self) -> Vec<Year>;

    /// The tiles of a year, in the order of [`TileId`].
    fn tiles(&self, year: Year) -> Vec<TileId>;

    /// The tiles of a year that a region touches, in the order of [`TileId`].
    fn tiles_in(&self, year: Year, region: &Region) -> Vec<TileId> {
        self.tiles(year).into_iter().filter(|tile| region.touches(*tile)).collect()
    }

    /// Opens a tile; `None` where the archive does not have it.
    ///
    /// # Errors
    /// Where it has it and it cannot be opened.
    fn open(&self, id: TileId, year: Year) -> Result<Option<Box<dyn Tile>>, SourceError>;

    /// The dataset that all its tiles belong to.
    fn version(&self) -> DatasetVersion;

    /// What tells whether a tile has changed; `None` where the archive does not have it.
    ///
    /// # Errors
    /// Where it has it and its files cannot be looked at.
    fn stamp(&self, id: TileId, year: Year) -> Result<Option<Stamp>, SourceError>;
}

/// What tells whether a tile has changed since it was last looked at: equal stamps, equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Bytes of all its files.
    pub bytes: u64,
    /// The times of their last modification, or their ETags: an opaque text.
    pub version: String,
}

impl Stamp {
    /// A time of modification as text: nanoseconds since 1970.
    #[must_use]
    pub fn of_time(time: SystemTime) -> String {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos().to_string(),
            Err(before) => format!("-{}", before.duration().as_nanos()),
        }
    }
}
