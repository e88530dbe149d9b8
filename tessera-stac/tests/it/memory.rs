//! A store of objects in memory that counts what is asked of it, and fails when it is told to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard};

use md5::{Digest, Md5};
use tessera_core::{ByteRange, ByteRanges, ByteStore, Fetching, ObjectRange, ObjectWriter, Stamp, TakeRange};

/// A store whose ETags are those of S3.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) name: String,
    pub(crate) in_flight: usize,
    /// Whether it lets anybody list what it holds.
    pub(crate) unlisted: bool,
    pub(crate) state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    objects: BTreeMap<String, Vec<u8>>,
    /// What was asked, in order.
    log: Vec<String>,
    /// How many changes are made before all of them fail.
    left: Option<usize>,
    /// The objects after each change.
    states: Vec<Vec<String>>,
}

impl Memory {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), in_flight: 1, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().objects.clone()
    }

    /// Puts an object there without a trace.
    pub(crate) fn place(&self, name: &str, bytes: &[u8]) {
        self.state().objects.insert(name.to_owned(), bytes.to_vec());
    }

    /// What was asked since this was asked before.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// The names of all objects after each change.
    pub(crate) fn states(&self) -> Vec<Vec<String>> {
        self.state().states.clone()
    }

    /// From now on it takes so many changes, and then fails.
    pub(crate) fn fail_after(&self, changes: Option<usize>) {
        self.state().left = changes;
    }

    fn change(&self, what: &str, object: &str, made: impl FnOnce(&mut State)) -> io::Result<()> {
        let mut state = self.state();
        state.log.push(format!("{what} {object}"));
        if let Some(left) = &mut state.left {
            if *left == 0 {
                return Err(io::Error::other("out of order"));
            }
            *left -= 1;
        }
        made(&mut state);
        let names = state.objects.keys().cloned().collect();
        state.states.push(names);
        Ok(())
    }

    fn stamp_of(bytes: &[u8]) -> Stamp {
        let mut version = String::from("\"");
        Md5::digest(bytes).iter().for_each(|byte| write!(version, "{byte:02x}").unwrap());
        Stamp { bytes: bytes.len() as u64, version: version + "\"" }
    }

    fn listable(&self) -> io::Result<()> {
        if self.unlisted { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }
}

impl ByteRanges for Memory {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        let mut state = self.state();
        state.log.push(format!("get {object}"));
        out.clear();
        let Some(bytes) = state.objects.get(object) else { return Ok(false) };
        let (start, length) = match range {
            ByteRange::All => (0, bytes.len()),
            ByteRange::From { offset, length } => (offset as usize, length as usize),
            ByteRange::Last(length) => {
                let length = bytes.len().min(length as usize);
                (bytes.len() - length, length)
            }
        };
        let part = bytes.get(start..start + length).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.extend_from_slice(part);
        Ok(true)
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        self.state().log.push(format!("{} at once", ranges.len()));
        let mut out = Vec::new();
        // The last answer comes first.
        for (at, wanted) in ranges.iter().enumerate().rev() {
            let got = self.read_into(wanted.object, wanted.range, &mut out);
            if take(at, got.map(|there| there.then_some(out.as_slice()))) == ControlFlow::Break(()) {
                return;
            }
        }
    }

    fn fetching(&self) -> Fetching {
        Fetching { in_flight: self.in_flight, ..Fetching::default() }
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        Ok(self.stamp(object)?.map(|stamp| stamp.bytes))
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        let mut state = self.state();
        state.log.push(format!("stamp {object}"));
        Ok(state.objects.get(object).map(|bytes| Self::stamp_of(bytes)))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.listable()?;
        let mut state = self.state();
        state.log.push(format!("list {folder}"));
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = state.objects.keys().filter_map(|name| name.strip_prefix(&start));
        let mut names: Vec<_> = below.map(|name| name.split('/').next().unwrap().to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        self.listable()?;
        let mut state = self.state();
        state.log.push(format!("walk {folder}"));
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = state.objects.iter().filter(|(name, _)| name.starts_with(&start));
        Ok(below.map(|(name, bytes)| (name.clone(), Self::stamp_of(bytes))).collect())
    }
}

impl ByteStore for Memory {
    fn create(&self, object: &str) -> io::Result<Box<dyn ObjectWriter>> {
        Err(io::Error::other(format!("{object} is short enough to be put whole")))
    }

    fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
        self.change("put", object, |state| {
            state.objects.insert(object.to_owned(), bytes.to_vec());
        })
    }

    fn put_new(&self, object: &str, bytes: &[u8]) -> io::Result<bool> {
        let mut new = false;
        self.change("put", object, |state| {
            new = !state.objects.contains_key(object);
            if new {
                state.objects.insert(object.to_owned(), bytes.to_vec());
            }
        })?;
        Ok(new)
    }

    fn remove(&self, object: &str) -> io::Result<bool> {
        let mut there = false;
        self.change("remove", object, |state| there = state.objects.remove(object).is_some())?;
        Ok(there)
    }
}
