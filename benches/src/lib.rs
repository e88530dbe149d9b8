//! What the benchmarks share: the tile that they measure, the windows that they read, and an allocator that keeps its
//! memory.

pub mod clock;
mod copy;
mod fixture;
mod landmask;
mod must;
mod threads;
mod windows;

pub use copy::copy;
pub use fixture::{COLS, ROWS, folder, scratch, tile, tile_bytes, write_tile};
pub use must::must;
pub use threads::pool;
pub use windows::windows;

/// As in the command `tessera`: memory that is asked of the system anew costs more than what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
