//! The codec alone: what writing a store, or reading a chunk, cannot be faster than.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use bytemuck::Pod;
use ndarray::{ArrayView3, Axis, s};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use serde_json::{Value, json};
use tessera_benches::pool;
use tessera_core::{QuantizedView, ScalesView};
use zstd::bulk::{Compressor, Decompressor};

use tessera_benches::clock;

/// Edge of a chunk, level of the codec: those of the usual layout.
const EDGE: usize = 256;
const LEVEL: i32 = 1;

/// The chunks of a tile as a store has them before they are encoded, padded, and memory for encoding them.
pub(crate) struct Floor {
    chunks: Vec<Vec<u8>>,
    /// A compressor and its output for each thread.
    rooms: Vec<Mutex<(Compressor<'static>, Vec<u8>)>>,
}

impl Floor {
    pub(crate) fn new(view: &QuantizedView<'_>) -> Self {
        let mut chunks = cut(view.data());
        match view.scales() {
            ScalesView::Pixel(scales) => chunks.extend(cut(scales.insert_axis(Axis(2)))),
            ScalesView::Channel(scales) => chunks.extend(cut(scales)),
        }
        Self { chunks, rooms: Vec::new() }
    }

    /// Compresses every chunk once.
    pub(crate) fn compress(&mut self, threads: usize) -> Result<Value> {
        let pool = pool(threads);
        while self.rooms.len() < pool.current_num_threads() {
            let longest = self.chunks.iter().map(Vec::len).max().unwrap_or(0);
            // Written to, so that the pages are there.
            let mut room = vec![1; zstd::zstd_safe::compress_bound(longest)];
            room.clear();
            self.rooms.push(Mutex::new((Compressor::new(LEVEL)?, room)));
        }
        let (chunks, rooms) = (&self.chunks, &self.rooms);
        let compress = |chunk: &Vec<u8>| {
            let at = rayon::current_thread_index().context("not in a pool")?;
            let mut room = rooms[at].lock().unwrap_or_else(PoisonError::into_inner);
            let (compressor, out) = &mut *room;
            out.clear();
            Ok(compressor.compress_to_buffer(chunk, out)? as u64)
        };
        let all = || chunks.par_iter().with_max_len(1).map(compress).sum::<Result<u64>>();
        let (bytes, times) = clock::timed(|| pool.install(all));
        let bytes = bytes?;
        if bytes == 0 {
            bail!("nothing was compressed");
        }
        Ok(clock::answer(times, &json!({ "bytes": bytes })))
    }

    /// Decompresses the chunk of embeddings at a row and column of a tile of `cols` columns, from memory to memory that has been written to.
    pub(crate) fn decompress(&self, row: usize, col: usize, cols: usize) -> Result<Value> {
        let at = row / EDGE * cols.div_ceil(EDGE) + col / EDGE;
        let chunk = self.chunks.get(at).context("there is no such chunk")?;
        let encoded = zstd::bulk::compress(chunk, LEVEL)?;
        let (mut decompressor, mut out) = (Decompressor::new()?, vec![1; chunk.len()]);
        let (length, times) = clock::timed(|| decompressor.decompress_to_buffer(&encoded, &mut out[..]));
        if length? != chunk.len() || out != *chunk {
            bail!("a chunk is another after compressing and decompressing");
        }
        Ok(clock::answer(times, &json!({})))
    }
}

/// Cuts an array, (rows, cols, channels), into square chunks of all channels, padded with zeros: the bytes of each.
fn cut<T: Pod>(array: ArrayView3<'_, T>) -> Vec<Vec<u8>> {
    let (rows, cols, channels) = array.dim();
    let pixel = channels * size_of::<T>();
    let corners = (0..rows).step_by(EDGE).flat_map(|row| (0..cols).step_by(EDGE).map(move |col| (row, col)));
    let chunk = |(row, col): (usize, usize)| {
        let mut bytes = vec![0; EDGE * EDGE * pixel];
        let part = array.slice(s![row..rows.min(row + EDGE), col..cols.min(col + EDGE), ..]);
        for (line, out) in part.outer_iter().zip(bytes.chunks_exact_mut(EDGE * pixel)) {
            let line = line.as_standard_layout();
            let line: &[u8] = bytemuck::cast_slice(line.as_slice().unwrap_or_default());
            out[..line.len()].copy_from_slice(line);
        }
        bytes
    };
    corners.map(chunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn chunks_hold_all_pixels_and_zeros() {
        let array = Array3::from_shape_fn((300, 10, 2), |(row, col, k)| (row * 7 + col * 3 + k) as i8);
        let chunks = cut(array.view());
        assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [EDGE * EDGE * 2; 2]);
        assert_eq!(chunks[1][(3 * EDGE + 9) * 2 + 1], array[(259, 9, 1)] as u8);
        assert!(chunks[1][(3 * EDGE + 10) * 2..4 * EDGE * 2].iter().all(|&byte| byte == 0));
        let sum = |bytes: &mut dyn Iterator<Item = u8>| bytes.map(u64::from).sum::<u64>();
        let all = sum(&mut chunks.into_iter().flatten());
        assert_eq!(all, sum(&mut array.iter().map(|&value| value as u8)));
    }
}
