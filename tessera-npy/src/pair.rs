//! The two files of a tile: found, and their names compared.

use std::path::{Path, PathBuf};

use tessera_core::{TileId, TileIdError, Year};

use crate::look::{Local, Look};
use crate::objects::Objects;
use crate::place::{full_path, name_of};
use crate::{NpyFileError, NpyFileProblem, TileError};

/// Names of files told in a message, at most.
const TOLD: usize = 8;

/// The two files of a tile, and the tile that their names say.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) embeddings: PathBuf,
    pub(crate) scales: PathBuf,
    pub(crate) named: Option<TileId>,
}

/// Whether a path is that of one NPY tile, rather than of an archive: an NPY file, a folder that holds one, or a folder
/// that is called as tiles are. Looks at names alone, and so takes a Zarr store of such a name for a tile too.
#[must_use]
pub fn is_tile(path: impl AsRef<Path>) -> bool {
    let path = path.as_ref();
    let Ok(entries) = path.read_dir() else { return path.extension().is_some_and(|ending| ending == "npy") };
    if tile_in_name(path, None).is_ok_and(|tile| tile.is_some()) {
        return true;
    }
    for name in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        if name.ends_with(".npy") {
            return true;
        }
        // A year or a tile folder settles it, before a million more names are listed.
        if name.parse::<Year>().is_ok() || name.parse::<TileId>().is_ok() {
            return false;
        }
    }
    false
}

impl Pair {
    /// The pair in a tile folder, or that of an embeddings file (or its scales file) and the one beside it.
    pub(crate) fn find(path: &Path, given: Option<TileId>) -> Result<Self, TileError> {
        if path.is_dir() { Self::in_folder(path, given) } else { Self::beside_file(path, given) }
    }

    /// The pair in a folder of a store of objects, or that of an embeddings object (or its scales) and the one beside it.
    /// Nothing is asked of the store where names say it; whether the two are there shows when they are read.
    pub(crate) fn in_store(objects: &Objects, path: &Path, given: Option<TileId>) -> Result<Self, TileError> {
        let full = objects.full(path);
        if path.extension().is_some_and(|ending| ending == "npy") {
            let (embeddings, scales) = beside(path);
            return Self::of_file(&embeddings, &scales, &full, given);
        }
        match folder_names(path, &full, given)? {
            Some(id) => Ok(Self::called(path, id)),
            None => {
                let found = npy_names(objects, path)?;
                let (embeddings, scales) = beside(&path.join(only(path, found)?));
                Self::of_file(&embeddings, &scales, &full.join("_"), given)
            }
        }
    }

    /// What to say of a pair in a store of which an object is not there.
    pub(crate) fn absent(self, objects: &Objects, there: [bool; 2]) -> TileError {
        let Self { embeddings, scales, .. } = self;
        let folder = embeddings.parent().unwrap_or(objects.root());
        let named = name_of(folder).and_then(|name| name.parse::<TileId>().ok());
        match (named, there) {
            (None, [false, false]) => NpyFileError::new(&embeddings, NpyFileProblem::Missing).into(),
            (_, [true, _]) => TileError::MissingPartner { missing: scales, present: embeddings },
            (_, [_, true]) => TileError::MissingPartner { missing: embeddings, present: scales },
            (Some(id), _) => {
                let found = npy_names(objects, folder).unwrap_or_default();
                absence(folder, (&embeddings, false), (&scales, false), id, found)
            }
        }
    }

    fn in_folder(folder: &Path, given: Option<TileId>) -> Result<Self, TileError> {
        let Some(id) = folder_names(folder, &full_path(folder), given)? else {
            // The only pair in a folder whose name says nothing.
            let name = only(folder, npy_names(&Local, folder)?)?;
            return Self::beside_file(&folder.join(name), given);
        };
        let pair = Self::called(folder, id);
        let (embeddings, scales) = (pair.embeddings.exists(), pair.scales.exists());
        if embeddings && scales {
            Ok(pair)
        } else {
            let found = npy_names(&Local, folder)?;
            Err(absence(folder, (&pair.embeddings, embeddings), (&pair.scales, scales), id, found))
        }
    }

    /// The pair of a tile in the folder that names it.
    fn called(folder: &Path, id: TileId) -> Self {
        let embeddings = folder.join(format!("{id}.npy"));
        Self { embeddings, scales: folder.join(format!("{id}_scales.npy")), named: Some(id) }
    }

    /// A file, and the one beside it.
    fn beside_file(path: &Path, given: Option<TileId>) -> Result<Self, TileError> {
        let (embeddings, scales) = beside(path);
        match (embeddings.exists(), scales.exists()) {
            (true, false) => return Err(TileError::MissingPartner { missing: scales, present: embeddings }),
            (false, true) => return Err(TileError::MissingPartner { missing: embeddings, present: scales }),
            _ => {}
        }
        Self::of_file(&embeddings, &scales, &full_path(path), given)
    }

