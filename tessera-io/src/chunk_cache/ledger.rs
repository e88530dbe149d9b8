//! How many bytes are used: a number in a file, which one holder at a time may look at and change.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::root::private;

/// How long the number is believed before the files are counted again: it is never too low but after the machine itself
/// fell down, with files on its disk and the number of an earlier time.
const BELIEVED: Duration = Duration::from_secs(24 * 3600);

/// The file, which is also the lock.
#[derive(Debug)]
pub(super) struct Ledger {
    // A lock of a file is the file's, not the thread's.
    file: Mutex<File>,
}

/// What it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Books {
    /// Bytes used, with those that are being written.
    pub(super) used: u64,
    /// When they were counted.
    pub(super) counted: SystemTime,
}

impl Books {
    /// Whether they are to be believed.
    pub(super) fn recent(&self) -> bool {
        let now = SystemTime::now();
        let apart = now.duration_since(self.counted).unwrap_or_else(|ahead| ahead.duration());
        apart < BELIEVED
    }
}

impl Ledger {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file =
            private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Waits until no other thread and no other process holds it.
    pub(super) fn lock(&self) -> io::Result<Held<'_>> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.lock()?;
        Ok(Held { file })
    }
}

/// The ledger, held: given back when it is dropped, or when the process ends.
#[derive(Debug)]
pub(super) struct Held<'a> {
    file: MutexGuard<'a, File>,
}

impl Held<'_> {
    /// What it says; `None` where that was not written as a whole.
    pub(super) fn read(&mut self) -> io::Result<Option<Books>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut text = Vec::new();
        (&*self.file).take(64).read_to_end(&mut text)?;
        let Some((numbers, sum)) = text.split_first_chunk::<16>() else { return Ok(None) };
        if *sum != blake3::hash(numbers).as_bytes()[..16] {
            return Ok(None);
        }
        let number = |at: usize| numbers[at..at + 8].iter().rev().fold(0, |n, &b| n << 8 | u64::from(b));
        let counted = UNIX_EPOCH.checked_add(Duration::from_secs(number(8)));
        Ok(counted.map(|counted| Books { used: number(0), counted }))
    }

    pub(super) fn write(&mut self, books: Books) -> io::Result<()> {
        let counted = books.counted.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let numbers = [books.used.to_le_bytes(), counted.to_le_bytes()].concat();
        let text = [&numbers[..], &blake3::hash(&numbers).as_bytes()[..16]].concat();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&text)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Closing the file gives it back too.
        drop(self.file.unlock());
    }
}
