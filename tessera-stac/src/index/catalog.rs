//! The indexes of a catalogue.

use std::fs;
use std::path::{Path, PathBuf};

use tessera_core::Year;

use crate::{IndexError, YearIndex, index_path};

/// The indexes of the years of a catalogue on disk.
///
/// ```no_run
/// use tessera_core::Region;
/// use tessera_stac::{CatalogIndex, Site};
///
/// let (catalog, site) = (CatalogIndex::open("catalogue")?, Site::folder("catalogue")?);
/// let region = Region::new(100.0, 50.0, 105.0, 55.0)?;
/// for year in catalog.years() {
///     println!("{}: {} tiles", year.year(), year.coverage().count_in(&region));
///     for tile in year.tiles_after(None, &region).take(10) {
///         println!("{:?}", year.record(tile, &site)?);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CatalogIndex {
    path: PathBuf,
    years: Vec<YearIndex>,
}

impl CatalogIndex {
    /// Opens the indexes of all years in the folder of a catalogue.
    ///
    /// # Errors
    /// A folder that cannot be read or has no index, or as [`YearIndex::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IndexError> {
        let path = path.as_ref().to_owned();
        let mut years = Vec::new();
        for entry in fs::read_dir(&path).map_err(IndexError::io(&path))? {
            let entry = entry.map_err(IndexError::io(&path))?;
            let year = entry.file_name().to_str().and_then(|name| name.parse::<Year>().ok());
            if let Some(year) = year.filter(|year| path.join(index_path(*year)).is_file()) {
                years.push(YearIndex::open(&path, year)?);
            }
        }
        if years.is_empty() {
            return Err(IndexError::NotACatalog { path });
        }
        years.sort_by_key(YearIndex::year);
        Ok(Self { path, years })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The years, ascending.
    #[must_use]
    pub fn years(&self) -> &[YearIndex] {
        &self.years
    }

    /// The index of a year; `None` where there is none.
    #[must_use]
    pub fn year(&self, year: Year) -> Option<&YearIndex> {
        self.years.iter().find(|index| index.year() == year)
    }
}
