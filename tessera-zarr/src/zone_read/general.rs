//! Windows of arrays that zarrs reads.

use std::ops::Range;

use bytemuck::Pod;
use ndarray::{Array3, ArrayD, Axis, Ix3};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::Window;
use zarrs::array::ElementOwned;

use super::window::{Around, Part};
use crate::ReadError;
use crate::chunk_grid::grid_points;
use crate::general::General;
use crate::zone_store::array::ZoneArray;

/// Bytes of the blocks in which a window is read, where chunks are smaller: every block reads the index of its shard anew.
const BLOCK: usize = 8 << 20;

/// Rows and columns of the blocks in which an array is read: whole chunks, of pixels of so many bytes.
pub(crate) fn block_edges(array: &ZoneArray, pixel: usize) -> (usize, usize) {
    let (mut rows, mut cols) = array.chunk_edges();
    while rows.saturating_mul(cols).saturating_mul(pixel.max(1)) <= BLOCK / 4 {
        (rows, cols) = (rows * 2, cols * 2);
    }
    (rows, cols)
}

/// Reads the parts of a window, on all threads of the pool.
pub(crate) fn read_parts<T: Pod + ElementOwned + Send>(
    array: &ZoneArray,
    reader: &General,
    time: u64,
    channels: &[usize],
    parts: Vec<Part<'_, T>>,
    around: &dyn Around<T>,
) -> Result<(), ReadError> {
    parts.into_par_iter().with_max_len(1).try_for_each(|mut part| {
        if around.wants(part.of_output) {
            let block = read_block::<T>(array, reader, time, part.of_array, channels)?;
            part.pixels.assign(&block);
        } else {
            part.pixels.fill(T::zeroed());
        }
        around.finish(part.of_output, &mut part.pixels);
        Ok(())
    })
}

/// Reads a window of some channels of a time, (rows, cols, channels).
pub(crate) fn read_block<T: Pod + ElementOwned>(
    array: &ZoneArray,
    reader: &General,
    time: u64,
    window: Window,
    channels: &[usize],
) -> Result<Array3<T>, ReadError> {
    let range = |range: Range<usize>| range.start as u64..range.end as u64;
    let (low, high) =
        (channels.iter().min().copied().unwrap_or(0), channels.iter().max().map_or(1, |c| c + 1));
    let ranges = array.axes.place(
        time..time + 1,
        range(window.row_range()),
        range(window.col_range()),
        range(low..high),
    );
    let damaged =
        |why: String| ReadError::Damaged { name: reader.store_name(), object: array.path.clone(), why };
    let got: ArrayD<T> = reader.read(&ranges).map_err(damaged)?;
    // Without the time, and with channels where there are none, in the order of all arrays here.
    let axes = array.axes;
    let got = if axes.channel.is_some() { got } else { got.insert_axis(Axis(3)) };
    let order = [axes.time, axes.row, axes.col, axes.channel.unwrap_or(3)];
    let got = got.permuted_axes(order.to_vec()).index_axis_move(Axis(0), 0);
    let got = got.into_dimensionality::<Ix3>().map_err(|e| damaged(e.to_string()))?;
    let list: Vec<usize> = channels.iter().map(|channel| channel - low).collect();
    Ok(got.select(Axis(2), &list))
}

/// Reads a range of an array chunk by chunk, to see whether it can be read.
pub(crate) fn check_block(reader: &General, chunk: &[u64], ranges: &[Range<u64>]) -> Result<(), String> {
    let grid = ranges.iter().zip(chunk).map(|(range, edge)| range.start / edge..range.end.div_ceil(*edge));
    let chunks: Vec<Vec<u64>> = grid_points(grid.collect()).collect();
    chunks.into_par_iter().with_max_len(1).try_for_each(|index| {
        let cut = |((at, edge), range): ((&u64, &u64), &Range<u64>)| {
            (at * edge).max(range.start)..((at + 1) * edge).min(range.end)
        };
        let part: Vec<_> = index.iter().zip(chunk).zip(ranges).map(cut).collect();
        reader.check(&part).map_err(|why| format!("chunk {index:?}: {why}"))
    })
}
