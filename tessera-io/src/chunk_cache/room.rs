//! Counting what is there, and making room.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::ledger::{Books, Held};
use super::partial;
use super::root::{OBJECTS, OWN_FILES, VERSIONS};

/// What a disk gives at a time.
const BLOCK: u64 = 4 << 10;

/// A time so far ahead is not that of a clock that goes a little wrong.
const FAR: Duration = Duration::from_secs(3600);

/// The bytes that a file takes.
pub(super) fn cost(length: u64) -> u64 {
    length.div_ceil(BLOCK).saturating_mul(BLOCK)
}

/// A file that can be removed.
struct Kept {
    used: SystemTime,
    cost: u64,
    path: PathBuf,
}

/// Counts the files.
pub(super) fn count(root: &Path, held: &mut Held<'_>) -> io::Result<Books> {
    take_stock(root, held).map(|(books, _)| books)
}

/// Counts the files, and removes those that were used last longest ago, so that at most so many bytes are left and a tenth
/// of that is free for what comes next. The ledger must be held.
pub(super) fn make(root: &Path, held: &mut Held<'_>, most: u64) -> io::Result<Books> {
    let (mut books, mut kept) = take_stock(root, held)?;
    if books.used <= most {
        return Ok(books);
    }
    kept.sort_unstable_by_key(|file| file.used);
    for file in kept {
        if books.used <= most - most / 10 {
            break;
        }
        match std::fs::remove_file(&file.path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        books.used = books.used.saturating_sub(file.cost);
        // Refused where another file is in it.
        if let Some(folder) = file.path.parent() {
            drop(std::fs::remove_dir(folder));
        }
    }
    held.write(books)?;
    Ok(books)
}

fn take_stock(root: &Path, held: &mut Held<'_>) -> io::Result<(Books, Vec<Kept>)> {
    let now = SystemTime::now();
    let taken = partial::sweep(root)?.alive;
    let mut kept = Vec::new();
    // Ranges lie in a folder of their object, what is known of objects beside each other.
    collect(&root.join(OBJECTS), 2, now, &mut kept)?;
    collect(&root.join(VERSIONS), 1, now, &mut kept)?;
    let used = kept.iter().fold(OWN_FILES * BLOCK + taken, |sum, file| sum.saturating_add(file.cost));
    let books = Books { used, counted: now };
    held.write(books)?;
    Ok((books, kept))
}

/// The files so many folders below one.
fn collect(folder: &Path, depth: usize, now: SystemTime, kept: &mut Vec<Kept>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        if is_folder && depth > 0 {
            collect(&entry.path(), depth - 1, now, kept)?;
        } else if !is_folder {
            let metadata = entry.metadata()?;
            let used = metadata.modified()?;
            let used = if used > now + FAR { UNIX_EPOCH } else { used };
            kept.push(Kept { used, cost: cost(metadata.len()), path: entry.path() });
        }
    }
    Ok(())
}
