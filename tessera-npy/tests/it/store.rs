//! Stores of objects that count what is asked of them, and fail when they are told to.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};

use tessera_core::{
    ByteRange, ByteRanges, Fetches, Fetching, Folder, ObjectChanged, ObjectRange, Stamp, TakeRange,
};

/// What goes wrong once it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Objects are replaced.
    Changed,
    /// Answers are a byte short.
    Short,
    /// Objects are gone.
    Gone,
    /// Some ranges are never answered.
    Silent,
}

/// A folder as a store that answers several requests at once, the last ones first.
pub(crate) struct Store {
    folder: Folder,
    fetching: Fetching,
    fault: Option<Fault>,
    failing: AtomicBool,
    listable: bool,
    requests: AtomicU64,
    bytes: AtomicU64,
    pub(crate) lists: AtomicUsize,
    pub(crate) stamps: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
}

impl Store {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            folder: Folder::new(root),
            fetching: Fetching::default(),
            fault: None,
            failing: AtomicBool::new(false),
            listable: true,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            lists: AtomicUsize::new(0),
            stamps: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        }
    }

    pub(crate) fn fetching(mut self, gap: u64, most: u64, in_flight: usize) -> Self {
        self.fetching = Fetching { gap, most, in_flight };
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    pub(crate) fn unlistable(mut self) -> Self {
        self.listable = false;
        self
    }

    pub(crate) fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }

    /// From now on things go wrong.
    pub(crate) fn fail(&self) {
        self.failing.store(true, SeqCst);
    }

    /// What was asked since it was last looked at.
    pub(crate) fn asked(&self) -> Fetches {
        Fetches { requests: self.requests.swap(0, SeqCst), bytes: self.bytes.swap(0, SeqCst) }
    }
}

impl ByteRanges for Store {
    fn name(&self) -> String {
        self.folder.name()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.requests.fetch_add(1, SeqCst);
        let fault = self.fault.filter(|_| self.failing.load(SeqCst));
        match fault {
            Some(Fault::Changed) => return Err(ObjectChanged { object: object.into() }.into()),
            Some(Fault::Gone) => return Ok(false),
            _ => {}
        }
        let there = self.folder.read_into(object, range, out)?;
        if fault == Some(Fault::Short) {
            out.pop();
        }
        self.bytes.fetch_add(out.len() as u64, SeqCst);
        Ok(there)
    }

    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        let next = AtomicUsize::new(0);
        let (running, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let silent = self.fault == Some(Fault::Silent) && self.failing.load(SeqCst);
        std::thread::scope(|scope| {
            for _ in 0..self.fetching.in_flight.min(ranges.len()) {
                scope.spawn(|| {
                    let mut out = Vec::new();
                    while let Some(at) = ranges.len().checked_sub(1 + next.fetch_add(1, SeqCst)) {
                        if stop.load(SeqCst) || (silent && at == 0) {
                            return;
                        }
                        self.most_at_once.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                        let got = self.read_into(ranges[at].object, ranges[at].range, &mut out);
                        let flow = take(at, got.map(|there| there.then_some(out.as_slice())));
                        running.fetch_sub(1, SeqCst);
                        if flow == ControlFlow::Break(()) {
                            stop.store(true, SeqCst);
                        }
                    }
                });
            }
        });
    }

    fn fetching(&self) -> Fetching {
        self.fetching
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.folder.size(object)
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        self.stamps.fetch_add(1, SeqCst);
        self.folder.stamp(object)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.lists.fetch_add(1, SeqCst);
        if self.listable {
            self.folder.list(folder)
        } else {
            Err(io::Error::new(io::ErrorKind::Unsupported, "plain HTTP has no listings"))
        }
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        self.lists.fetch_add(1, SeqCst);
        self.folder.walk(folder)
    }
}
