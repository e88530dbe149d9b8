//! What is told while a catalogue is checked, and at its end.

use std::ops::ControlFlow;

use crate::CatalogProblem;

/// What happens while a catalogue is checked.
#[derive(Debug)]
#[non_exhaustive]
pub enum ValidationEvent<'a> {
    /// Something is wrong.
    Problem(&'a CatalogProblem),
    /// So many more tiles are checked, with their items.
    Checked {
        /// Their number.
        tiles: usize,
    },
    /// All else is checked; files are hashed from now on.
    Hashing {
        /// How many.
        files: u64,
        /// Bytes of all of them.
        bytes: u64,
    },
    /// So many more bytes are hashed.
    Hashed {
        /// Their number.
        bytes: u64,
    },
    /// One more file is hashed.
    FileHashed,
}

/// Takes what happens, on any thread, and says whether to go on.
pub(super) type Watch<'a> = &'a (dyn Fn(ValidationEvent<'_>) -> ControlFlow<()> + Sync);

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ValidationSummary {
    /// Collections.
    pub years: u64,
    /// Catalogues of blocks.
    pub blocks: u64,
    /// Tiles of the indexes.
    pub tiles: u64,
    /// Items that are files.
    pub items: u64,
    /// Files of tiles that were looked for on this disk and found.
    pub files: u64,
    /// Files that were hashed.
    pub hashed: u64,
    /// Files that were to be looked for or hashed and are not on this disk, but in the web or an object store.
    pub elsewhere: u64,
    /// All checks that were made.
    pub checks: u64,
    /// Those that failed.
    pub problems: u64,
}
