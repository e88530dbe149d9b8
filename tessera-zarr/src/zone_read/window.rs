//! A window of one year.

use std::ops::Range;

use bytemuck::Pod;
use ndarray::{ArrayViewMut3, Axis};
use tessera_core::Window;
use zarrs::array::ElementOwned;

use super::fetch::{fetch_all, plan_all};
use super::general;
use super::inside::Inside;
use super::slice::Slice;
use super::work::Work;
use crate::ReadError;
use crate::asked::Asked;
use crate::direct_reader::DirectReader;
use crate::known_indexes::Shard;
use crate::stored_array::Reader;
use crate::zone_store::array::ZoneArray;

/// What is done around each part of a window that is read. Parts are windows of the output; together they are all of it.
pub(crate) trait Around<T>: Sync {
    /// Whether anything of a part is wanted: if not, it is not fetched, and reads as what is not stored does.
    fn wants(&self, _part: Window) -> bool {
        true
    }

    /// Looks a part over that was read.
    fn finish(&self, part: Window, pixels: &mut ArrayViewMut3<'_, T>);
}

/// Reads a window of a slice into `out`, (rows, cols, channels). The window exists; an array without channels has one. Where
/// the same window of another slice is read next, the indexes of its shards come along.
pub(crate) fn read_window<T: Pod + ElementOwned + Send>(
    slice: &Slice<'_, '_>,
    next: Option<&Slice<'_, '_>>,
    window: Window,
    out: ArrayViewMut3<'_, T>,
    around: &dyn Around<T>,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Slice { array, time, channels } = *slice;
    match &array.reader {
        Reader::General(reader) => {
            asked.add_all(None);
            let parts = parts(out, window, general::block_edges(array, channels.len() * size_of::<T>()));
            general::read_parts(array, reader, time, channels, parts, around)
        }
        Reader::Direct(reader) => direct(slice, reader, next, window, out, around, asked),
    }
}

/// Counts what [`read_window`] would ask.
pub(crate) fn plan_window<T>(
    slice: &Slice<'_, '_>,
    window: Window,
    around: &dyn Around<T>,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Reader::Direct(reader) = &slice.array.reader else {
        asked.add_all(None);
        return Ok(());
    };
    let edges = slice.array.chunk_edges();
    let wanted: Vec<(u64, u64)> = windows(window, edges)
        .filter(|(_, of_output)| around.wants(*of_output))
        .map(|(of_array, _)| place_of(of_array, slice.array))
        .collect();
    for pass in slice.passes() {
        let chunks = wanted.iter().map(|(row, col)| slice.planned(reader, *row, *col, pass));
        plan_all(chunks.collect(), asked)?;
    }
    Ok(())
}

fn direct<'r, T: Pod + Send>(
    slice: &Slice<'r, '_>,
    reader: &'r DirectReader,
    next: Option<&Slice<'r, '_>>,
    window: Window,
    mut out: ArrayViewMut3<'_, T>,
    around: &dyn Around<T>,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Slice { array, time, channels } = *slice;
    for pass in slice.passes() {
        let works = parts(out.view_mut(), window, array.chunk_edges()).into_iter().map(|part| {
            let (row, col) = place_of(part.of_array, array);
            let chunk = slice.chunk(row, col, pass);
            let inside = Inside::new(array, &chunk, time);
            ChunkPart { reader, chunk, inside, channels, next, part, around }
        });
        // What nobody wants is filled and never looked for.
        let (works, unwanted): (Vec<_>, Vec<_>) = works.partition(|work| around.wants(work.part.of_output));
        unwanted.into_iter().try_for_each(|work| work.take(Ok(None)))?;
        fetch_all(works, asked)?;
    }
    Ok(())
}

/// Row and column among the chunks of an array of the one that holds a part of it.
fn place_of(part: Window, array: &ZoneArray) -> (u64, u64) {
    let [_, rows, cols, _] = array.axes.pick(array.chunk_shape());
    (part.row as u64 / rows, part.col as u64 / cols)
}

/// A part of the output that lies in one chunk.
pub(crate) struct Part<'a, T> {
    /// Its pixels in the array.
    pub(crate) of_array: Window,
    /// And in the output.
    pub(crate) of_output: Window,
    pub(crate) pixels: ArrayViewMut3<'a, T>,
}

