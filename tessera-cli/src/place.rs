//! Where outputs are to stand.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tempfile::TempDir;
use tessera_core::ByteStore;
use tessera_io::Location;

use crate::interrupt;
use crate::remote;

/// Bytes that are handed over at a time.
const PIECE: usize = 1 << 20;
/// The documents by which Zarr stores are known, of which the first alone is there in stores of format 3.
const ROOTS: [&str; 3] = ["zarr.json", ".zmetadata", ".zgroup"];

/// The folder that outputs are to stand in: one of this machine, or one on a server, to which they are sent when they are
/// complete.
pub(crate) enum Place {
    Folder(PathBuf),
    Server(Arc<dyn ByteStore>),
}

/// The location that was typed where a path could be.
pub(crate) fn location(typed: &Path) -> Result<Location> {
    match typed.to_str() {
        Some(text) => Ok(text.parse()?),
        None => Ok(Location::Path(typed.to_owned())),
    }
}

impl Place {
    /// That of an output.
    pub(crate) fn of(output: &Path) -> Result<Self> {
        let location = location(output)?;
        if let Some(path) = location.as_path() {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return Ok(Self::Folder(folder.unwrap_or(Path::new(".")).to_owned()));
        }
        let folder =
            location.parent().with_context(|| format!("{location}: expected a name of an object"))?;
        Ok(Self::Server(remote::store(&folder)?))
    }

    /// A hidden folder for what is not complete: on the same disk, or in the system's folder for temporary files.
    pub(crate) fn staging(&self) -> Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tessera-");
        match self {
            Self::Folder(folder) => builder.tempdir_in(folder),
            Self::Server(_) => builder.tempdir(),
        }
        .with_context(|| format!("cannot write into {}", self.staged_in().display()))
    }

    /// Where there must be room for what is not complete.
    pub(crate) fn staged_in(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.clone(),
            Self::Server(_) => std::env::temp_dir(),
        }
    }
}

/// A file that is written where it is to stand, or, of a server, in the system's folder for temporary files.
pub(crate) struct OneFile {
    path: PathBuf,
    /// The folder that the file is in, the server, and its name there.
    server: Option<(TempDir, Arc<dyn ByteStore>, String)>,
    overwrite: bool,
}

impl OneFile {
    /// Refuses, before any work is done, a place that is taken.
    pub(crate) fn begin(output: &Path, overwrite: bool) -> Result<Self> {
        let place = Place::of(output)?;
        let Place::Server(store) = &place else {
            let path = location(output)?.as_path().unwrap_or(output).to_owned();
            if !overwrite && path.try_exists()? {
                bail!(
                    "{} exists already: expected nothing there; say --overwrite to replace it",
                    path.display()
                );
            }
            return Ok(Self { path, server: None, overwrite });
        };
        let name = output.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{}: expected a name of an object", output.display()))?;
        check_free(&**store, name, overwrite)?;
        let folder = place.staging()?;
        Ok(Self {
            path: folder.path().join(name),
            server: Some((folder, store.clone(), name.to_owned())),
            overwrite,
        })
    }

    /// Where to write it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Sends it to its server, where it is to stand there.
    pub(crate) fn send(self) -> Result<()> {
        match &self.server {
            Some((_, store, name)) => send(&self.path, &**store, name, self.overwrite),
            None => Ok(()),
        }
    }
}

/// Refuses the name of an object, or of a store, whose place on a server is taken, unless it may be replaced.
pub(crate) fn check_free(store: &dyn ByteStore, name: &str, overwrite: bool) -> Result<()> {
    let shown = || format!("{}/{name}", store.name());
    let there = |object: &str| store.size(object).with_context(|| format!("cannot look at {}", shown()));
    if !overwrite && (there(name)?.is_some() || is_store(store, name)?) {
        bail!("{} exists already: expected nothing there; say --overwrite to replace it", shown());
    }
    Ok(())
}

