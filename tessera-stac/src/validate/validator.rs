//! Checks a catalogue.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use tessera_core::Year;

use super::root::check_root;
use super::run::Run;
use super::year::YearCheck;
use crate::{
    CATALOG_PATH, IndexError, Location, LocationError, ValidateError, ValidationEvent, ValidationSummary,
    YearIndex, collection_path, coverage_path, index_path,
};

/// Checks a catalogue on disk against its own index, without a network: that all its JSON is STAC 1.1.0 of its kind; that
/// links lead to and fro between root, collections, blocks and items, and nowhere else; that blocks have the tiles of the
/// coverage bitmap; that collections and items say what the index says, items byte by byte; that nothing is missing and
/// nothing left over; and that no link leads where it must not.
///
/// Each year is read part by part, 20,000 tiles at most, whose items are compared on all threads.
///
/// ```
/// use std::ops::ControlFlow;
/// use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};
/// use tessera_stac::{CatalogOptions, CatalogValidator, Location, ProblemKind, TileRecord, TileStore};
/// use tessera_stac::{ValidationEvent, write_catalog};
///
/// let (folder, tile) = (tempfile::tempdir()?, "grid_0.15_52.05".parse::<TileId>()?);
/// let store = TileStore::new(Location::url("s3://tessera/grid_0.15_52.05.zarr")?, 3)?;
/// let record = TileRecord::new(tile, Year::new(2024)?, DatasetVersion::named("v1"), PixelGrid::of_tile(tile)?);
/// write_catalog(folder.path(), [record.store(store)], CatalogOptions::default())?;
///
/// let ignored = |_: ValidationEvent<'_>| ControlFlow::Continue(());
/// let validator = CatalogValidator::open(folder.path())?;
/// assert_eq!(validator.run(&ignored)?.problems, 0);
///
/// let left_over = folder.path().join("2024/e000n50/grid_0.25_52.05_2024.json");
/// std::fs::write(left_over, "{}")?;
/// let summary = validator.run(&|event| {
///     if let ValidationEvent::Problem(problem) = event {
///         assert_eq!(problem.kind, ProblemKind::Extra);
///     }
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(summary.problems, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CatalogValidator {
    folder: PathBuf,
    root: String,
    years: Vec<(Year, Result<YearIndex, IndexError>)>,
    files: bool,
    hashes: bool,
}

impl CatalogValidator {
    /// Opens the indexes of a catalogue. What is wrong with them is told by [`run`](Self::run).
    ///
    /// # Errors
    /// A folder that cannot be read, or has nothing of a catalogue in it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, ValidateError> {
        let folder = folder.as_ref().to_owned();
        let mut years = Vec::new();
        for entry in fs::read_dir(&folder).map_err(ValidateError::io(&folder))? {
            let entry = entry.map_err(ValidateError::io(&folder))?;
            let year = entry.file_name().to_str().and_then(|name| name.parse::<Year>().ok());
            if let Some(year) = year.filter(|year| is_year(&folder, *year)) {
                years.push((year, YearIndex::open(&folder, year)));
            }
        }
        if years.is_empty() && !folder.join(CATALOG_PATH).exists() {
            return Err(ValidateError::NotACatalog { path: folder });
        }
        years.sort_by_key(|(year, _)| *year);
        let no_path = |cause: LocationError| ValidateError::io(&folder)(io::Error::other(cause));
        let own = address_of(&folder).map_err(no_path)?;
        let root = crate::address::parent(&own).unwrap_or(&own).to_owned();
        Ok(Self { folder, root, years, files: false, hashes: false })
    }

    /// The folder that relative links must not leave; the one that the catalogue lies in, unless this is said.
    ///
    /// # Errors
    /// As [`Location::file`].
    pub fn root(mut self, folder: impl AsRef<Path>) -> Result<Self, LocationError> {
        self.root = address_of(folder.as_ref())?;
        Ok(self)
    }

    /// Whether the files of tiles are looked for, where they lie on this disk: whether they are there, and as large as the
    /// index says.
    #[must_use]
    pub fn files(mut self, look: bool) -> Self {
        self.files = look;
        self
    }

    /// Whether the files whose hashes are known are read and hashed, where they lie on this disk.
    #[must_use]
    pub fn hashes(mut self, hash: bool) -> Self {
        self.hashes = hash;
        self
    }

    /// The number of tiles in all indexes that can be read.
    #[must_use]
    pub fn tiles(&self) -> usize {
        self.years.iter().filter_map(|(_, index)| index.as_ref().ok()).map(YearIndex::len).sum()
    }

    /// Checks everything. Problems and progress are told to `watch`, which is called on all threads and says whether to go
    /// on.
    ///
    /// # Errors
    /// [`ValidateError::Stopped`].
    pub fn run(
        &self,
        watch: &(dyn Fn(ValidationEvent<'_>) -> ControlFlow<()> + Sync),
    ) -> Result<ValidationSummary, ValidateError> {
        let run = Run::new(&self.folder, &self.root, self.files, self.hashes, watch);
        let mut checks = Vec::new();
        for (year, index) in &self.years {
            checks.extend(YearCheck::begin(&run, *year, index));
        }
        check_root(&run, &self.years, checks.first().map(|check| &check.site));
        for check in &checks {
            check.run()?;
        }
        if self.hashes {
            let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
            let (files, bytes) = (count(&run.counts.to_hash), count(&run.counts.bytes));
            run.tell(ValidationEvent::Hashing { files, bytes });
            for check in &checks {
                check.hash_files()?;
            }
        }
        run.go_on()?;
        Ok(run.summary())
    }
}

/// Whether a folder of a year has anything of a catalogue in it.
fn is_year(folder: &Path, year: Year) -> bool {
    let paths = [collection_path(year), index_path(year), coverage_path(year)];
    paths.iter().any(|path| folder.join(path).exists())
}

/// The address of a folder, with a slash at its end.
fn address_of(folder: &Path) -> Result<String, LocationError> {
    let address = Location::file(folder)?.to_string();
    Ok(format!("{}/", address.trim_end_matches('/')))
}