struct ChunkPart<'a, 'r, T> {
    reader: &'r DirectReader,
    chunk: Vec<u64>,
    inside: Inside,
    channels: &'a [usize],
    next: Option<&'a Slice<'r, 'a>>,
    part: Part<'a, T>,
    around: &'a dyn Around<T>,
}

impl<'r, T: Pod + Send> Work<'r> for ChunkPart<'_, 'r, T> {
    fn reader(&self) -> &'r DirectReader {
        self.reader
    }

    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        self.inside.end(self.part.of_array, self.channels) * size_of::<T>()
    }

    fn next(&self) -> Vec<Shard<'r>> {
        self.next.map_or_else(Vec::new, |next| next.shards_of(self.part.of_array))
    }

    fn take(mut self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        let pixels = &mut self.part.pixels;
        match decoded? {
            Some(chunk) => self.inside.copy(chunk, self.part.of_array, self.channels, pixels),
            None => {
                let fill: T =
                    bytemuck::pod_read_unaligned(&crate::read::in_machine_order(&self.reader.array.fill));
                let wanted = self.inside.channels(self.channels).map(|(to, _)| to);
                if wanted.clone().count() == self.channels.len() {
                    pixels.fill(fill);
                } else {
                    wanted.for_each(|to| pixels.index_axis_mut(Axis(2), to).fill(fill));
                }
            }
        }
        self.around.finish(self.part.of_output, pixels);
        Ok(())
    }
}

/// Cuts the output, which is a window of an array, where the blocks of the array meet.
fn parts<T>(out: ArrayViewMut3<'_, T>, window: Window, edges: (usize, usize)) -> Vec<Part<'_, T>> {
    let mut parts = Vec::new();
    let mut below = out;
    for rows in cuts(window.row_range(), edges.0) {
        let (mut band, rest) = below.split_at(Axis(0), rows.len());
        below = rest;
        let of_band = Window { row: rows.start, rows: rows.len(), ..window };
        for (of_array, of_output) in windows(of_band, edges) {
            let (pixels, rest) = band.split_at(Axis(1), of_array.cols);
            band = rest;
            let of_output = Window { row: rows.start - window.row, ..of_output };
            parts.push(Part { of_array, of_output, pixels });
        }
    }
    parts
}

/// The windows of the array and of the output that a window is cut into where the blocks of the array meet.
fn windows(window: Window, (height, width): (usize, usize)) -> impl Iterator<Item = (Window, Window)> {
    cuts(window.row_range(), height).flat_map(move |rows| {
        cuts(window.col_range(), width).map(move |cols| {
            let of_array = Window::new(rows.start, cols.start, rows.len(), cols.len());
            let of_output = Window { row: rows.start - window.row, col: cols.start - window.col, ..of_array };
            (of_array, of_output)
        })
    })
}

/// A range cut at the multiples of a length.
fn cuts(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let length = length.max(1);
    (range.start / length..range.end.div_ceil(length))
        .map(move |at| (at * length).max(range.start)..((at + 1) * length).min(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_are_all_of_the_output_and_lie_in_one_block_each(
            window in (0..50_usize, 0..50_usize, 1..40_usize, 1..40_usize), edges in (0..20_usize, 1..60_usize),
        ) {
            let window = Window::new(window.0, window.1, window.2, window.3);
            let mut out = Array3::<u8>::zeros((window.rows, window.cols, 2));
            for mut part in parts(out.view_mut(), window, edges) {
                let (a, o) = (part.of_array, part.of_output);
                prop_assert_eq!((o.row + window.row, o.col + window.col, o.rows, o.cols), (a.row, a.col, a.rows, a.cols));
                prop_assert_eq!(part.pixels.dim(), (a.rows, a.cols, 2));
                let block = |at: usize, edge: usize| at / edge.max(1);
                prop_assert_eq!(block(a.row, edges.0), block(a.end_row() - 1, edges.0));
                prop_assert_eq!(block(a.col, edges.1), block(a.end_col() - 1, edges.1));
                part.pixels += 1;
            }
            prop_assert!(out.iter().all(|times| *times == 1));
        }
    }
}
