//! A store of objects in memory that fails, stops for good, or is interfered with at a given operation.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tessera_core::{ByteRange, ByteRanges, ByteStore, Fetching, ObjectWriter, Stamp};

/// Objects by name, each with the number of its version.
type Objects = Arc<Mutex<BTreeMap<String, (Vec<u8>, u64)>>>;

/// What happens at an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails, and those after it do not.
    Fails,
    /// Nothing works from then on: the process was killed.
    Killed,
}

/// Told each operation and its object before it is done.
type Hook = Arc<dyn Fn(&str, &str) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Memory {
    objects: Objects,
    versions: Arc<AtomicU64>,
    /// Of this handle alone.
    operations: Arc<AtomicUsize>,
    fault: Option<(usize, Fault)>,
    hook: Option<Hook>,
    /// Once the first is true the next object that is finished is the last thing that is done, and sets the second.
    dying: Option<(Arc<AtomicBool>, Arc<AtomicBool>)>,
    in_flight: usize,
    lists: bool,
    stamps: bool,
    /// Whether the answer to a put tells the version.
    tells: bool,
    held: u64,
    /// The most bytes that were handed over at once, and the number of times.
    handed: Arc<(AtomicUsize, AtomicUsize)>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            objects: Objects::default(),
            versions: Arc::default(),
            operations: Arc::default(),
            fault: None,
            hook: None,
            dying: None,
            in_flight: 1,
            lists: true,
            stamps: true,
            tells: true,
            held: 0,
            handed: Arc::default(),
        }
    }

    /// The same objects, seen by another process.
    pub(crate) fn other(&self) -> Self {
        Self {
            operations: Arc::default(),
            handed: Arc::default(),
            fault: None,
            hook: None,
            dying: None,
            ..self.clone()
        }
    }

    pub(crate) fn fault(self, at: usize, fault: Fault) -> Self {
        Self { fault: Some((at, fault)), ..self }
    }

    pub(crate) fn hook(self, hook: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        Self { hook: Some(Arc::new(hook)), ..self }
    }

    pub(crate) fn dying(self, soon: &Arc<AtomicBool>, dead: &Arc<AtomicBool>) -> Self {
        Self { dying: Some((Arc::clone(soon), Arc::clone(dead))), ..self }
    }

    pub(crate) fn in_flight(self, in_flight: usize) -> Self {
        Self { in_flight, ..self }
    }

    pub(crate) fn lists(self, lists: bool) -> Self {
        Self { lists, ..self }
    }

    pub(crate) fn stamps(self, stamps: bool) -> Self {
        Self { stamps, ..self }
    }

    pub(crate) fn tells(self, tells: bool) -> Self {
        Self { tells, ..self }
    }

    pub(crate) fn holding(self, held: u64) -> Self {
        Self { held, ..self }
    }

    /// Operations so far.
    pub(crate) fn operations(&self) -> usize {
        self.operations.load(Ordering::Relaxed)
    }

    /// The most bytes that a writer was handed at once, and how often one was.
    pub(crate) fn handed(&self) -> (usize, usize) {
        (self.handed.0.load(Ordering::Relaxed), self.handed.1.load(Ordering::Relaxed))
    }

    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = self.objects.lock().unwrap();
        objects.iter().map(|(name, (bytes, _))| (name.clone(), bytes.clone())).collect()
    }

    /// Puts an object from outside.
    pub(crate) fn set(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        let version = self.versions.fetch_add(1, Ordering::Relaxed);
        self.objects.lock().unwrap().insert(name.to_owned(), (bytes.into(), version));
    }

    pub(crate) fn take(&self, name: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().remove(name).map(|(bytes, _)| bytes)
    }

    fn step(&self, operation: &str, object: &str) -> io::Result<()> {
        if let Some(hook) = &self.hook {
            hook(operation, object);
        }
        if let Some((soon, dead)) = &self.dying {
            if dead.load(Ordering::Relaxed) {
                return Err(io::Error::new(io::ErrorKind::BrokenPipe, "killed"));
            }
            if operation == "finish" && soon.load(Ordering::Relaxed) {
                dead.store(true, Ordering::Relaxed);
            }
        }
        let at = self.operations.fetch_add(1, Ordering::Relaxed);
        match self.fault {
            Some((n, Fault::Fails)) if at == n => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")),
            Some((n, Fault::Killed)) if at >= n => Err(io::Error::new(io::ErrorKind::BrokenPipe, "killed")),
            _ => Ok(()),
        }
    }

    fn get(&self, object: &str) -> Option<(Vec<u8>, Stamp)> {
        let objects = self.objects.lock().unwrap();
        let (bytes, version) = objects.get(object)?;
        Some((bytes.clone(), Stamp { bytes: bytes.len() as u64, version: format!("v{version}") }))
    }
}

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "it does not tell")
}

