//! What is published, and in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use tessera_core::{ByteStore, Year};

use super::known::{Known, There, names_in};
use super::send::{many, send_file};
use super::stale::Kept;
use crate::catalog_files::CatalogFiles;
use crate::map::MAP_PATH;
use crate::own_object::OwnObject;
use crate::{Block, CATALOG_PATH, CatalogError, CatalogEvent, CatalogOptions, YearContents};

/// Items that are sent before the catalogues of their blocks are.
const BATCH: usize = 4096;
/// Files of a block of which the store is asked one by one whether they are there; a listing of a block is three requests
/// at most.
const FEW: usize = 4;

/// Takes what happens, and says whether to go on.
type Watch<'a> = &'a mut dyn FnMut(CatalogEvent<'_>) -> ControlFlow<()>;

/// The files of a catalogue that lie in a folder and are put into a store: all of them, or those that have changed.
///
/// Nothing is sent before what it leads to, but for the way back to what it is found from; what the catalogue no longer has
/// is deleted when everything is sent, in the other direction. So whoever reads meanwhile finds what he is led to, and a
/// new catalogue is there when its `catalog.json` is. What is there already is not sent again: a publication that was
/// interrupted is gone on with by doing it anew.
pub(crate) struct Publication<'a> {
    store: &'a dyn ByteStore,
    folder: &'a Path,
    kept: Kept<'a>,
    /// Whether all blocks are looked through for what is no longer there.
    thorough: bool,
    watch: Watch<'a>,
    /// What is to be deleted.
    stale: Vec<(OwnObject, String)>,
    changed: u64,
}

impl<'a> Publication<'a> {
    /// All files of a catalogue.
    pub(crate) fn whole(store: &'a dyn ByteStore, folder: &'a Path, watch: Watch<'a>) -> Self {
        Self { store, folder, kept: Kept::Nothing, thorough: true, watch, stale: Vec::new(), changed: 0 }
    }

    /// The files of a catalogue that are others than before, of some years of it. The objects of `gone` are deleted; where
    /// tiles were dropped, so is what an earlier publication may have left of any.
    pub(crate) fn changes(
        store: &'a dyn ByteStore,
        folder: &'a Path,
        years: &'a BTreeMap<Year, YearContents>,
        options: &CatalogOptions,
        gone: Vec<String>,
        watch: Watch<'a>,
    ) -> Self {
        let known = |name: String| OwnObject::of(&name).map(|object| (object, name));
        let stale = gone.into_iter().filter_map(known).collect();
        let kept = Kept::Of { years, items: options.items };
        Self { store, folder, kept, thorough: options.prune, watch, stale, changed: 0 }
    }

    /// Publishes; says how many objects were sent or deleted. With `new`, a catalogue that has come to be there in the
    /// meantime is not replaced.
    ///
    /// # Errors
    /// What the store says, or where `watch` stops it.
    pub(crate) fn run(mut self, new: bool) -> Result<u64, CatalogError> {
        let there = self.names_in("")?;
        let staged = self.staged_in("")?;
        let mut years = BTreeSet::new();
        for name in &staged {
            if let Ok(year) = name.parse::<Year>() {
                self.year(year, is_there(there.as_deref(), name))?;
                years.insert(year);
            }
        }
        if staged.iter().any(|name| name == "map") {
            let known = self.known("map", is_there(there.as_deref(), "map"))?;
            let files = self.staged_below("map")?;
            self.find_stale(&known, &files);
            self.send(&files, &known)?;
        }
        if staged.iter().any(|name| name == MAP_PATH) {
            let known = if is_there(there.as_deref(), MAP_PATH) { Known::Ask } else { Known::Nothing };
            self.send(&[MAP_PATH.to_owned()], &known)?;
        }
        self.root(new)?;
        if matches!(self.kept, Kept::Nothing) {
            for name in there.iter().flatten().filter(|name| !staged.contains(name)) {
                self.all_stale(name)?;
            }
        }
        self.remove()
    }

