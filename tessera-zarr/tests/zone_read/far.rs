//! A store whose answers have to be waited for, and come in any order.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tessera_core::{ByteRange, ByteRanges, Fetches, Fetching, ObjectChanged, ObjectRange, Stamp, TakeRange};
use tessera_zarr::Folder;

/// A folder that counts what is asked of it. Many ranges at once are read by several threads, in an order that differs each
/// time, and come as such. It holds on to the version of each object that was read first.
pub(crate) struct Far {
    folder: Folder,
    fetching: Fetching,
    /// What a listing says, where names may not be listed.
    no_list: Option<io::ErrorKind>,
    asked: Mutex<Vec<(String, ByteRange, u64)>>,
    /// Questions of sizes, versions and names.
    looked: AtomicUsize,
    /// How many times an answer had to be waited for.
    waits: AtomicUsize,
    turn: AtomicU64,
    pins: Mutex<HashMap<String, Stamp>>,
}

impl Far {
    /// Requests are joined where no byte lies between.
    pub(crate) fn new(path: impl AsRef<Path>, in_flight: usize) -> Self {
        Self {
            folder: Folder::new(path.as_ref()),
            fetching: Fetching { gap: 0, most: 8 << 20, in_flight },
            no_list: None,
            asked: Mutex::default(),
            looked: AtomicUsize::new(0),
            waits: AtomicUsize::new(0),
            turn: AtomicU64::new(1),
            pins: Mutex::default(),
        }
    }

    pub(crate) fn fetching(mut self, fetching: Fetching) -> Self {
        self.fetching = fetching;
        self
    }

    pub(crate) fn without_listing(mut self, kind: io::ErrorKind) -> Self {
        self.no_list = Some(kind);
        self
    }

    /// What was asked since it was last asked for: object, range and bytes of the answer, sorted.
    pub(crate) fn asked(&self) -> Vec<(String, ByteRange, u64)> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort_by_key(|(object, range, _)| (object.clone(), format!("{range:?}")));
        asked
    }

    /// Its sum.
    pub(crate) fn fetches(&self) -> Fetches {
        self.asked().iter().map(|(.., bytes)| Fetches { requests: 1, bytes: *bytes }).sum()
    }

    pub(crate) fn looked(&self) -> usize {
        self.looked.swap(0, Ordering::SeqCst)
    }

    pub(crate) fn waits(&self) -> usize {
        self.waits.swap(0, Ordering::SeqCst)
    }

    fn read(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        let now = self.folder.stamp(object)?;
        if let Some(now) = &now {
            let mut pins = self.pins.lock().unwrap();
            if pins.entry(object.to_owned()).or_insert_with(|| now.clone()) != now {
                return Err(ObjectChanged { object: object.to_owned() }.into());
            }
        }
        let there = self.folder.read_into(object, range, out);
        let bytes = if let Ok(true) = there { out.len() as u64 } else { 0 };
        self.asked.lock().unwrap().push((object.to_owned(), range, bytes));
        there
    }

    fn refused<T>(&self) -> Option<io::Result<T>> {
        self.looked.fetch_add(1, Ordering::SeqCst);
        self.no_list.map(|kind| Err(io::Error::new(kind, "403")))
    }
}

impl ByteRanges for Far {
    fn name(&self) -> String {
        "far".into()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.waits.fetch_add(1, Ordering::SeqCst);
        self.read(object, range, out)
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        self.waits.fetch_add(1, Ordering::SeqCst);
        // An order that looks like none.
        let seed = self.turn.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order
            .sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1).rotate_left(29).wrapping_mul(seed | 1));
        let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..self.fetching.in_flight.min(4) {
                scope.spawn(|| {
                    let mut out = Vec::new();
                    while let Some(&at) = order.get(next.fetch_add(1, Ordering::SeqCst)) {
                        if ended.load(Ordering::SeqCst) {
                            return;
                        }
                        let got = self.read(ranges[at].object, ranges[at].range, &mut out);
                        if let ControlFlow::Break(()) = take(at, got.map(|there| there.then_some(&*out))) {
                            ended.store(true, Ordering::SeqCst);
                        }
                    }
                });
            }
        });
    }

    fn fetching(&self) -> Fetching {
        self.fetching
    }

    fn forget(&self, object: &str) {
        self.pins.lock().unwrap().remove(object);
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.looked.fetch_add(1, Ordering::SeqCst);
        self.folder.size(object)
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        self.looked.fetch_add(1, Ordering::SeqCst);
        self.folder.stamp(object)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.refused().unwrap_or_else(|| self.folder.list(folder))
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        self.refused().unwrap_or_else(|| self.folder.walk(folder))
    }
}

/// A store for a test that shares it with what was opened.
pub(crate) fn far(path: impl AsRef<Path>, in_flight: usize) -> Arc<Far> {
    Arc::new(Far::new(path, in_flight))
}
