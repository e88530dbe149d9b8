//! All that a year knows, part by part.

use rayon::prelude::*;
use tessera_core::{Region, TileId};

use super::YearIndex;
use crate::{IndexError, Site, TileRecord};

impl YearIndex {
    /// What is known of all tiles that a region touches, in the order of the index: one part after the other, each of the
    /// tiles of 20° × 10°, 20,000 at most. A part is read when it is asked for, and nothing is kept.
    ///
    /// ```
    /// use tessera_core::{DatasetVersion, PixelGrid, Region, TileId, Year};
    /// use tessera_stac::{CatalogIndex, CatalogOptions, Location, TileRecord, TileStore, write_catalog};
    ///
    /// let (folder, year) = (tempfile::tempdir()?, Year::new(2024)?);
    /// let mut records = Vec::new();
    /// for name in ["grid_0.15_52.05", "grid_0.25_52.05", "grid_100.05_52.05"] {
    ///     let tile: TileId = name.parse()?;
    ///     let store = TileStore::new(Location::url(&format!("s3://tessera/{name}.zarr"))?, 3)?;
    ///     let record = TileRecord::new(tile, year, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
    ///     records.push(record.store(store));
    /// }
    /// write_catalog(folder.path(), records.clone(), CatalogOptions::default())?;
    ///
    /// let catalog = CatalogIndex::open(folder.path())?;
    /// let index = catalog.year(year).unwrap();
    /// let site = index.site()?;
    /// let all: Vec<_> = index.parts(&Region::WORLD, &site).collect::<Result<_, _>>()?;
    /// assert_eq!(all, [&records[..2], &records[2..]]);
    /// assert_eq!(index.parts(&"100,52,101,53".parse()?, &site).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn parts<'a>(
        &'a self,
        region: &Region,
        site: &'a Site,
    ) -> impl Iterator<Item = Result<Vec<TileRecord>, IndexError>> + use<'a> {
        let region = *region;
        let sheets = self.coverage.sheets_in(&region);
        let sheets = sheets.filter(move |sheet| self.coverage.tiles_of(*sheet, region).next().is_some());
        let groups = sheets.filter_map(|sheet| self.group_of(sheet));
        groups.map(move |group| {
            let rows = self.read(group)?;
            let tiles = rows.tiles.par_iter().enumerate().filter(|(_, tile)| region.touches(**tile));
            let record = |(row, tile): (usize, &TileId)| self.record_of(&rows, row, *tile, site).transpose();
            tiles.filter_map(record).collect()
        })
    }
}
