//! Some UTM zones of a source.

use tessera_core::{DatasetVersion, Region, Source, SourceError, Year, Zones};

/// Some UTM zones of a source, or all of them.
pub(super) struct OnlyZones<'a> {
    pub(super) all: &'a dyn Zones,
    pub(super) zones: Option<&'a [u8]>,
}

impl OnlyZones<'_> {
    pub(super) fn has(&self, zone: u8) -> bool {
        self.zones.is_none_or(|zones| zones.contains(&zone))
    }
}

impl Zones for OnlyZones<'_> {
    fn name(&self) -> String {
        self.all.name()
    }

    fn years(&self) -> Vec<Year> {
        self.all.years()
    }

    fn version(&self) -> DatasetVersion {
        self.all.version()
    }

    fn boxes(&self, year: Year) -> Vec<Region> {
        self.all.boxes(year)
    }

    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        if self.has(number) { self.all.zone(number, year, region) } else { Ok(None) }
    }
}
