//! What can be asked.

use std::path::PathBuf;

use serde::Deserialize;

/// A request: `{"op": "floor", "threads": 2}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Where the files of the tile are, and its shape.
    Tile,
    /// Write the tile as a Zarr store of a format in its usual layout, with or without fsync.
    Write { format: u8, out: PathBuf, sync: bool },
    /// Open a store and read a window: row, column, rows, columns. With `check` answer sums of what was read.
    Read { store: PathBuf, window: [usize; 4], check: bool },
    /// Compress the chunks of the tile and do nothing else.
    Floor { threads: usize },
    /// Decompress the chunk of embeddings at a row and column and do nothing else.
    DecodeFloor { row: usize, col: usize },
    /// Copy as many bytes as the dequantized tile has.
    Copy { threads: usize },
    /// Dequantize the tile, into a fresh array or into one that is kept.
    Dequantize { fresh: bool, threads: usize },
    /// From quantized pixels to the picture of three principal components.
    Pca { simd: bool },
    /// The most memory that the process has had.
    Memory,
}
