//! Why a ledger cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// A ledger that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Another process, or another part of this one, has it open to write.
    #[error("{}: another process writes it: expected to be alone", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A file of something else, or another version of the form.
    #[error("{}: not a ledger: expected it to begin with {expected:?}, got {got:?}", path.display())]
    Magic {
        /// The file.
        path: PathBuf,
        /// How it begins.
        got: Vec<u8>,
        /// How a ledger does.
        expected: [u8; 8],
    },
    /// A result whose bytes have changed since they were written.
    #[error("{}: the result at byte {place} is damaged: remove the file, with what was made by its help, and both are made again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the result begins.
        place: u64,
    },
    /// A name or a result that is too long.
    #[error("{}: a name of {key} bytes and a result of {value}: expected 1 to 4096 and at most 2^30", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Bytes of the name.
        key: usize,
        /// Bytes of the result.
        value: usize,
    },
    /// A ledger that was opened to be read.
    #[error("{}: it was opened to be read only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The system could not read or write it: a full disk is `ErrorKind::StorageFull`.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl LedgerError {
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Io { path: path.clone(), cause }
    }
}
