//! What tells whether the files of a tile have changed.

use std::fs;
use std::io;
use std::path::Path;

use tessera_core::{Stamp, TileId};

/// The stamp of a tile's two files, and of its landmask where it has one. A file that is not there is part of the stamp
/// too: opening the tile says what is wrong with it. So is whether water is what the landmask says, since it changes the
/// scales.
pub(crate) fn of_files(id: TileId, folder: &Path, landmask: Option<&Path>, water: bool) -> io::Result<Stamp> {
    let files = [folder.join(format!("{id}.npy")), folder.join(format!("{id}_scales.npy"))];
    let files = files.iter().map(std::path::PathBuf::as_path).chain(landmask);
    let mut stamps = Vec::new();
    for file in files {
        stamps.push(match fs::metadata(file) {
            Ok(metadata) => {
                Some(Stamp { bytes: metadata.len(), version: Stamp::of_time(metadata.modified()?) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        });
    }
    Ok(of_stamps(stamps, water))
}

/// The same of stamps that are known, none of a file that is not there.
pub(crate) fn of_stamps(files: Vec<Option<Stamp>>, water: bool) -> Stamp {
    let (mut bytes, mut version) = (0_u64, Vec::new());
    for file in files {
        bytes = bytes.saturating_add(file.as_ref().map_or(0, |file| file.bytes));
        version.push(file.map_or_else(|| "none".into(), |file| file.version));
    }
    if water {
        version.push("water from landmask".into());
    }
    Stamp { bytes, version: version.join(" ") }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_stamp_changes_with_any_file() {
        let dir = tempfile::tempdir().unwrap();
        let id: TileId = "grid_0.15_52.05".parse().unwrap();
        let stamp = |landmask: Option<&Path>| of_files(id, dir.path(), landmask, false).unwrap();
        let nothing = stamp(None);
        assert_eq!(nothing, Stamp { bytes: 0, version: "none none".into() });
        fs::write(dir.path().join("grid_0.15_52.05.npy"), b"12345").unwrap();
        fs::write(dir.path().join("grid_0.15_52.05_scales.npy"), b"123").unwrap();
        let both = stamp(None);
        assert_eq!(both.bytes, 8);
        assert_eq!(stamp(None), both);
        fs::write(dir.path().join("mask.tiff"), b"1").unwrap();
        assert_ne!(stamp(Some(&dir.path().join("mask.tiff"))), both);
        assert_ne!(of_files(id, dir.path(), None, true).unwrap(), both);
        let file = fs::File::options().write(true).open(dir.path().join("grid_0.15_52.05.npy")).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
        assert!(stamp(None).version.starts_with("0 "));
    }
}
