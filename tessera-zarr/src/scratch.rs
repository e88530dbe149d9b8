//! Memory that each thread keeps.

use std::cell::RefCell;

use zstd::bulk::Compressor;
use zstd::zstd_safe::DCtx;

/// What one thread needs to encode or decode a chunk. Fresh memory costs more than decoding into it, so each thread
/// keeps its own and uses it again.
#[derive(Default)]
pub(crate) struct Scratch {
    /// A chunk as it is stored, or a piece of it.
    pub(crate) encoded: Vec<u8>,
    /// A chunk as it is in memory.
    pub(crate) decoded: Vec<u8>,
    /// A second chunk as it is stored: the scales of a zone store beside its embeddings.
    pub(crate) second: Vec<u8>,
    /// Pixels before they are laid out as a chunk, and their scales.
    pub(crate) pixels: Vec<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) contexts: Contexts,
}

/// The state of a codec between two chunks.
#[derive(Default)]
pub(crate) struct Contexts {
    pub(crate) compressor: Option<(i32, Compressor<'static>)>,
    pub(crate) decompressor: Option<DCtx<'static>>,
    /// A block of blosc whose bytes are still sorted by place.
    pub(crate) sorted: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// Lends the thread's scratch memory. A call inside a call, which a thread pool that steals work can bring about, gets
/// memory of its own.
pub(crate) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => work(&mut scratch),
        Err(_) => work(&mut Scratch::default()),
    })
}
