//! How a catalogue is written.

use crate::{Credits, StorageScheme};

/// How a catalogue is written.
///
/// ```
/// use tessera_stac::{CatalogOptions, Credits, StorageScheme};
///
/// let options = CatalogOptions::default()
///     .base_url("https://example.org/catalogue")
///     .storage(StorageScheme::s3("s3", "https://s3.example.org", "tessera")?)
///     .credits(Credits::default())
///     .overwrite(true);
/// # Ok::<(), tessera_stac::StorageError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogOptions {
    pub(crate) base_url: Option<String>,
    pub(crate) storage: Vec<StorageScheme>,
    pub(crate) credits: Credits,
    pub(crate) overwrite: bool,
    pub(crate) items: bool,
    pub(crate) map: bool,
    pub(crate) prune: bool,
}

impl Default for CatalogOptions {
    /// Relative links, items as files, the map page; nothing is replaced or dropped.
    fn default() -> Self {
        Self {
            base_url: None,
            storage: Vec::new(),
            credits: Credits::default(),
            overwrite: false,
            items: true,
            map: true,
            prune: false,
        }
    }
}

impl CatalogOptions {
    /// The address that the folder will be found at: links become absolute.
    #[must_use]
    pub fn base_url(mut self, base: &str) -> Self {
        self.base_url = Some(base.to_owned());
        self
    }

    /// An object store that tiles may lie in.
    #[must_use]
    pub fn storage(mut self, scheme: StorageScheme) -> Self {
        self.storage.push(scheme);
        self
    }

    /// Who made the data, and under which terms.
    #[must_use]
    pub fn credits(mut self, credits: Credits) -> Self {
        self.credits = credits;
        self
    }

    /// Whether a catalogue that is there may be replaced. A folder that holds anything else never is.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Whether items are written as files, a file for each tile: what a static host needs. Without them the index has the
    /// same content, and a server can make them when they are asked for.
    #[must_use]
    pub fn items(mut self, items: bool) -> Self {
        self.items = items;
        self
    }

    /// Whether the map page is written beside the catalogue.
    #[must_use]
    pub fn map(mut self, map: bool) -> Self {
        self.map = map;
        self
    }

    /// Whether an update drops the tiles of a year that its records no longer have. A year of which the records have none,
    /// and say pyramids alone, keeps its tiles.
    #[must_use]
    pub fn prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }
}
