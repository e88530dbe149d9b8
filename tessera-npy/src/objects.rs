//! A store of objects, by the paths that messages say.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tessera_core::{ByteRange, ByteRanges, Stamp, TileId};

use crate::LandmaskProblem;
use crate::look::{Kind, Local, Look};
use crate::place::full_path;
use crate::tiff_file::TiffFile;

/// A store of objects. Paths are those that messages say: they begin with its own name. What lies elsewhere, such as a
/// folder of landmasks that is given, is looked for on this machine.
#[derive(Clone)]
pub(crate) struct Objects {
    pub(crate) bytes: Arc<dyn ByteRanges>,
    root: PathBuf,
    /// What was listed, so that nothing is listed twice.
    listed: Arc<Mutex<HashMap<String, Arc<Vec<String>>>>>,
}

impl Objects {
    /// The longest landmask that is read, in bytes: many times what the mask of a whole cell takes.
    const MAX_LANDMASK: u64 = 64 << 20;

    pub(crate) fn new(bytes: Arc<dyn ByteRanges>) -> Self {
        let root = PathBuf::from(bytes.name());
        Self { bytes, root, listed: Arc::default() }
    }

    /// The path of the whole store.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of an object or a folder; the empty name is the root.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    /// The name of an object or a folder.
    pub(crate) fn name_of(&self, path: &Path) -> io::Result<String> {
        let outside = || {
            let why = format!("leads out of {}", self.root.display());
            io::Error::new(ErrorKind::InvalidInput, why)
        };
        let below = path.strip_prefix(&self.root).map_err(|_| outside())?;
        let part = |part| match part {
            Component::Normal(part) => part.to_str().ok_or_else(outside),
            _ => Err(outside()),
        };
        Ok(below.components().map(part).collect::<Result<Vec<_>, _>>()?.join("/"))
    }

    /// The stamp of a file, there or on this machine.
    pub(crate) fn stamp(&self, path: &Path) -> io::Result<Option<Stamp>> {
        if let Ok(name) = self.name_of(path) {
            return self.bytes.stamp(&name);
        }
        let metadata = path.metadata()?;
        Ok(Some(Stamp { bytes: metadata.len(), version: Stamp::of_time(metadata.modified()?) }))
    }

    /// Opens a text, on this machine or else in the store, where its path may do without the store's name.
    pub(crate) fn open_text(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        if path.exists() {
            return Ok(Box::new(File::open(path)?));
        }
        let name = self.name_of(path).or_else(|_| self.name_of(&self.root.join(path)))?;
        self.bytes.reader(&name, ByteRange::All)?.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Forgets what was listed.
    pub(crate) fn forget_listed(&self) {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn list(&self, folder: &Path) -> io::Result<Arc<Vec<String>>> {
        let name = self.name_of(folder)?;
        let listed = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = listed().get(&name) {
            return Ok(Arc::clone(names));
        }
        let names = Arc::new(self.bytes.list(&name)?);
        listed().insert(name, Arc::clone(&names));
        Ok(names)
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Objects").field(&self.root).finish()
    }
}

impl Look for Objects {
    fn each(&self, folder: &Path, visit: &mut dyn FnMut(&str, Kind)) -> io::Result<()> {
        if self.name_of(folder).is_err() {
            return Local.each(folder, visit);
        }
        self.list(folder)?.iter().for_each(|name| visit(name, Kind::Unknown));
        Ok(())
    }

    /// Lists them at once, since each may take a thousand requests that have to wait for each other.
    fn prepare(&self, folders: &[&Path]) -> io::Result<()> {
        let at_once = self.bytes.fetching().in_flight.max(1);
        folders.chunks(at_once).try_for_each(|folders| {
            std::thread::scope(|scope| {
                let all: Vec<_> =
                    folders.iter().map(|folder| scope.spawn(move || self.list(folder).map(drop))).collect();
                let failed = |_| Err(io::Error::other("listing ended by itself"));
                all.into_iter().try_for_each(|one| one.join().unwrap_or_else(failed))
            })
        })
    }

    fn full(&self, path: &Path) -> PathBuf {
        // An address is whole already.
        if self.root.to_str().is_some_and(|root| root.contains("://")) {
            path.to_owned()
        } else {
            full_path(path)
        }
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        match self.name_of(path) {
            Ok(name) => Ok(self.bytes.size(&name)?.is_some()),
            Err(_) => Local.exists(path),
        }
    }

    fn leads_to_folder(&self, _: &Path) -> bool {
        true
    }

    /// Looks at the tile rather than listing the folder, which may have a million.
    fn has_folder(&self, folder: &Path, tile: TileId) -> io::Result<bool> {
        self.exists(&folder.join(tile.to_string()).join(format!("{tile}.npy")))
    }

    fn open_tiff(&self, path: &Path) -> Result<TiffFile, LandmaskProblem> {
        let Ok(name) = self.name_of(path) else { return Local.open_tiff(path) };
        let absent = || LandmaskProblem::Io(ErrorKind::NotFound.into());
        let size = self.bytes.size(&name).map_err(LandmaskProblem::Io)?.ok_or_else(absent)?;
        if size > Self::MAX_LANDMASK {
            return Err(LandmaskProblem::Large { got: size, limit: Self::MAX_LANDMASK });
        }
        let mut bytes = Vec::new();
        let range = ByteRange::From { offset: 0, length: size };
        let there = self.bytes.read_into(&name, range, &mut bytes).map_err(LandmaskProblem::Io)?;
        if there { TiffFile::of_bytes(bytes) } else { Err(absent()) }
    }
}
