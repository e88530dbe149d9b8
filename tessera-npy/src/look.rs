//! Where folders and files are looked at: on this machine, or in a store of objects.

use std::io;
use std::path::{Path, PathBuf};

use tessera_core::TileId;

use crate::LandmaskProblem;
use crate::place::full_path;
use crate::tiff_file::TiffFile;

/// What a name in a folder is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, which is not followed.
    Link,
    /// A store of objects tells names alone.
    Unknown,
}

/// Where folders and files are looked at.
pub(crate) trait Look {
    /// Visits the names in a folder, in any order. A name that is not text is told as near as text can say it.
    fn each(&self, folder: &Path, visit: &mut dyn FnMut(&str, Kind)) -> io::Result<()>;

    /// Makes ready to visit several folders.
    fn prepare(&self, folders: &[&Path]) -> io::Result<()> {
        let _ = folders;
        Ok(())
    }

    /// A path with its folders spelled out, so that all that lies above is named too.
    fn full(&self, path: &Path) -> PathBuf;

    /// Whether a file is there.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Whether a link leads to a folder.
    fn leads_to_folder(&self, path: &Path) -> bool;

    /// Whether there is a folder, which would have this tile in it.
    fn has_folder(&self, folder: &Path, tile: TileId) -> io::Result<bool>;

    /// Opens a landmask.
    fn open_tiff(&self, path: &Path) -> Result<TiffFile, LandmaskProblem>;
}

/// This machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local;

impl Look for Local {
    fn each(&self, folder: &Path, visit: &mut dyn FnMut(&str, Kind)) -> io::Result<()> {
        for entry in folder.read_dir()? {
            let entry = entry?;
            // What the listing says: nothing is looked at for it.
            let kind = entry.file_type()?;
            let kind = match (kind.is_file(), kind.is_symlink()) {
                (true, _) => Kind::File,
                (_, true) => Kind::Link,
                _ => Kind::Folder,
            };
            visit(&entry.file_name().to_string_lossy(), kind);
        }
        Ok(())
    }

    fn full(&self, path: &Path) -> PathBuf {
        full_path(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(path.exists())
    }

    fn leads_to_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn has_folder(&self, folder: &Path, _: TileId) -> io::Result<bool> {
        Ok(folder.is_dir())
    }

    fn open_tiff(&self, path: &Path) -> Result<TiffFile, LandmaskProblem> {
        TiffFile::open(path)
    }
}
