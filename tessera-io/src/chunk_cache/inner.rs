//! What the clones of a cache share.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::key::Key;
use super::known::Known;
use super::ledger::{Books, Held, Ledger};
use super::partial::Partial;
use super::room::{self, cost};

/// What the clones of a cache share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) root: PathBuf,
    pub(super) limit: u64,
    pub(super) ledger: Ledger,
    pub(super) known: Known,
}

impl Inner {
    /// What holds a range.
    pub(super) fn find(&self, key: &Key, range: &Range<u64>) -> Option<Entry> {
        Entry::find(&self.root, &self.known, key, range)
    }

    /// How much is used; counted where nothing says it, or it was not counted for long.
    pub(super) fn books(&self, held: &mut Held<'_>) -> io::Result<Books> {
        match held.read()? {
            Some(books) if books.recent() => Ok(books),
            _ => room::count(&self.root, held),
        }
    }

    /// Puts a file in its place: room is taken first, so that at no time there is more than the limit; then it is
    /// written aside, with nobody waiting for it.
    pub(super) fn keep(
        &self,
        path: &Path,
        replace: bool,
        length: u64,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let cost = cost(length);
        if cost > self.limit / 8 {
            return Ok(());
        }
        let Some(mut partial) = self.reserve(cost)? else { return Ok(()) };
        let written = write(&mut partial.file);

        let mut held = self.ledger.lock()?;
        let mut books = self.books(&mut held)?;
        let placed = written.and_then(|()| partial.place(path, replace));
        let freed = match &placed {
            Ok(freed) => *freed,
            Err(_) if partial.remove() => cost,
            Err(_) => 0,
        };
        books.used = books.used.saturating_sub(freed);
        held.write(books)?;
        placed.map(|_| ())
    }

    /// Takes room for a file, and begins it; `None` where too much is being written just now.
    fn reserve(&self, cost: u64) -> io::Result<Option<Partial>> {
        let mut held = self.ledger.lock()?;
        let mut books = self.books(&mut held)?;
        if books.used.saturating_add(cost) > self.limit {
            books = room::make(&self.root, &mut held, self.limit - cost)?;
            if books.used.saturating_add(cost) > self.limit {
                return Ok(None);
            }
        }
        // Written down before there is a file: whoever is killed here leaves too high a number, never too low a one.
        books.used += cost;
        held.write(books)?;
        match Partial::begin(&self.root, cost) {
            Ok(partial) => Ok(Some(partial)),
            Err(error) => {
                books.used -= cost;
                held.write(books)?;
                Err(error)
            }
        }
    }

    /// Removes a file that is not sound; whether it is gone.
    pub(super) fn discard(&self, path: &Path) -> bool {
        let remove = || -> io::Result<()> {
            let mut held = self.ledger.lock()?;
            let mut books = self.books(&mut held)?;
            let length = path.metadata()?.len();
            std::fs::remove_file(path)?;
            books.used = books.used.saturating_sub(cost(length));
            held.write(books)
        };
        match remove() {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}