fn is_store(store: &dyn ByteStore, name: &str) -> Result<bool> {
    for root in ROOTS {
        let object = format!("{name}/{root}");
        if store.size(&object).with_context(|| format!("cannot look at {object}"))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Sends a file, or a Zarr store, to a server under a name. An object appears whole; of a store the documents by which it
/// is known come last, and go first where one is replaced.
pub(crate) fn send(local: &Path, store: &dyn ByteStore, name: &str, overwrite: bool) -> Result<()> {
    check_free(store, name, overwrite)?;
    let failed = || format!("cannot write {}/{name}", store.name());
    if !local.is_dir() {
        return send_file(local, store, name).with_context(failed);
    }
    let stale: Vec<String> = if overwrite {
        for root in ROOTS {
            store.remove(&format!("{name}/{root}")).with_context(failed)?;
        }
        store.walk(name).with_context(failed)?.into_iter().map(|(object, _)| object).collect()
    } else {
        Vec::new()
    };
    let files = files(local).with_context(failed)?;
    let send = |file: &String| {
        interrupt::check()?;
        send_file(&local.join(file), store, &format!("{name}/{file}")).with_context(failed)
    };
    let (mut roots, rest): (Vec<_>, Vec<_>) = files.iter().partition(|file| ROOTS.contains(&file.as_str()));
    rest.into_par_iter().with_max_len(1).try_for_each(send)?;
    // The one that readers look for first comes last.
    roots.sort_by_key(|file| ROOTS.iter().rev().position(|root| file == root));
    roots.into_iter().try_for_each(send)?;
    for object in stale {
        let own = object.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
        if own.is_none_or(|own| !files.iter().any(|file| file == own)) {
            store.remove(&object).with_context(failed)?;
        }
    }
    Ok(())
}

fn send_file(local: &Path, store: &dyn ByteStore, name: &str) -> io::Result<()> {
    let (mut file, mut object) = (fs::File::open(local)?, store.create(name)?);
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return object.finish(),
            Ok(length) => object.write_all(&piece[..length])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The files in a folder and those below it, with `/` between their names.
fn files(root: &Path) -> io::Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "a name that is not text"))?;
            let name = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if entry.file_type()?.is_dir() { folders.push(name) } else { found.push(name) }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::{ByteRanges, Folder};

    fn names(store: &dyn ByteRanges) -> Vec<String> {
        store.walk("").unwrap().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn stores_are_sent_whole_and_replace_the_old() {
        let dir = tempfile::tempdir().unwrap();
        let (local, server) = (dir.path().join("local"), Folder::new(dir.path().join("server")));
        fs::create_dir_all(local.join("scales/c")).unwrap();
        fs::write(local.join("zarr.json"), "{}").unwrap();
        fs::write(local.join("scales/c/0"), "new").unwrap();
        server.put("a.zarr/scales/c/0", b"left by one that was killed").unwrap();
        send(&local, &server, "a.zarr", false).unwrap();
        assert_eq!(names(&server), ["a.zarr/scales/c/0", "a.zarr/zarr.json"]);
        let error = send(&local, &server, "a.zarr", false).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
        server.put("a.zarr/scales/c/1", b"of the old").unwrap();
        server.put("b", b"not its own").unwrap();
        send(&local, &server, "a.zarr", true).unwrap();
        assert_eq!(names(&server), ["a.zarr/scales/c/0", "a.zarr/zarr.json", "b"]);
        let mut out = Vec::new();
        server.read_into("a.zarr/scales/c/0", tessera_core::ByteRange::All, &mut out).unwrap();
        assert_eq!(out, b"new");
        assert!(send(&local.join("zarr.json"), &server, "b", false).is_err());
        send(&local.join("zarr.json"), &server, "b", true).unwrap();
    }

    #[test]
    fn the_place_of_a_path_is_its_folder() {
        for (output, folder) in [("a.tif", "."), ("x/a.tif", "x"), ("/a.tif", "/")] {
            assert_eq!(Place::of(Path::new(output)).unwrap().staged_in(), Path::new(folder));
        }
        assert!(Place::of(Path::new("ftp://host/a.tif")).is_err());
    }
}
