//! Pyramids of pictures.

mod above;
mod block;
mod blocks;
mod coloured;
mod error;
mod hash;
mod mean;
mod part;
mod plan;
mod report;
mod shape;
mod state;

pub use error::PyramidError;
pub use part::PyramidPart;
pub use report::{PyramidEvent, PyramidReport};

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use tessera_core::{MemoryBudget, PyramidStore, QuantizedView, Year, Zones};

use crate::{Ledger, Rgba};
use above::{Above, remove_all};
use block::BlockMaker;
use blocks::{Blocks, Done};
use plan::Plan;
use shape::Shape;
use state::State;

/// Colours pixels of a UTM zone, whose number is given: a picture of as many rows and columns. The same pixels have to get
/// the same colours, whatever lies beside them.
pub type PyramidColour<'a> =
    dyn Fn(&QuantizedView<'_>, u8) -> Result<Rgba, Box<dyn Error + Send + Sync>> + Sync + 'a;

/// Takes what happens, and says whether to go on.
type Told<'a> = &'a (dyn Fn(PyramidEvent) -> ControlFlow<()> + Sync);

/// Makes the pictures of a pyramid, at all its levels, where there is data.
///
/// A cell of level 0 has the colour of the pixel that contains its centre, in the UTM zone of its longitude: what
/// [`Query::nearest`](tessera_core::Query::nearest) gives, but for cells whose centres lie within 2 cm of a pixel's edge. A
/// cell of a further level is the mean of 2 × 2 cells: alpha is the mean of theirs, and the colour the mean weighted by
/// alpha, so that edges fade and have no dark rims. Where a store leaves out the finest levels they are made all the same,
/// and not stored.
///
/// Pixels are read by blocks of 2048 × 2048 cells, each but for its edges once, by strips, and coloured; what lies above a
/// block comes of stored chunks. A block takes 96 MiB or less, and more where the source fetches hundreds of rows at a time;
/// as many blocks are made at a time as there are threads and as the memory allows.
///
/// A ledger keeps what each block was made of: the key, and the stamps of the parts that touch it. A block of which that is
/// the same is not made again, and what lies above it only where something below it has changed; a block whose parts have
/// all gone is removed. A process that was killed at any time is made good by the next run. The ledger belongs to the store:
/// who deletes one deletes both.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::ops::{ControlFlow, Range};
/// use std::sync::Mutex;
///
/// use ndarray::{Array2, Array3};
/// use tessera_core::{
///     DatasetVersion, MemoryZones, PixelGrid, PyramidChunk, PyramidGrid, PyramidStore, Quantized, Scales, SourceError, Year,
/// };
/// use tessera_pca::{Ledger, PyramidBuilder, PyramidPart, Rgba};
///
/// struct InMemory(PyramidGrid, Mutex<BTreeMap<PyramidChunk, Vec<u8>>>);
///
/// impl PyramidStore for InMemory {
///     # fn name(&self) -> String { "memory".into() }
///     # fn grid(&self) -> &PyramidGrid { &self.0 }
///     # fn levels(&self) -> Range<u8> { 0..self.0.levels() }
///     # fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError> {
///     #     out.clear();
///     #     Ok(self.1.lock().unwrap().get(&chunk).map(|bytes| out.extend_from_slice(bytes)).is_some())
///     # }
///     # fn remove_chunk(&self, chunk: PyramidChunk) -> Result<(), SourceError> {
///     #     self.1.lock().unwrap().remove(&chunk);
///     #     Ok(())
///     # }
///     // …
///     fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError> {
///         self.1.lock().unwrap().insert(chunk, pixels.to_vec());
///         Ok(())
///     }
/// }
///
/// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
/// let shape = (grid.rows(), grid.cols());
/// let pixels = Quantized::new(Array3::ones((shape.0, shape.1, 8)), Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
/// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
/// let parts = [PyramidPart::new("0.1,52,0.2,52.1".parse()?, "the only one")];
///
/// // As a rule the colours are those of a `PictureBasis`.
/// let green = |pixels: &tessera_core::QuantizedView<'_>, _zone: u8| {
///     let (rows, cols, _) = pixels.dim();
///     Ok(Rgba::new(Array3::from_shape_fn((rows, cols, 4), |(_, _, k)| [0, 200, 0, 255][k]))?)
/// };
/// let store = InMemory(PyramidGrid::lon_lat(7)?, Mutex::default());
/// let folder = tempfile::tempdir()?;
/// let state = Ledger::open(folder.path().join("pyramid.ledger"))?;
/// let builder = PyramidBuilder::new(&zones, year, &green, &store).key("green");
/// let report = builder.build(&parts, &state, &|_| ControlFlow::Continue(()))?;
/// assert!(report.chunks_written > 10 && !report.interrupted);
/// let top = store.1.lock().unwrap()[&PyramidChunk::new(6, 11, 54)].clone();
/// assert!(top.as_chunks().0.iter().any(|cell| *cell == [0, 200, 0, 255]));
///
/// // Nothing has changed.
/// let again = builder.build(&parts, &state, &|_| ControlFlow::Continue(()))?;
/// assert_eq!((again.blocks, again.blocks_kept, again.chunks_written), (0, report.blocks, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PyramidBuilder<'a> {
    zones: &'a dyn Zones,
    year: Year,
    colour: &'a PyramidColour<'a>,
    store: &'a dyn PyramidStore,
    key: String,
    memory: MemoryBudget,
}