impl ByteRanges for Memory {
    fn name(&self) -> String {
        "memory://bucket".into()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.step("read", object)?;
        out.clear();
        let Some((bytes, _)) = self.get(object) else { return Ok(false) };
        let (start, end) = match range {
            ByteRange::All => (0, bytes.len()),
            ByteRange::From { offset, length } => (offset as usize, (offset + length) as usize),
            ByteRange::Last(n) => (bytes.len() - (n as usize).min(bytes.len()), bytes.len()),
        };
        out.extend_from_slice(bytes.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(true)
    }

    fn fetching(&self) -> Fetching {
        Fetching { in_flight: self.in_flight, ..Fetching::default() }
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.step("size", object)?;
        Ok(self.get(object).map(|(bytes, _)| bytes.len() as u64))
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        if !self.stamps {
            return Err(unsupported());
        }
        self.step("stamp", object)?;
        Ok(self.get(object).map(|(_, stamp)| stamp))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        if !self.lists {
            return Err(unsupported());
        }
        self.step("list", folder)?;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let objects = self.objects.lock().unwrap();
        let below = objects.keys().filter_map(|name| name.strip_prefix(&prefix)?.split('/').next());
        let mut names: Vec<String> = below.map(str::to_owned).collect();
        names.dedup();
        Ok(names)
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        if !self.lists {
            return Err(unsupported());
        }
        self.step("walk", folder)?;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let names: Vec<String> = self.files().into_keys().filter(|name| name.starts_with(&prefix)).collect();
        Ok(names.into_iter().filter_map(|name| Some((name.clone(), self.get(&name)?.1))).collect())
    }
}

struct Writer {
    store: Memory,
    object: String,
    bytes: Vec<u8>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.store.step("write", &self.object)?;
        self.store.handed.0.fetch_max(bytes.len(), Ordering::Relaxed);
        self.store.handed.1.fetch_add(1, Ordering::Relaxed);
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.store.step("flush", &self.object)
    }
}

impl ObjectWriter for Writer {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.finish_versioned().map(|_| ())
    }

    fn finish_versioned(self: Box<Self>) -> io::Result<Option<String>> {
        self.store.step("finish", &self.object)?;
        let version = self.store.versions.fetch_add(1, Ordering::Relaxed);
        self.store.objects.lock().unwrap().insert(self.object, (self.bytes, version));
        Ok(self.store.tells.then(|| format!("v{version}")))
    }
}

impl ByteStore for Memory {
    fn create(&self, object: &str) -> io::Result<Box<dyn ObjectWriter>> {
        self.step("create", object)?;
        Ok(Box::new(Writer { store: self.clone(), object: object.to_owned(), bytes: Vec::new() }))
    }

    fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
        self.step("put", object)?;
        self.set(object, bytes);
        Ok(())
    }

    fn put_new(&self, object: &str, bytes: &[u8]) -> io::Result<bool> {
        self.step("put_new", object)?;
        let version = self.versions.fetch_add(1, Ordering::Relaxed);
        let mut objects = self.objects.lock().unwrap();
        if objects.contains_key(object) {
            return Ok(false);
        }
        objects.insert(object.to_owned(), (bytes.to_vec(), version));
        Ok(true)
    }

    fn remove(&self, object: &str) -> io::Result<bool> {
        self.step("remove", object)?;
        Ok(self.take(object).is_some())
    }

    fn held(&self) -> u64 {
        self.held
    }
}
