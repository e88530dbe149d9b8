//! Whole UTM zones of pixels, by year.

use crate::{DatasetVersion, Region, Source, SourceError, Year};

/// Whole UTM zones of pixels by year, which is what regions are asked of: an archive whose tiles are read as one raster
/// ([`ArchiveZones`](crate::ArchiveZones)), or a zone store.
///
/// All that it holds is of one dataset.
pub trait Zones: Send + Sync {
    /// What to call it in a message: a path or an address.
    fn name(&self) -> String;

    /// The years that it has, ascending.
    fn years(&self) -> Vec<Year>;

    /// Whether it may have a year: false only where it certainly does not. A store that has to read something for each of
    /// its zones to tell its years says so of any year, until it was read.
    fn may_have(&self, year: Year) -> bool {
        self.years().contains(&year)
    }

    /// The dataset that its pixels belong to.
    fn version(&self) -> DatasetVersion;

    /// Boxes that hold all it has of a year, few enough to be told in a message; none where it does not have the year.
    fn boxes(&self, year: Year) -> Vec<Region>;

    /// The pixels of a UTM zone (1..=60), on a grid in the northern CRS of the zone; `None` where nothing is known to lie
    /// in the region, which is a box within the zone's 6° of longitude.
    ///
    /// Pixels that are not valid have values of 0, and a scale of NaN (water) or +inf (no data).
    ///
    /// # Errors
    /// Where it has the zone and cannot open it.
    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError>;
}
