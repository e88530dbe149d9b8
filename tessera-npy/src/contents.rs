//! What an archive has: its tiles by year.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, Year};

use crate::forms::Dataset;
use crate::look::Look;
use crate::year_folder::YearFolder;
use crate::{ArchiveError, NpyArchiveOptions, Strangers};

/// What an archive has: its tiles by year. Those of a folder that says no year are under none.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) folder: PathBuf,
    pub(crate) version: DatasetVersion,
    pub(crate) years: BTreeMap<Option<Year>, YearFolder>,
    pub(crate) strangers: Strangers,
}

impl Contents {
    /// What the folders under a root of any form hold.
    pub(crate) fn of_folders(
        look: &impl Look,
        root: &Path,
        options: &NpyArchiveOptions,
    ) -> Result<Self, ArchiveError> {
        let Dataset { folder, version, years, direct, mut strangers } = Dataset::find(look, root, options)?;
        let mut folders: BTreeMap<_, _> =
            years.into_iter().map(|(year, folder)| (Some(year), folder)).collect();
        if let Some(said) = direct {
            // Beside years that are said, tiles of no year stay such.
            let given = options.year.filter(|_| folders.is_empty());
            folders.insert(said.or(given), folder.clone());
        }
        if let Some(asked) = options.year {
            let found = folders.keys().flatten().copied().collect();
            folders.retain(|year, _| *year == Some(asked));
            if folders.is_empty() {
                return Err(ArchiveError::Year { root: root.to_owned(), asked, found });
            }
        }
        let paths: Vec<&Path> = folders.values().map(PathBuf::as_path).collect();
        look.prepare(&paths).map_err(|cause| ArchiveError::Folder { folder: folder.clone(), cause })?;
        let mut years = BTreeMap::new();
        for (year, path) in folders {
            let (tiles, others) = YearFolder::read(look, &path)
                .map_err(|cause| ArchiveError::Folder { folder: path.clone(), cause })?;
            // The folder of the dataset itself was counted when it was found.
            if path != folder {
                strangers.merge(others);
            }
            years.insert(year, tiles);
        }
        Ok(Self { folder, version, years, strangers })
    }
}
