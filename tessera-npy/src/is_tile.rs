//! What is one tile, rather than an archive of them.

use std::io::{self, ErrorKind};
use std::path::Path;

use tessera_core::{ByteRanges, DatasetVersion, TileId, Year};

use crate::pair::tile_in_name;
use crate::place::{BUCKET, MIRROR, full_path, name_of};

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

/// As [`is_tile`], of a folder or an object in a store; the empty path is its root. Nothing is asked of the store but where
/// the name is not one of those that tiles, years and datasets have: then its names are listed, and where that cannot be
/// done it is none.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// let store = tessera_core::Folder::new(dir.path());
/// assert!(tessera_npy::is_tile_in(&store, "2024/grid_0.15_52.05")?);
/// assert!(!tessera_npy::is_tile_in(&store, "2024")?);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Where the store fails.
pub fn is_tile_in(store: &dyn ByteRanges, path: &str) -> io::Result<bool> {
    let root = store.name();
    let root = if root.contains("://") { root.into() } else { full_path(Path::new(&root)) };
    let full = if path.is_empty() { root } else { root.join(path) };
    if full.extension().is_some_and(|ending| ending == "npy") {
        return Ok(true);
    }
    if let Some(name) = name_of(&full) {
        if tile_in_name(&full, None).is_ok_and(|tile| tile.is_some()) {
            return Ok(true);
        }
        let of_many = name.parse::<Year>().is_ok() || DatasetVersion::from_folder(name).is_some();
        if of_many || matches!(name, BUCKET | MIRROR) {
            return Ok(false);
        }
    }
    match store.list(path) {
        Ok(names) => {
            let many = |name: &String| name.parse::<Year>().is_ok() || name.parse::<TileId>().is_ok();
            Ok(!names.iter().any(many) && names.iter().any(|name| name.ends_with(".npy")))
        }
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
