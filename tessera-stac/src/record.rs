//! What is known of a tile.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use tessera_core::{CHANNELS, DatasetVersion, PixelGrid, Source, Tile, TileId, Year};

use crate::assets::Assets;
use crate::{BasisAsset, Location, NpyTile, Preview, RecordError, TileStore, ZoneAsset, item_id};

mod data;
mod merge;

/// What is known of a tile: its name, year, dataset version and grid, and the files that hold it. An item says this, and
/// nothing else.
///
/// ```
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{Location, Site, TileRecord, TileStore};
///
/// let tile: TileId = "grid_0.15_52.05".parse()?;
/// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?)
///     .store(TileStore::new(Location::file("/data/out/grid_0.15_52.05.zarr")?, 2)?);
/// let item = record.item_alone(&Site::folder("/data/out")?)?;
/// assert_eq!(item.id, "grid_0.15_52.05_2024");
/// assert_eq!(item.assets["embeddings"].href, "./grid_0.15_52.05.zarr");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TileRecord {
    tile: TileId,
    year: Year,
    version: DatasetVersion,
    grid: PixelGrid,
    channels: usize,
    channel_scales: bool,
    assets: Assets,
    software: BTreeMap<String, String>,
    created: Option<DateTime<Utc>>,
}

impl TileRecord {
    /// A tile of 128 channels with one scale a pixel, of which no file is known yet. The grid is the one that its pixels
    /// have, which may differ from the computed one.
    #[must_use]
    pub fn new(tile: TileId, year: Year, version: DatasetVersion, grid: PixelGrid) -> Self {
        Self {
            tile,
            year,
            version,
            grid,
            channels: CHANNELS,
            channel_scales: false,
            assets: Assets::default(),
            software: BTreeMap::new(),
            created: None,
        }
    }

    /// What a tile says of itself. The year is asked for because a tile need not know it.
    #[must_use]
    pub fn of_tile<T: Tile + ?Sized>(tile: &T, year: Year) -> Self {
        Self::new(tile.id(), year, tile.version().clone(), *tile.grid()).channels(Source::channels(tile))
    }

    /// The number of channels.
    #[must_use]
    pub fn channels(mut self, channels: usize) -> Self {
        self.channels = channels;
        self
    }

    /// Whether each channel has its own scale: scales of (rows, cols, channels).
    #[must_use]
    pub fn channel_scales(mut self, each: bool) -> Self {
        self.channel_scales = each;
        self
    }

    /// A tile store that holds it.
    #[must_use]
    pub fn store(mut self, store: TileStore) -> Self {
        self.assets.store = Some(store);
        self
    }

    /// An NPY tile that holds it.
    #[must_use]
    pub fn npy(mut self, npy: NpyTile) -> Self {
        self.assets.npy = Some(npy);
        self
    }

    /// A picture of it.
    #[must_use]
    pub fn preview(mut self, preview: Preview) -> Self {
        self.assets.preview = Some(preview);
        self
    }

    /// The basis that its picture was made with.
    #[must_use]
    pub fn basis(mut self, basis: BasisAsset) -> Self {
        self.assets.basis = Some(basis);
        self
    }

    /// The group of a zone store that holds it among others.
    #[must_use]
    pub fn zone(mut self, zone: ZoneAsset) -> Self {
        self.assets.zone = Some(zone);
        self
    }

    /// A program that made a file of it, with the program's version.
    #[must_use]
    pub fn software(mut self, name: &str, version: &str) -> Self {
        self.software.insert(name.to_owned(), version.to_owned());
        self
    }