impl std::fmt::Debug for PyramidBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PyramidBuilder")
            .field("zones", &self.zones.name())
            .field("year", &self.year)
            .field("store", &self.store.name())
            .finish_non_exhaustive()
    }
}

impl<'a> PyramidBuilder<'a> {
    /// Pictures of the pixels of a year, coloured by a function.
    #[must_use]
    pub fn new(
        zones: &'a dyn Zones,
        year: Year,
        colour: &'a PyramidColour<'a>,
        store: &'a dyn PyramidStore,
    ) -> Self {
        Self { zones, year, colour, store, key: String::new(), memory: MemoryBudget::default() }
    }

    /// A text that is another when the colours are: of the basis and the stretch, or a hash of both.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// How much memory blocks may take; one is always made at a time.
    #[must_use]
    pub fn memory(mut self, memory: MemoryBudget) -> Self {
        self.memory = memory;
        self
    }

    /// Makes what is missing or has changed, and removes what has no data any more. `parts` are all that the pyramid is to
    /// show; where no part is, nothing is looked for. `told` hears what happens, and stops the work by
    /// [`ControlFlow::Break`]: blocks that are under way are finished, and the report says that it was interrupted.
    ///
    /// No pixel that is valid makes no chunk; that is no error.
    ///
    /// # Errors
    /// [`PyramidError`]: levels or cells that cannot be, a year that is not there, the state of another pyramid, or
    /// pixels, colours or chunks that fail.
    pub fn build(
        &self,
        parts: &[PyramidPart],
        state: &Ledger,
        told: &(dyn Fn(PyramidEvent) -> ControlFlow<()> + Sync),
    ) -> Result<PyramidReport, PyramidError> {
        let shape = Shape::of(self.store)?;
        let (year, years) = (self.year, self.zones.years());
        if !parts.is_empty() && !years.contains(&year) {
            return Err(PyramidError::Year { name: self.zones.name(), year, years });
        }
        let state = State::of(state, &shape)?;
        let mut plan = Plan::new(&shape, &self.key, parts, &state)?;
        let (kept, gone) = (std::mem::take(&mut plan.kept), std::mem::take(&mut plan.gone));
        let first = PyramidReport { blocks_kept: kept.len(), ..PyramidReport::default() };
        let planned =
            PyramidEvent::Planned { blocks: plan.todo.len(), kept: kept.len(), removed: gone.len() };
        if told(planned).is_break() {
            return Ok(PyramidReport { interrupted: true, ..first });
        }
        let mut removed = 0;
        for &block in &gone {
            removed += remove_all(self.store, &state, block, &shape.chunks_of(block))?;
        }
        let first = PyramidReport { blocks_removed: gone.len(), chunks_removed: removed, ..first };
        let maker = BlockMaker { builder: self, shape: &shape, parts, plan: &plan };
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let done = Mutex::new(Done { report: first, nodes: kept, error: None });
        let blocks = Blocks { maker, state: &state, told, next, stopped, done };
        let (mut report, mut nodes) = blocks.all()?;
        let above = Above { store: self.store, shape: &shape, state: &state };
        for level in shape.block + 1..shape.levels.end {
            if report.interrupted {
                break;
            }
            let known: Vec<_> = plan.above.iter().filter(|chunk| chunk.level == level).copied().collect();
            let made = above.level(nodes, &known)?;
            nodes = made.nodes;
            report.chunks_written += made.written;
            report.chunks_removed += made.removed;
            let stop = told(PyramidEvent::Level { level, chunks: made.written }).is_break();
            report.interrupted = stop && level + 1 < shape.levels.end;
        }
        Ok(report)
    }
}
