//! The tiles in a folder, by their names alone.

use std::fmt;
use std::fs::FileType;
use std::io;
use std::path::{Path, PathBuf};

use tessera_core::{TileId, TileIdError};

/// What lies in the folders of an archive and is no part of it, counted. Prints as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Strangers {
    /// Names of the form of a tile's whose coordinates are not a cell's centre.
    pub off_grid: u64,
    /// Files where folders of tiles should be.
    pub files: u64,
    /// Folders that are called otherwise.
    pub folders: u64,
    /// Hidden files and folders.
    pub hidden: u64,
    /// The first few, hidden ones apart.
    pub examples: Vec<PathBuf>,
}

impl Strangers {
    /// Examples kept, at most.
    pub const EXAMPLES: usize = 8;

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.off_grid + self.files + self.folders + self.hidden
    }

    pub(crate) fn add(&mut self, path: PathBuf, name: &str, kind: FileType) {
        if name.starts_with('.') {
            self.hidden += 1;
            return;
        }
        match name.parse::<TileId>() {
            Err(TileIdError::OffGrid { .. } | TileIdError::Outside { .. }) => self.off_grid += 1,
            _ if kind.is_file() => self.files += 1,
            _ => self.folders += 1,
        }
        if self.examples.len() < Self::EXAMPLES {
            self.examples.push(path);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.off_grid += other.off_grid;
        self.files += other.files;
        self.folders += other.folders;
        self.hidden += other.hidden;
        let room = Self::EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
}

impl fmt::Display for Strangers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { off_grid, files, folders, hidden, examples } = self;
        write!(
            f,
            "passed over: {off_grid} off-grid names, {files} files, {folders} other folders, {hidden} hidden"
        )?;
        let examples: Vec<_> = examples.iter().map(|path| path.display().to_string()).collect();
        if examples.is_empty() { Ok(()) } else { write!(f, "; such as {}", examples.join(", ")) }
    }
}

/// The tiles in a folder, in order, and what else lies there. The folder is read once, and no tile is looked into: that
/// a name is a folder is what the listing says. A link counts as a folder without being followed.
pub(crate) fn tiles(folder: &Path) -> io::Result<(Vec<TileId>, Strangers)> {
    let (mut tiles, mut strangers) = (Vec::new(), Strangers::default());
    for entry in folder.read_dir()? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let name = name.to_string_lossy();
        match name.parse() {
            Ok(tile) if !kind.is_file() => tiles.push(tile),
            _ => strangers.add(entry.path(), &name, kind),
        }
    }
    tiles.sort_unstable();
    tiles.shrink_to_fit();
    Ok((tiles, strangers))
}