    /// When the item was made, to the second. Without it the item has no such time: the same record, the same bytes.
    ///
    /// # Errors
    /// [`RecordError::Created`] before 1970 or beyond 9999.
    pub fn created(mut self, time: SystemTime) -> Result<Self, RecordError> {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i128::from(after.as_secs()),
            Err(before) => -i128::from(before.duration().as_secs()) - 1,
        };
        // The first second of the year 10000.
        let date = i64::try_from(seconds).ok().filter(|s| (0..253_402_300_800).contains(s));
        let date = date.and_then(|s| DateTime::from_timestamp(s, 0));
        let date = date.ok_or_else(|| RecordError::Created { id: self.id(), seconds })?;
        self.created = Some(date);
        Ok(self)
    }

    /// The id of its item.
    #[must_use]
    pub fn id(&self) -> String {
        item_id(self.tile, self.year)
    }

    /// The cell.
    #[must_use]
    pub fn tile(&self) -> TileId {
        self.tile
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> Year {
        self.year
    }

    /// The dataset version.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.version
    }

    /// The grid of its pixels.
    #[must_use]
    pub fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    pub(crate) fn channel_count(&self) -> usize {
        self.channels
    }

    pub(crate) fn has_channel_scales(&self) -> bool {
        self.channel_scales
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.assets
    }

    pub(crate) fn tile_store(&self) -> Option<&TileStore> {
        self.assets.store.as_ref()
    }

    pub(crate) fn npy_tile(&self) -> Option<&NpyTile> {
        self.assets.npy.as_ref()
    }

    pub(crate) fn picture(&self) -> Option<&Preview> {
        self.assets.preview.as_ref()
    }

    pub(crate) fn picture_basis(&self) -> Option<&BasisAsset> {
        self.assets.basis.as_ref()
    }

    pub(crate) fn zone_group(&self) -> Option<&ZoneAsset> {
        self.assets.zone.as_ref()
    }

    pub(crate) fn software_used(&self) -> &BTreeMap<String, String> {
        &self.software
    }

    pub(crate) fn created_time(&self) -> Option<DateTime<Utc>> {
        self.created
    }

    /// Where its files lie, by the key of the asset.
    pub(crate) fn locations(&self) -> impl Iterator<Item = (&'static str, &Location)> {
        self.assets.locations()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tessera_core::{Channels, Quantized, SourceError, Window};

    use super::*;

    /// A tile that knows its name and version, and has no pixel.
    struct Named {
        grid: PixelGrid,
        version: DatasetVersion,
    }

    impl Source for Named {
        fn grid(&self) -> &PixelGrid {
            &self.grid
        }

        fn channels(&self) -> usize {
            16
        }

        fn name(&self) -> String {
            "named".to_owned()
        }

        fn read_window_into(&self, _: Window, _: &Channels, _: &mut Quantized) -> Result<(), SourceError> {
            Err(SourceError::new("named", "no pixel"))
        }
    }

    impl Tile for Named {
        fn id(&self) -> TileId {
            TileId::from_hundredths(15, 5205).unwrap()
        }

        fn year(&self) -> Option<Year> {
            None
        }

        fn version(&self) -> &DatasetVersion {
            &self.version
        }
    }

    #[test]
    fn a_tile_speaks_for_itself() {
        let tile = TileId::from_hundredths(15, 5205).unwrap();
        let (year, version) = (Year::new(2024).unwrap(), DatasetVersion::named("v2"));
        let grid = PixelGrid::of_tile(tile).unwrap().with_shape(1140, 730).unwrap();
        let named: Box<dyn Tile> = Box::new(Named { grid, version: version.clone() });
        let expected = TileRecord::new(tile, year, version, grid).channels(16);
        assert_eq!(TileRecord::of_tile(named.as_ref(), year), expected);
    }

    #[test]
    fn times_are_dates_or_errors() {
        let tile: TileId = "grid_0.15_52.05".parse().unwrap();
        let grid = PixelGrid::of_tile(tile).unwrap();
        let record = TileRecord::new(tile, Year::new(2024).unwrap(), DatasetVersion::Unknown, grid);
        let at =
            |seconds: u64| record.clone().created(UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 700));
        let text = |record: TileRecord| record.created_time().unwrap().to_rfc3339();
        assert_eq!(text(at(1_795_305_600).unwrap()), "2026-11-22T00:00:00+00:00");
        assert_eq!(text(at(253_402_300_799).unwrap()), "9999-12-31T23:59:59+00:00");
        assert!(at(253_402_300_800).is_err());
        assert!(record.clone().created(UNIX_EPOCH - Duration::from_millis(1)).is_err());
        assert_eq!(record.created_time(), None);
    }
}
