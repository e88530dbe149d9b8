//! Why a pyramid cannot be made.

use std::error::Error;
use std::ops::Range;
use std::path::PathBuf;

use tessera_core::{ProjectionError, PyramidChunk, RasterGridError, SourceError, Year};

use crate::LedgerError;

/// A pyramid that cannot be made, or not to its end. What was made stays, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PyramidError {
    /// A store of levels that its grid does not have.
    #[error("{store} keeps the levels {got:?}: expected one or more of the {expected} that its grid has")]
    Levels {
        /// The store.
        store: String,
        /// The levels that it keeps.
        got: Range<u8>,
        /// How many levels the grid has.
        expected: u8,
    },
    /// Cells of level 0 that are much larger than pixels, so that most pixels would not be seen.
    #[error(
        "the cells of level 0 of {store} are {got:.1} m wide at the equator: expected at most {max} m; a store may leave out \
         the finest levels of its grid"
    )]
    Coarse {
        /// The store.
        store: String,
        /// The width of a cell at the equator in metres.
        got: f64,
        /// The greatest that there can be.
        max: f64,
    },
    /// A year that is not there.
    #[error("{name} has no {year}: it has {years:?}")]
    Year {
        /// Where it was looked for.
        name: String,
        /// The year.
        year: Year,
        /// The years that are there.
        years: Vec<Year>,
    },
    /// A state of another pyramid, or of something else.
    #[error("{}: it is the state of {got:?}: expected that of {expected:?}", path.display())]
    State {
        /// The ledger.
        path: PathBuf,
        /// What it is of.
        got: String,
        /// What it should be of.
        expected: String,
    },
    /// The state cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Pixels that cannot be read.
    #[error("{block}: {cause}")]
    Source {
        /// The part of the pyramid that they are in.
        block: PyramidChunk,
        /// Which source, and why.
        cause: SourceError,
    },
    /// Pixels that cannot be coloured.
    #[error("{block}: the pixels of {name} cannot be coloured: {cause}")]
    Colour {
        /// The part of the pyramid that they are in.
        block: PyramidChunk,
        /// What the source is called.
        name: String,
        /// Why.
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Cells that cannot be projected.
    #[error("{block}: {cause}")]
    Projection {
        /// The part of the pyramid that they are in.
        block: PyramidChunk,
        /// Why.
        cause: ProjectionError,
    },
    /// A chunk that lies nowhere.
    #[error("{chunk}: {cause}")]
    Raster {
        /// The chunk.
        chunk: PyramidChunk,
        /// Why.
        cause: RasterGridError,
    },
    /// Colours for which there is no memory.
    #[error("{block}: there is no memory for the colours of {pixels} pixels")]
    Memory {
        /// The part of the pyramid that they are in.
        block: PyramidChunk,
        /// How many.
        pixels: usize,
    },
    /// A chunk that cannot be read, written or removed.
    #[error("{chunk}: {cause}")]
    Store {
        /// The chunk.
        chunk: PyramidChunk,
        /// Which store, and why.
        cause: SourceError,
    },
}
