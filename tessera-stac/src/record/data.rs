//! The files that hold the pixels of a tile.

use super::TileRecord;
use crate::{BasisAsset, Location, Preview};

impl TileRecord {
    /// Where the files that hold its pixels lie, by the key of the asset.
    ///
    /// ```
    /// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
    /// use tessera_stac::{Location, Preview, TileRecord, TileStore};
    ///
    /// let tile: TileId = "grid_0.15_52.05".parse()?;
    /// let store = Location::file("/data/grid_0.15_52.05.zarr")?;
    /// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?)
    ///     .store(TileStore::new(store.clone(), 3)?)
    ///     .preview(Preview::new(Location::file("/data/grid_0.15_52.05.png")?));
    /// assert_eq!(record.data().collect::<Vec<_>>(), [("embeddings", &store)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data(&self) -> impl Iterator<Item = (&'static str, &Location)> {
        self.locations().filter(|(key, _)| !matches!(*key, Preview::KEY | BasisAsset::KEY))
    }
}
