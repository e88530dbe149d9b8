//! Which map tiles a folder holds.

use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io::{self, ErrorKind};
use std::path::Path;

use pmtiles::{TileCoord, TileId};

use super::{MapTiles, MapTilesError};

impl MapTiles {
    /// The numbers of all map tiles in the order of PMTiles: by zoom, then along a Hilbert curve. Files of other names are
    /// not seen.
    pub(crate) fn stored(&self) -> Result<Vec<u64>, MapTilesError> {
        let mut ids = Vec::new();
        for z in self.zooms() {
            let folder = self.path().join(z.to_string());
            for x in numbers(&folder, "", FileType::is_dir)? {
                let column = folder.join(x.to_string());
                for y in numbers(&column, ".png", |kind| !kind.is_dir())? {
                    // One beyond the world is a file of somebody else.
                    ids.extend(TileCoord::new(z, x, y).map(|coord| TileId::from(coord).value()));
                }
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }
}

/// The numbers that things of one kind in a folder are called by, before an ending; none where there is no such folder.
fn numbers(folder: &Path, ending: &str, is: fn(&FileType) -> bool) -> Result<Vec<u32>, MapTilesError> {
    let failed = MapTilesError::io(folder);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let number = |entry: io::Result<fs::DirEntry>| -> io::Result<Option<u32>> {
        let entry = entry?;
        Ok(if is(&entry.file_type()?) { number_of(&entry.file_name(), ending) } else { None })
    };
    entries.filter_map(|entry| number(entry).transpose()).collect::<io::Result<_>>().map_err(failed)
}

/// The number, where it is written as it is here: `007.png` and `+7.png` are not.
fn number_of(name: &OsStr, ending: &str) -> Option<u32> {
    let digits = name.to_str()?.strip_suffix(ending)?;
    digits.parse().ok().filter(|number: &u32| number.to_string() == digits)
}
