//! What is wrong with a catalogue.

use std::fmt;

/// Something that is wrong with a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CatalogProblem {
    /// Which kind of thing it is.
    pub kind: ProblemKind,
    /// The file that it was seen in, below the folder of the catalogue: `2024/collection.json`.
    pub path: String,
    /// What was found, and what was expected.
    pub what: String,
}

/// A kind of [`CatalogProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A JSON file that cannot be read, or is no STAC 1.1.0 of its kind.
    Document,
    /// A file that must be there and is not.
    Missing,
    /// A file that nothing leads to.
    Extra,
    /// A link that is missing, leads elsewhere than it must, or to nothing.
    Link,
    /// The same link twice.
    Duplicate,
    /// The name of an item that is no tile on the grid.
    OffGrid,
    /// An item that says something else than the index.
    Item,
    /// An index, bitmap or file of hashes that cannot be read, or does not belong to the others.
    Index,
    /// A collection that says something else than the index.
    Collection,
    /// A link to an address of a kind that must not be followed or published.
    Href,
    /// A relative link that leads out of the root.
    Escape,
    /// The file of a tile that is not there, or cannot be read.
    File,
    /// The file of a tile of another size than the index says.
    Size,
    /// The file of a tile with other bytes than its hash says.
    Hash,
}

impl ProblemKind {
    /// The kind in a word: `extra`, `off-grid`.
    ///
    /// ```
    /// assert_eq!(tessera_stac::ProblemKind::OffGrid.name(), "off-grid");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Link => "link",
            Self::Duplicate => "duplicate",
            Self::OffGrid => "off-grid",
            Self::Item => "item",
            Self::Index => "index",
            Self::Collection => "collection",
            Self::Href => "href",
            Self::Escape => "escapes",
            Self::File => "file",
            Self::Size => "size",
            Self::Hash => "hash",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for CatalogProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.kind, self.path, self.what)
    }
}