    /// Two files in one folder; `full` is the path of one of them with its folders spelled out.
    fn of_file(
        embeddings: &Path,
        scales: &Path,
        full: &Path,
        given: Option<TileId>,
    ) -> Result<Self, TileError> {
        let pair = Self::of_files(embeddings, scales, given)?;
        // A folder that names another tile makes it uncertain which of the two it is.
        if let (Some(folder), Some(second_tile)) = (full.parent(), pair.named)
            && let Some(first_tile) = name_of(folder).and_then(|name| name.parse().ok())
            && first_tile != second_tile
        {
            return Err(TileError::NamesDisagree {
                first: folder.to_owned(),
                first_tile,
                second: embeddings.to_owned(),
                second_tile,
            });
        }
        Ok(pair)
    }

    /// Two files of any name; where they name tiles, it must be the same.
    pub(crate) fn of_files(
        embeddings: &Path,
        scales: &Path,
        given: Option<TileId>,
    ) -> Result<Self, TileError> {
        let named = tile_in_name(embeddings, given)?;
        if let (Some(first_tile), Some(second_tile)) = (named.or(given), tile_in_name(scales, given)?)
            && first_tile != second_tile
        {
            let (first, second) = (embeddings.to_owned(), scales.to_owned());
            return Err(TileError::NamesDisagree { first, first_tile, second, second_tile });
        }
        match (named, given) {
            (Some(named), Some(given)) if named != given => {
                Err(TileError::OtherTile { path: embeddings.to_owned(), named, given })
            }
            _ => Ok(Self {
                embeddings: embeddings.to_owned(),
                scales: scales.to_owned(),
                named: named.or(given),
            }),
        }
    }
}

/// The tile that a name says; `None` where the name does not begin as a tile's does.
fn parse_name(path: &Path) -> Option<Result<TileId, TileIdError>> {
    let name = name_of(path)?;
    let stem = name.strip_suffix(".npy").unwrap_or(name);
    let stem = stem.strip_suffix("_scales").unwrap_or(stem);
    stem.starts_with("grid_").then(|| stem.parse())
}

/// The tile that a name says. A bad name is an error, unless the tile is given.
fn tile_in_name(path: &Path, given: Option<TileId>) -> Result<Option<TileId>, TileError> {
    match (parse_name(path), given) {
        (None, _) | (Some(Err(_)), Some(_)) => Ok(None),
        (Some(Ok(tile)), _) => Ok(Some(tile)),
        (Some(Err(cause)), None) => Err(TileError::Name { path: path.to_owned(), cause }),
    }
}

/// The tile that a folder is called by; `None` where its name says nothing.
fn folder_names(folder: &Path, full: &Path, given: Option<TileId>) -> Result<Option<TileId>, TileError> {
    match (tile_in_name(full, given)?, given) {
        (Some(named), Some(given)) if named != given => {
            Err(TileError::OtherTile { path: folder.to_owned(), named, given })
        }
        (named, _) => Ok(named),
    }
}

/// The embeddings and the scales, of which a path is one.
fn beside(path: &Path) -> (PathBuf, PathBuf) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".npy").unwrap_or(&name);
    match stem.strip_suffix("_scales") {
        Some(stem) => (path.with_file_name(format!("{stem}.npy")), path.to_owned()),
        None => (path.to_owned(), path.with_file_name(format!("{stem}_scales.npy"))),
    }
}

/// The only embeddings among the NPY files of a folder.
fn only(folder: &Path, found: Vec<String>) -> Result<String, TileError> {
    let mut embeddings = found.iter().filter(|name| !name.ends_with("_scales.npy"));
    match (embeddings.next(), embeddings.next()) {
        (Some(name), None) => Ok(name.clone()),
        _ => {
            let expected = "grid_<lon>_<lat>".to_owned();
            Err(TileError::NoPair { folder: folder.to_owned(), expected, found: told(found) })
        }
    }
}

/// What to say where the pair is not complete, by which of its files are there: the name of another tile explains more
/// than a missing file.
fn absence(
    folder: &Path,
    (embeddings, embeddings_there): (&Path, bool),
    (scales, scales_there): (&Path, bool),
    id: TileId,
    found: Vec<String>,
) -> TileError {
    let other = found.iter().map(|name| folder.join(name)).find_map(|path| match parse_name(&path) {
        Some(Ok(tile)) if tile != id => Some((path, tile)),
        _ => None,
    });
    let (missing, present) = if embeddings_there { (scales, embeddings) } else { (embeddings, scales) };
    match other {
        Some((second, second_tile)) => {
            TileError::NamesDisagree { first: folder.to_owned(), first_tile: id, second, second_tile }
        }
        None if embeddings_there || scales_there => {
            TileError::MissingPartner { missing: missing.to_owned(), present: present.to_owned() }
        }
        None => TileError::NoPair { folder: folder.to_owned(), expected: id.to_string(), found: told(found) },
    }
}

/// The names of the NPY files in a folder, sorted.
fn npy_names(look: &impl Look, folder: &Path) -> Result<Vec<String>, TileError> {
    let mut names = Vec::new();
    look.each(folder, &mut |name, _| names.extend(name.ends_with(".npy").then(|| name.to_owned())))
        .map_err(|cause| TileError::Folder { folder: folder.to_owned(), cause })?;
    names.sort();
    Ok(names)
}

fn told(mut names: Vec<String>) -> Vec<String> {
    names.truncate(TOLD);
    names
}
