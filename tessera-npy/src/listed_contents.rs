//! What an archive has, as its listing says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tessera_core::{DatasetVersion, TileId, Year};

use crate::contents::Contents;
use crate::listed_file::{ListedFiles, Named};
use crate::listed_folders::ListedFolder;
use crate::listing::Listing;
use crate::look::Look;
use crate::place::Place;
use crate::year_folder::YearFolder;
use crate::{ArchiveError, ListingError, ListingProblem, NpyArchiveOptions, Strangers};

/// A folder of tiles, and what its path says.
struct Said {
    folder: PathBuf,
    year: Option<Year>,
    version: DatasetVersion,
    tiles: Vec<(TileId, Named)>,
    files: ListedFiles,
    line: u64,
}

impl Contents {
    /// What a listing says that lies under a root. `name` is what to call the listing in a message.
    pub(crate) fn of_listing(
        look: &impl Look,
        root: &Path,
        listing: Result<Listing, ListingProblem>,
        name: &str,
        options: &NpyArchiveOptions,
    ) -> Result<Self, ArchiveError> {
        let error = |problem| ListingError { listing: name.to_owned(), problem };
        let Listing { folders, mut strangers, lines } = listing.map_err(error)?;
        if folders.is_empty() {
            return Err(error(ListingProblem::Empty { lines, strangers: strangers.into() }).into());
        }
        let full = look.full(root);
        let mut all: Vec<_> = folders.into_iter().map(|listed| Said::of(listed, root, &full)).collect();
        let version = match &options.version {
            Some(asked) => only(&mut all, asked, root)?,
            None => same(&all).map_err(error)?,
        };
        if let Some(given) = options.year
            && all.iter().all(|said| said.year.is_none())
        {
            for said in &mut all {
                said.be_of(look, given)?;
            }
        }
        if let Some(asked) = options.year {
            let found: BTreeSet<_> = all.iter().filter_map(|said| said.year).collect();
            all.retain(|said| said.year == Some(asked));
            if all.is_empty() {
                let found = found.into_iter().collect();
                return Err(ArchiveError::Year { root: root.to_owned(), asked, found });
            }
        }
        let years = by_year(all).map_err(error)?.into_iter();
        let years = years.map(|(year, said)| (year, said.into_folder(&mut strangers))).collect();
        Ok(Self { folder: root.to_owned(), version, years, strangers })
    }
}

impl Said {
    fn of(listed: ListedFolder, root: &Path, full: &Path) -> Self {
        let ListedFolder { path, tiles, files, line } = listed;
        let under = |root: &Path| if path.is_empty() { root.to_owned() } else { root.join(&path) };
        let Place { year, mut version, .. } = Place::of_year_folder(&under(full));
        if version == DatasetVersion::Unknown {
            version = path.rsplit('/').find_map(DatasetVersion::from_folder).unwrap_or_default();
        }
        Self { folder: under(root), year, version, tiles, files, line }
    }

    /// The tiles in order, each once. Lines that name again what another names are counted.
    fn into_folder(mut self, strangers: &mut Strangers) -> YearFolder {
        self.tiles.sort_unstable();
        for pair in self.tiles.windows(2).filter(|pair| pair[0] == pair[1]) {
            strangers.add_repeated(self.folder.join(pair[0].0.to_string()));
        }
        let mut tiles: Vec<TileId> = self.tiles.into_iter().map(|(id, _)| id).collect();
        tiles.dedup();
        self.files.sort();
        YearFolder::listed(self.folder, tiles, self.files)
    }

    /// Tiles of a year that no line says lie in the folder of that year, where there is one.
    fn be_of(&mut self, look: &impl Look, year: Year) -> Result<(), ArchiveError> {
        let deeper = self.folder.join(year.to_string());
        if let Some((tile, _)) = self.tiles.first() {
            let there = look.has_folder(&deeper, *tile);
            if there.map_err(|cause| ArchiveError::Folder { folder: deeper.clone(), cause })? {
                self.folder = deeper;
            }
        }
        self.year = Some(year);
        Ok(())
    }
}

/// Keeps the dataset that is asked for. One whose lines say nothing is what the caller says it is, where no other is
/// called that.
fn only(all: &mut Vec<Said>, asked: &DatasetVersion, root: &Path) -> Result<DatasetVersion, ArchiveError> {
    let found = versions(all).into_keys().map(|version| version.to_string()).collect();
    let named = all.iter().any(|said| said.version == *asked);
    let wanted = if named { asked.clone() } else { DatasetVersion::Unknown };
    all.retain(|said| said.version == wanted);
    if all.is_empty() {
        return Err(ArchiveError::Dataset { root: root.to_owned(), asked: asked.clone(), found });
    }
    Ok(asked.clone())
}

/// The dataset that all the tiles are of.
fn same(all: &[Said]) -> Result<DatasetVersion, ListingProblem> {
    let mut found: Vec<_> = versions(all).into_iter().collect();
    match (found.pop(), found.is_empty()) {
        (None, _) => Ok(DatasetVersion::Unknown),
        (Some((only, _)), true) => Ok(only),
        (Some(last), false) => {
            found.push(last);
            Err(ListingProblem::Several { found })
        }
    }
}

/// The datasets there are, each with its first line.
fn versions(all: &[Said]) -> BTreeMap<DatasetVersion, u64> {
    let mut found = BTreeMap::new();
    for said in all {
        // In the order of their first lines, so that the first is kept.
        found.entry(said.version.clone()).or_insert(said.line);
    }
    found
}

/// The folder of each year.
fn by_year(all: Vec<Said>) -> Result<BTreeMap<Option<Year>, Said>, ListingProblem> {
    let mut years: BTreeMap<_, Said> = BTreeMap::new();
    for said in all {
        match years.get_mut(&said.year) {
            // The same path, written otherwise.
            Some(first) if first.folder == said.folder => {
                first.tiles.extend(said.tiles);
                first.files.extend(said.files);
            }
            Some(first) => {
                return Err(ListingProblem::TwoFolders {
                    year: said.year,
                    first: first.folder.clone(),
                    first_line: first.line,
                    second: said.folder,
                    second_line: said.line,
                });
            }
            None => drop(years.insert(said.year, said)),
        }
    }
    Ok(years)
}
