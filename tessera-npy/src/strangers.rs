//! What is found in an archive and is no part of it.

use std::fmt;
use std::path::PathBuf;

use tessera_core::{TileId, TileIdError};

use crate::look::Kind;

/// What lies in the folders of an archive, or stands in its listing, and is no part of it, counted. Prints as a
/// sentence.
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
    /// Lines of a listing that name no tile; those of an off-grid name are not among them.
    pub lines: u64,
    /// Lines of a listing that name again what another line names.
    pub repeated: u64,
    /// The first few files and folders, hidden ones apart.
    pub examples: Vec<PathBuf>,
    /// The first few lines of a listing, each with its number, the first line being 1. A long line is cut.
    pub line_examples: Vec<(u64, String)>,
}

impl Strangers {
    /// Examples kept, at most, of either kind.
    pub const EXAMPLES: usize = 8;
    /// Bytes kept of a line, at most.
    const EXCERPT: usize = 100;

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.off_grid + self.files + self.folders + self.hidden + self.lines + self.repeated
    }

    pub(crate) fn add(&mut self, path: PathBuf, name: &str, kind: Kind) {
        if name.starts_with('.') {
            self.hidden += 1;
            return;
        }
        match name.parse::<TileId>() {
            Err(TileIdError::OffGrid { .. } | TileIdError::Outside { .. }) => self.off_grid += 1,
            // Of a name alone this is a guess.
            _ if kind == Kind::File || (kind == Kind::Unknown && name.contains('.')) => self.files += 1,
            _ => self.folders += 1,
        }
        if self.examples.len() < Self::EXAMPLES {
            self.examples.push(path);
        }
    }

    /// Counts a line of a listing.
    pub(crate) fn add_line(&mut self, number: u64, line: &[u8], off_grid: bool) {
        *(if off_grid { &mut self.off_grid } else { &mut self.lines }) += 1;
        if self.line_examples.len() < Self::EXAMPLES {
            let line = line.trim_ascii();
            let text = String::from_utf8_lossy(&line[..line.len().min(Self::EXCERPT)]);
            self.line_examples.push((number, text.into_owned()));
        }
    }

    /// Counts a line of a listing that names again what another does.
    pub(crate) fn add_repeated(&mut self, path: PathBuf) {
        self.repeated += 1;
        if self.examples.len() < Self::EXAMPLES {
            self.examples.push(path);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.off_grid += other.off_grid;
        self.files += other.files;
        self.folders += other.folders;
        self.hidden += other.hidden;
        self.lines += other.lines;
        self.repeated += other.repeated;
        let room = Self::EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
        let room = Self::EXAMPLES.saturating_sub(self.line_examples.len());
        self.line_examples.extend(other.line_examples.into_iter().take(room));
    }
}

impl fmt::Display for Strangers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { off_grid, files, folders, hidden, lines, repeated, examples, line_examples } = self;
        write!(
            f,
            "passed over: {off_grid} off-grid names, {files} files, {folders} other folders, {hidden} hidden"
        )?;
        if *lines > 0 {
            write!(f, ", {lines} lines that name no tile")?;
        }
        if *repeated > 0 {
            write!(f, ", {repeated} lines that name again what another does")?;
        }
        let paths = examples.iter().map(|path| path.display().to_string());
        let lines = line_examples.iter().map(|(number, text)| format!("line {number} {text:?}"));
        let examples: Vec<_> = paths.chain(lines).collect();
        if examples.is_empty() { Ok(()) } else { write!(f, "; such as {}", examples.join(", ")) }
    }
}
