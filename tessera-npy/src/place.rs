//! What the folders above a tile say: its year, its dataset, and where its landmask may lie.

use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use tessera_core::{DatasetVersion, TileId, Year};

use crate::look::Look;

/// The folder of local mirrors that holds the years.
pub(crate) const MIRROR: &str = "global_0.1_degree_representation";
/// The folder beside it that holds the landmasks.
pub(crate) const MIRROR_LANDMASKS: &str = "global_0.1_degree_tiff_all";
/// The folder of the published bucket that holds the datasets.
pub(crate) const BUCKET: &str = "npy";
/// The folder beside the datasets, or beside the years, that holds the landmasks of each dataset.
pub(crate) const LANDMASKS: &str = "landmasks";

/// A path with its folders spelled out, so that `.` and a relative path name them too.
pub(crate) fn full_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // `a/..` is only the folder of `a` where `a` is no link, which the system must say.
    if absolute.components().any(|part| part == Component::ParentDir) {
        absolute.canonicalize().unwrap_or(absolute)
    } else {
        absolute
    }
}

/// The name of a file or folder, where it is text.
pub(crate) fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// What the folders above a tile say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) year: Option<Year>,
    pub(crate) version: DatasetVersion,
    /// Folders that may hold a folder `landmasks`, and the mirror's folder of landmasks.
    landmasks: Vec<PathBuf>,
    mirror_landmasks: Option<PathBuf>,
}

impl Place {
    /// What is known of the tiles in a year folder (or in a folder of tiles that is called otherwise), by its full path.
    pub(crate) fn of_year_folder(folder: &Path) -> Self {
        let year = name_of(folder).and_then(|name| name.parse().ok());
        let above = if year.is_some() { folder.parent() } else { Some(folder) };
        let mut place =
            Self { year, version: DatasetVersion::Unknown, landmasks: vec![], mirror_landmasks: None };
        let Some(above) = above else { return place };
        place.landmasks.push(above.join(LANDMASKS));
        if let Some(version) = name_of(above).and_then(DatasetVersion::from_folder) {
            place.version = version;
            let beside = above
                .parent()
                .map(|root| if name_of(root) == Some(BUCKET) { root.parent() } else { Some(root) });
            place.landmasks.extend(beside.flatten().map(|root| root.join(LANDMASKS)));
        }
        if name_of(above) == Some(MIRROR) {
            place.mirror_landmasks = Some(above.with_file_name(MIRROR_LANDMASKS));
        }
        place
    }

    /// What is known of a tile whose files lie in this folder, by its full path.
    pub(crate) fn of_tile_folder(folder: &Path) -> Self {
        let named = name_of(folder).is_some_and(|name| name.parse::<TileId>().is_ok());
        let own_year = name_of(folder).is_some_and(|name| name.parse::<Year>().is_ok());
        match folder.parent() {
            Some(parent) if named || !own_year => Self::of_year_folder(parent),
            _ => Self::of_year_folder(folder),
        }
    }

    /// The landmask of a tile, where there is one: in the tile's own folder, or in the documented places above it.
    pub(crate) fn find_landmask(
        &self,
        look: &impl Look,
        folder: &Path,
        id: TileId,
        version: &DatasetVersion,
    ) -> io::Result<Option<PathBuf>> {
        let name = format!("{id}.tiff");
        let own = Some(folder.join(&name));
        let mirror = self.mirror_landmasks.as_ref().map(|folder| folder.join(&name));
        for path in own.into_iter().chain(mirror) {
            if look.exists(&path)? {
                return Ok(Some(path));
            }
        }
        for folder in &self.landmasks {
            if let Some(path) = in_versions(look, folder, &name, version)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

/// The file of this name in `landmasks/<version>/`: that of the version, or of the only version there is, since a
/// landmask belongs to a cell whatever was computed there.
fn in_versions(
    look: &impl Look,
    folder: &Path,
    name: &str,
    version: &DatasetVersion,
) -> io::Result<Option<PathBuf>> {
    if let DatasetVersion::Named(version) = version {
        let path = folder.join(version).join(name);
        if look.exists(&path)? {
            return Ok(Some(path));
        }
    }
    let mut versions = Vec::new();
    let listed = look.each(folder, &mut |name, _| {
        versions.extend(DatasetVersion::from_folder(name).is_some().then(|| name.to_owned()));
    });
    match listed.map_err(|error| (error.kind(), error)) {
        Ok(()) => {}
        // Where names cannot be listed nobody can tell which is the only one.
        Err((
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::PermissionDenied
            | ErrorKind::Unsupported,
            _,
        )) => return Ok(None),
        Err((_, error)) => return Err(error),
    }
    let [only] = &versions[..] else { return Ok(None) };
    let path = folder.join(only).join(name);
    Ok(look.exists(&path)?.then_some(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_say_year_and_version() {
        let cases = [
            ("/d/2024/grid_0.15_52.05", Some(2024), "unknown"),
            ("/d/npy/v1.1-cam/2023/grid_0.15_52.05", Some(2023), "v1.1-cam"),
            ("/d/v1/2023/grid_0.15_52.05", Some(2023), "v1"),
            ("/d/global_0.1_degree_representation/2017/grid_0.15_52.05", Some(2017), "unknown"),
            ("/d/2024", Some(2024), "unknown"),
            ("/d/2024/my place", Some(2024), "unknown"),
            ("/d/v1/grid_0.15_52.05", None, "v1"),
            ("/d/grid_0.15_52.05", None, "unknown"),
            ("/", None, "unknown"),
        ];
        for (folder, year, version) in cases {
            let place = Place::of_tile_folder(Path::new(folder));
            assert_eq!(place.year.map(Year::number), year, "{folder}");
            assert_eq!(place.version.to_string(), version, "{folder}");
        }
    }
}
