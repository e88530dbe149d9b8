//! What a zone store is to be.

use tessera_core::{CHANNELS, DatasetVersion, Year};

use crate::ZoneLayout;

/// What a zone store is to be: its zones, years, dataset, number of channels and layout.
#[derive(Debug, Clone)]
pub struct ZoneSpec {
    pub(crate) version: DatasetVersion,
    pub(crate) channels: usize,
    pub(crate) zones: Vec<u8>,
    pub(crate) years: Vec<Year>,
    pub(crate) layout: ZoneLayout,
}

impl ZoneSpec {
    /// A store of a dataset, with 128 channels in the published layout, for now without zones and years.
    #[must_use]
    pub fn new(version: DatasetVersion) -> Self {
        Self {
            version,
            channels: CHANNELS,
            zones: Vec::new(),
            years: Vec::new(),
            layout: ZoneLayout::default(),
        }
    }

    /// The zones, 1..=60; twice is once.
    #[must_use]
    pub fn zones(mut self, zones: impl IntoIterator<Item = u8>) -> Self {
        self.zones.extend(zones);
        self.zones.sort_unstable();
        self.zones.dedup();
        self
    }

    /// The years, in ascending order; twice is once.
    #[must_use]
    pub fn years(mut self, years: impl IntoIterator<Item = Year>) -> Self {
        self.years.extend(years);
        self.years.sort_unstable();
        self.years.dedup();
        self
    }

    /// Another number of channels.
    #[must_use]
    pub fn channels(mut self, channels: usize) -> Self {
        self.channels = channels;
        self
    }

    /// Another layout.
    #[must_use]
    pub fn layout(mut self, layout: ZoneLayout) -> Self {
        self.layout = layout;
        self
    }
}
