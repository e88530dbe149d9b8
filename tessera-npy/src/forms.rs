//! The folder forms of an archive.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, TileId, Year};

use crate::look::{Kind, Look};
use crate::place::{BUCKET, LANDMASKS, MIRROR, MIRROR_LANDMASKS, Place, name_of};
use crate::{ArchiveError, NpyArchiveOptions, Strangers};

/// One archive: the year folders of one dataset, or one folder of tiles.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) folder: PathBuf,
    pub(crate) version: DatasetVersion,
    pub(crate) years: BTreeMap<Year, PathBuf>,
    /// Whether the tiles lie in the folder itself, and the year that its name says.
    pub(crate) direct: Option<Option<Year>>,
    pub(crate) strangers: Strangers,
}

/// What lies in a folder: an archive, and folders that may be others.
struct Found {
    dataset: Dataset,
    others: Vec<PathBuf>,
}

impl Dataset {
    /// The archive in a root of any form.
    pub(crate) fn find(
        look: &impl Look,
        root: &Path,
        options: &NpyArchiveOptions,
    ) -> Result<Self, ArchiveError> {
        let mut all = Vec::new();
        let mut folders = vec![root.to_owned()];
        // At most three deep: root, `npy`, its datasets.
        for _ in 0..3 {
            for folder in std::mem::take(&mut folders) {
                let found = Found::read(look, &folder)?;
                folders.extend(found.others);
                if !found.dataset.years.is_empty() || found.dataset.direct.is_some() {
                    all.push(found.dataset);
                }
            }
        }
        choose(root, all, options.version.as_ref())
    }
}

fn choose(
    root: &Path,
    mut all: Vec<Dataset>,
    asked: Option<&DatasetVersion>,
) -> Result<Dataset, ArchiveError> {
    all.sort_by(|a, b| a.folder.cmp(&b.folder));
    if let Some(asked) = asked {
        let found = all.iter().map(|dataset| dataset.version.to_string()).collect();
        // A dataset whose folders say nothing is what the caller says it is, where no other is called that.
        let named = all.iter().any(|dataset| dataset.version == *asked);
        let wanted = if named { asked.clone() } else { DatasetVersion::Unknown };
        let any = !all.is_empty();
        all.retain(|dataset| dataset.version == wanted);
        if any && all.is_empty() {
            return Err(ArchiveError::Dataset { root: root.to_owned(), asked: asked.clone(), found });
        }
    }
    match (all.pop(), all.is_empty()) {
        (None, _) => Err(ArchiveError::Empty { root: root.to_owned() }),
        (Some(mut only), true) => {
            only.version = asked.cloned().unwrap_or(only.version);
            Ok(only)
        }
        (Some(last), false) => {
            let found = all.into_iter().chain([last]).map(|dataset| dataset.folder).collect();
            Err(ArchiveError::Several { root: root.to_owned(), found })
        }
    }
}

impl Found {
    /// Reads a folder once.
    fn read(look: &impl Look, folder: &Path) -> Result<Self, ArchiveError> {
        let error = |cause| ArchiveError::Folder { folder: folder.to_owned(), cause };
        let (mut years, mut others, mut strangers) = (BTreeMap::new(), Vec::new(), Strangers::default());
        let mut direct = false;
        look.each(folder, &mut |name, kind| {
            let path = || folder.join(name);
            if kind == Kind::File {
                strangers.add(path(), name, kind);
            } else if name.parse::<TileId>().is_ok() {
                // They are listed later, unless this is not the archive that is wanted.
                direct = true;
            } else if kind == Kind::Link && !look.leads_to_folder(&path()) {
                strangers.add(path(), name, kind);
            } else if let Ok(year) = name.parse() {
                years.insert(year, path());
            } else if matches!(name, LANDMASKS | MIRROR_LANDMASKS) {
                // Looked for by each tile.
            } else if matches!(name, BUCKET | MIRROR) || DatasetVersion::from_folder(name).is_some() {
                others.push(path());
            } else {
                strangers.add(path(), name, kind);
            }
        })
        .map_err(error)?;
        let full = look.full(folder);
        let own_year = name_of(&full).and_then(|name| name.parse::<Year>().ok());
        if direct && own_year.is_some() {
            // Years within a year are not of this archive.
            strangers.folders += years.len() as u64;
            years.clear();
        }
        let place = Place::of_year_folder(&full);
        let dataset = Dataset {
            folder: folder.to_owned(),
            version: place.version,
            years,
            direct: direct.then_some(own_year),
            strangers,
        };
        Ok(Self { dataset, others })
    }
}