    /// A year: its items, blocks, index, bitmap and hashes, and then its collection.
    fn year(&mut self, year: Year, there: bool) -> Result<(), CatalogError> {
        let folder = year.to_string();
        let there = if there { self.names_in(&folder)? } else { Some(Vec::new()) };
        let (mut items, mut blocks, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let mut staged_blocks = BTreeSet::new();
        for name in self.staged_in(&folder)? {
            let path = format!("{folder}/{name}");
            if name.parse::<Block>().is_err() {
                files.push(path);
                continue;
            }
            let mut staged = self.staged_below(&path)?;
            let listed = there.is_some() && (self.thorough || staged.len() > FEW);
            let known = match is_there(there.as_deref(), &name) {
                false => Known::Nothing,
                true if listed => self.known(&path, true)?,
                true => Known::Ask,
            };
            if self.thorough {
                self.find_stale(&known, &staged);
            }
            staged_blocks.insert(name);
            let of_block =
                staged.iter().position(|file| matches!(OwnObject::of(file), Some(OwnObject::Block(..))));
            let of_block = of_block.map(|at| staged.swap_remove(at));
            let with_known = |file: String| {
                let there = known.of(&file);
                (file, there)
            };
            blocks.extend(of_block.map(with_known));
            items.extend(staged.into_iter().map(with_known));
            if items.len() >= BATCH {
                self.send_all(&std::mem::take(&mut items))?;
                self.send_all(&std::mem::take(&mut blocks))?;
            }
        }
        self.send_all(&items)?;
        self.send_all(&blocks)?;
        let (collections, data): (Vec<_>, Vec<_>) = files
            .iter()
            .cloned()
            .partition(|file| matches!(OwnObject::of(file), Some(OwnObject::Collection(_))));
        let known = if there.as_ref().is_some_and(Vec::is_empty) { Known::Nothing } else { Known::Ask };
        self.send(&data, &known)?;
        self.send(&collections, &known)?;
        if self.thorough {
            for name in there.iter().flatten().filter(|name| !staged_blocks.contains(*name)) {
                let path = format!("{folder}/{name}");
                if !files.contains(&path) {
                    self.all_stale(&path)?;
                }
            }
        }
        Ok(())
    }

    /// The file by which the catalogue is found.
    fn root(&mut self, new: bool) -> Result<(), CatalogError> {
        let path = CatalogFiles::object(self.store, CATALOG_PATH);
        if new {
            let bytes = fs::read(self.folder.join(CATALOG_PATH)).map_err(CatalogError::io(&path))?;
            let put = self.store.put_new(CATALOG_PATH, &bytes).map_err(CatalogError::io(&path))?;
            self.store.forget(CATALOG_PATH);
            if !put {
                return Err(CatalogError::Exists { path: self.store.name().into() });
            }
            self.changed += 1;
            return self.tell(CatalogEvent::Sent { files: 1 });
        }
        self.send(&[CATALOG_PATH.to_owned()], &Known::Ask)
    }

    /// Deletes what the catalogue no longer has: first what leads to others.
    fn remove(mut self) -> Result<u64, CatalogError> {
        let mut stale = std::mem::take(&mut self.stale);
        stale.sort_unstable_by(|(a, left), (b, right)| (b.rank(), left).cmp(&(a.rank(), right)));
        stale.dedup();
        let store = self.store;
        for same in stale.chunk_by(|(a, _), (b, _)| a.rank() == b.rank()) {
            let remove = |(object, name): &(OwnObject, String)| {
                // A file of hashes may never have been there.
                let there = match object {
                    OwnObject::YearFile(_) => store.size(name).map(|size| size.is_some()),
                    _ => Ok(true),
                };
                let removed = there.and_then(|there| Ok(there && store.remove(name)?));
                store.forget(name);
                removed.map_err(CatalogError::io(&CatalogFiles::object(store, name)))
            };
            many(store, same, remove, |removed| {
                self.changed += u64::from(removed);
                go_on(store, (self.watch)(CatalogEvent::Sent { files: 0 }))
            })?;
        }
        Ok(self.changed)
    }

    /// Marks all of a name that are no longer there: an object, or those of a folder.
    fn all_stale(&mut self, name: &str) -> Result<(), CatalogError> {
        if let Some(object) = OwnObject::of(name) {
            if !self.kept.has(object) {
                self.stale.push((object, name.to_owned()));
            }
            return Ok(());
        }
        let known = self.known(name, true)?;
        self.find_stale(&known, &[]);
        Ok(())
    }

    /// Marks the objects that are no longer there.
    fn find_stale(&mut self, known: &Known, staged: &[String]) {
        let own = known.names().filter_map(|name| Some((OwnObject::of(name)?, name)));
        let stale =
            own.filter(|(object, name)| staged.binary_search(name).is_err() && !self.kept.has(*object));
        self.stale.extend(stale.map(|(object, name)| (object, name.clone())));
    }

    fn send(&mut self, files: &[String], known: &Known) -> Result<(), CatalogError> {
        let files: Vec<_> = files.iter().map(|file| (file.clone(), known.of(file))).collect();
        self.send_all(&files)
    }

    fn send_all(&mut self, files: &[(String, There)]) -> Result<(), CatalogError> {
        let (store, folder) = (self.store, self.folder);
        let send = |(file, there): &(String, There)| send_file(store, folder, file, there);
        many(store, files, send, |sent| {
            self.changed += u64::from(sent);
            go_on(store, (self.watch)(CatalogEvent::Sent { files: 1 }))
        })
    }

    fn tell(&mut self, event: CatalogEvent<'_>) -> Result<(), CatalogError> {
        go_on(self.store, (self.watch)(event))
    }

    /// What is known of the objects of a folder, where it is there.
    fn known(&self, folder: &str, there: bool) -> Result<Known, CatalogError> {
        if !there {
            return Ok(Known::Nothing);
        }
        match Known::listed(self.store, folder) {
            Err(cause)
                if matches!(cause.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
            {
                Ok(Known::Ask)
            }
            known => known.map_err(CatalogError::io(&CatalogFiles::object(self.store, folder))),
        }
    }

    /// The names in a folder of the store; `None` where they cannot be listed.
    fn names_in(&self, folder: &str) -> Result<Option<Vec<String>>, CatalogError> {
        names_in(self.store, folder).map_err(CatalogError::io(&CatalogFiles::object(self.store, folder)))
    }

    /// The names of what is to be sent directly in a folder, sorted.
    fn staged_in(&self, folder: &str) -> Result<Vec<String>, CatalogError> {
        let path = self.folder.join(folder);
        let names = fs::read_dir(&path).and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        });
        let mut names: Vec<String> = names.map_err(CatalogError::io(&path))?;
        names.sort_unstable();
        Ok(names)
    }

    /// The names of all files that are to be sent in a folder and those below it, sorted.
    fn staged_below(&self, folder: &str) -> Result<Vec<String>, CatalogError> {
        let mut found = Vec::new();
        for name in self.staged_in(folder)? {
            let path = format!("{folder}/{name}");
            if self.folder.join(&path).is_dir() {
                found.extend(self.staged_below(&path)?);
            } else {
                found.push(path);
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// Whether a name is among those that are there; it may be, where they are not known.
fn is_there(names: Option<&[String]>, name: &str) -> bool {
    names.is_none_or(|names| names.iter().any(|one| one == name))
}

fn go_on(store: &dyn ByteStore, said: ControlFlow<()>) -> Result<(), CatalogError> {
    match said {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(CatalogError::Stopped { path: store.name().into() }),
    }
}
