//! Which files a catalogue of ours can hold.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tessera_core::{TileId, Year};

use crate::map::MAP_PATH;
use crate::{Block, CATALOG_PATH};

/// The folder of the map page's packages, which is no part of a catalogue and is kept where the catalogue is replaced.
pub(crate) const VENDOR: &str = "vendor";
/// The files of a year.
pub(crate) const YEAR_FILES: [&str; 4] =
    ["collection.json", "items.parquet", "coverage.bits.gz", "hashes.parquet"];

/// The first file or folder in `root` that no catalogue of ours holds, in the order of the disk. Only names are looked
/// at.
pub(crate) fn stranger(root: &Path) -> io::Result<Option<PathBuf>> {
    for (year, name, path, folder) in entries(root)?.into_iter().map(|(n, p, f)| (parse::<Year>(&n), n, p, f))
    {
        match year {
            None if !folder && (name == CATALOG_PATH || name == MAP_PATH) => {}
            None if folder && name == VENDOR => {}
            None if folder && name == "map" => {
                if let Some(found) = stranger_in_map(&path)? {
                    return Ok(Some(found));
                }
            }
            Some(year) if folder => {
                if let Some(found) = stranger_in_year(&path, year)? {
                    return Ok(Some(found));
                }
            }
            _ => return Ok(Some(path)),
        }
    }
    Ok(None)
}

fn stranger_in_year(root: &Path, year: Year) -> io::Result<Option<PathBuf>> {
    for (name, path, folder) in entries(root)? {
        match parse::<Block>(&name) {
            None if !folder && YEAR_FILES.iter().any(|own| name == *own) => {}
            Some(block) if folder => {
                if let Some(found) = stranger_in_block(&path, year, block)? {
                    return Ok(Some(found));
                }
            }
            _ => return Ok(Some(path)),
        }
    }
    Ok(None)
}

/// Whether a file may be one of the map page, which in any version is of scripts, styles and JSON.
pub(crate) fn is_of_map(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| ["js", "css", "json", "svg"].contains(&extension))
}

fn stranger_in_map(root: &Path) -> io::Result<Option<PathBuf>> {
    for (name, path, folder) in entries(root)? {
        let found = match name.to_str() {
            _ if folder => stranger_in_map(&path)?,
            Some(name) if is_of_map(name) => None,
            _ => Some(path),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn stranger_in_block(root: &Path, year: Year, block: Block) -> io::Result<Option<PathBuf>> {
    let is_item = |name: &OsStr| {
        let stem = name.to_str()?.strip_suffix(&format!("_{year}.json"))?;
        let tile: TileId = stem.parse().ok()?;
        (Block::of_tile(tile) == block).then_some(())
    };
    let found = entries(root)?
        .into_iter()
        .find(|(name, _, folder)| *folder || (name != CATALOG_PATH && is_item(name).is_none()));
    Ok(found.map(|(_, path, _)| path))
}

/// The name and path of each entry, and whether it is a folder. A symbolic link is none.
fn entries(folder: &Path) -> io::Result<Vec<(std::ffi::OsString, PathBuf, bool)>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name(), entry.path(), entry.file_type()?.is_dir()))
    };
    fs::read_dir(folder)?.map(entry).collect()
}

fn parse<T: std::str::FromStr>(name: &OsStr) -> Option<T> {
    name.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_found_at_every_depth() {
        let root = tempfile::tempdir().unwrap();
        let touch = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for own in [
            "catalog.json",
            "index.html",
            "map/main.js",
            "map/store/view.js",
            "vendor/leaflet@1.9.4/LICENSE",
            "2024/collection.json",
            "2024/items.parquet",
            "2024/coverage.bits.gz",
            "2024/hashes.parquet",
            "2024/e000n50/catalog.json",
            "2024/e000n50/grid_0.15_52.05_2024.json",
        ] {
            touch(own);
        }
        assert_eq!(stranger(root.path()).unwrap(), None);
        for strange in [
            "notes.txt",
            "map/notes.txt",
            "map/store/pixels.npy",
            "2024/items.parquet.bak",
            "stores/x.zarr/zarr.json",
            "2024/readme.md",
            "2024/e000n50/grid_0.15_52.05.zarr/zarr.json",
            "2024/e000n50/grid_0.15_52.05_2023.json",
            "2024/e000n50/grid_5.15_52.05_2024.json",
            "2024/e000n50/grid_0.15_52.05_2024.json.bak",
            "2024/catalog.json",
        ] {
            touch(strange);
            let found = stranger(root.path()).unwrap().expect(strange);
            assert!(root.path().join(strange).starts_with(&found), "{}", found.display());
            if found.is_dir() { fs::remove_dir_all(found).unwrap() } else { fs::remove_file(found).unwrap() }
        }
        assert_eq!(stranger(root.path()).unwrap(), None);
    }
}
