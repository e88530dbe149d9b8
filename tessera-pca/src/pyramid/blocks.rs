//! How blocks are made, some at a time.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tessera_core::{PIXEL_SIZE, Window};

use super::block::{BlockMaker, Made};
use super::plan::{Node, Todo};
use super::shape::EDGE_METRES;
use super::state::{Bits, State};
use super::{PyramidError, PyramidEvent, PyramidReport, Told};

/// What a block takes, generously: its quantized strip, its colours and its chunks.
const BLOCK_BYTES: u64 = 96 << 20;

/// Makes the blocks of a plan.
pub(super) struct Blocks<'a> {
    pub(super) maker: BlockMaker<'a>,
    pub(super) state: &'a State<'a>,
    pub(super) told: Told<'a>,
    pub(super) next: AtomicUsize,
    pub(super) stopped: AtomicBool,
    pub(super) done: Mutex<Done>,
}

/// What became of blocks.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) report: PyramidReport,
    pub(super) nodes: Vec<Node>,
    pub(super) error: Option<PyramidError>,
}

impl Blocks<'_> {
    /// Makes all blocks that are to be made, as many at a time as memory allows.
    pub(super) fn all(self) -> Result<(PyramidReport, Vec<Node>), PyramidError> {
        let lanes = (self.maker.builder.memory.bytes() / (BLOCK_BYTES + self.fetched_bytes())).max(1);
        let lanes = usize::try_from(lanes).unwrap_or(usize::MAX).min(rayon::current_num_threads());
        let lanes = lanes.min(self.maker.plan.todo.len());
        // Threads of their own: one of rayon's would take up the next block while it waits for a part of its own.
        thread::scope(|scope| {
            for _ in 1..lanes {
                // Where there is no thread to be had, there are fewer lanes.
                let _ = thread::Builder::new().spawn_scoped(scope, || self.lane());
            }
            self.lane();
        });
        let Done { mut report, nodes, error } =
            self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.interrupted = self.stopped.into_inner();
        error.map_or(Ok((report, nodes)), Err)
    }

    /// What a source keeps beside a block, where its rows are fetched many at a time: those that a strip touches, which may
    /// be twice as many, and a copy while more are fetched. The first block tells for all.
    fn fetched_bytes(&self) -> u64 {
        let BlockMaker { builder, shape, plan, .. } = &self.maker;
        let raster = plan.todo.first().and_then(|todo| shape.grid.raster(todo.block).ok());
        let zones =
            raster.and_then(|raster| raster.zone_columns(&Window::full(raster.rows(), raster.cols())));
        let part = zones.and_then(|zones| zones.into_iter().next());
        // Where it cannot be opened, that is told when it is read.
        let source =
            part.and_then(|part| builder.zones.zone(part.zone, builder.year, &part.region).ok().flatten());
        let Some(source) = source.filter(|source| source.view().is_none() && source.block_rows() > 1) else {
            return 0;
        };
        let row = (EDGE_METRES / PIXEL_SIZE) as u64 * (source.channels() + size_of::<f32>()) as u64;
        (4 * source.block_rows() as u64).saturating_mul(row)
    }

    /// Makes one block after the other.
    fn lane(&self) {
        while !self.stopped.load(Ordering::Relaxed) {
            let Some(todo) = self.maker.plan.todo.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            let made = self.block(todo);
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            match made {
                Ok((made, removed)) => {
                    done.report.blocks += 1;
                    done.report.chunks_written += made.written.len();
                    done.report.chunks_removed += removed;
                    done.report.pixels += made.pixels;
                    done.report.bytes += made.bytes;
                    let stored = made.written.contains(&todo.block);
                    done.nodes.push(Node { chunk: todo.block, hash: todo.hash, stored });
                    drop(done);
                    let (chunks, pixels) = (made.written.len(), made.pixels);
                    let event = PyramidEvent::Block { block: todo.block, chunks, pixels };
                    if (self.told)(event) == ControlFlow::Break(()) {
                        self.stopped.store(true, Ordering::Relaxed);
                    }
                }
                Err(error) => {
                    done.error.get_or_insert(error);
                    self.stopped.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    /// Makes a block, and removes those of its chunks that are no more. Also says how many these are.
    fn block(&self, todo: &Todo) -> Result<(Made, usize), PyramidError> {
        let Todo { block, hash, parts, before } = todo;
        self.state.begin(*block, before.as_ref())?;
        let made = self.maker.make(*block, parts.clone())?;
        let chunks = self.maker.shape.chunks_of(*block);
        let is_written = |chunk| made.written.binary_search(chunk).is_ok();
        let mut removed = 0;
        if let Some(before) = before {
            for (at, &chunk) in chunks.iter().enumerate().filter(|(_, chunk)| !is_written(chunk)) {
                // Where it was begun and not done, any of them may be there.
                if before.hash.is_none() || before.stored.has(at) {
                    let gone = self.maker.builder.store.remove_chunk(chunk);
                    gone.map_err(|cause| PyramidError::Store { chunk, cause })?;
                    removed += usize::from(before.stored.has(at));
                }
            }
        }
        self.state.done(*block, *hash, Bits::of(chunks.iter().map(is_written)))?;
        Ok((made, removed))
    }
}
