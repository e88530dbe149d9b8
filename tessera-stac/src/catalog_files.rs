//! The files of a catalogue, where they are read.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tessera_core::{ByteRange, ByteRanges, ObjectRange, Year};

use crate::{CATALOG_PATH, IndexError, collection_path, index_path};

/// Bytes of a JSON file, at most: a hundred times the largest of ours.
const MOST: u64 = 64 << 20;

/// The files of a catalogue, where they are read: a folder on disk, or a store of objects.
#[derive(Clone)]
pub(crate) struct CatalogFiles {
    /// The folder, or what the store is called.
    path: PathBuf,
    store: Option<Arc<dyn ByteRanges>>,
}

impl CatalogFiles {
    pub(crate) fn folder(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), store: None }
    }

    pub(crate) fn store(store: Arc<dyn ByteRanges>) -> Self {
        Self { path: store.name().trim_end_matches('/').into(), store: Some(store) }
    }

    /// The folder, or what the store is called.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What an object of a store is called.
    pub(crate) fn object(store: &dyn ByteRanges, object: &str) -> PathBuf {
        format!("{}/{object}", store.name().trim_end_matches('/')).into()
    }

    /// The path of a file, or what its object is called.
    pub(crate) fn path_of(&self, file: &str) -> PathBuf {
        match &self.store {
            Some(store) => Self::object(&**store, file),
            None => self.path.join(file),
        }
    }

    /// A JSON file whole; `None` where it is not there.
    pub(crate) fn json(&self, file: &str) -> Result<Option<Value>, IndexError> {
        let path = self.path_of(file);
        let Some(bytes) = self.bytes(file).map_err(IndexError::io(&path))? else { return Ok(None) };
        if bytes.len() as u64 > MOST {
            return Err(IndexError::format(&path, format!("more than {MOST} bytes of JSON")));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|cause| IndexError::format(&path, cause))
    }

    /// The bytes of a file, of which no more than one past the most are read; `None` where it is not there.
    fn bytes(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        let reader: Box<dyn Read + '_> = match &self.store {
            Some(store) => match store.reader(file, ByteRange::All)? {
                Some(reader) => reader,
                None => return Ok(None),
            },
            None => match fs::File::open(self.path_of(file)) {
                Ok(file) => Box::new(file),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(cause) => return Err(cause),
            },
        };
        let mut bytes = Vec::new();
        reader.take(MOST + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// The years that may have an index, ascending: those whose folders have one, or in a store, which need not be able to
    /// list them, those that the catalogue's own file leads to.
    pub(crate) fn years(&self) -> Result<Vec<Year>, IndexError> {
        let mut years = if self.store.is_some() { self.linked_years()? } else { self.listed_years()? };
        years.sort_unstable();
        years.dedup();
        Ok(years)
    }

    fn listed_years(&self) -> Result<Vec<Year>, IndexError> {
        let mut years = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(IndexError::io(&self.path))? {
            let entry = entry.map_err(IndexError::io(&self.path))?;
            let year = entry.file_name().to_str().and_then(|name| name.parse::<Year>().ok());
            years.extend(year.filter(|year| self.path_of(&index_path(*year)).is_file()));
        }
        Ok(years)
    }

    fn linked_years(&self) -> Result<Vec<Year>, IndexError> {
        let catalog = self.json(CATALOG_PATH)?.unwrap_or_default();
        let links = catalog.get("links").and_then(Value::as_array).into_iter().flatten();
        let year = |link: &Value| {
            let href = link.get("href").filter(|_| link["rel"] == "child")?.as_str()?;
            let (folder, _) = href.rsplit_once('/')?;
            let year: Year = folder.rsplit('/').next()?.parse().ok()?;
            href.ends_with(&format!("/{}", collection_path(year))).then_some(year)
        };
        Ok(links.filter_map(year).collect())
    }

    /// The ends of objects, so many bytes of each at most, as many at once as the store likes; `None` of what is not there.
    pub(crate) fn ends(store: &dyn ByteRanges, wanted: &[(String, u64)]) -> Vec<io::Result<Option<Vec<u8>>>> {
        let ranges: Vec<_> = wanted
            .iter()
            .map(|(object, most)| ObjectRange { object, range: ByteRange::Last(*most) })
            .collect();
        let unread = |(object, _): &(String, u64)| Err(io::Error::other(format!("{object} was not read")));
        let got: Mutex<Vec<_>> = Mutex::new(wanted.iter().map(unread).collect());
        store.read_many(&ranges, &|at, bytes| {
            let bytes = bytes.map(|bytes| bytes.map(<[u8]>::to_vec));
            if let Some(place) = got.lock().unwrap_or_else(PoisonError::into_inner).get_mut(at) {
                *place = bytes;
            }
            ControlFlow::Continue(())
        });
        got.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CatalogFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogFiles").field("path", &self.path).finish_non_exhaustive()
    }
}
