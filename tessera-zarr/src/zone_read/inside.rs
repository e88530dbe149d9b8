//! Where pixels lie in a decoded chunk.

use bytemuck::Pod;
use ndarray::{ArrayViewMut3, Axis};
use tessera_core::Window;

use crate::transpose::transpose_bytes;
use crate::zone_store::array::ZoneArray;

/// Where the pixels of one time lie in a decoded chunk. Offsets count elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// The first row, column and channel of the chunk.
    first: (usize, usize, usize),
    /// The offset of its first element of that time.
    time: usize,
    /// From a row, a column, a channel to the next.
    row: usize,
    col: usize,
    channel: usize,
    /// Channels of the chunk.
    channels: usize,
}

impl Inside {
    /// Those of a chunk of an array, whose shape was checked to be one of memory.
    pub(crate) fn new(array: &ZoneArray, chunk: &[u64], time: u64) -> Self {
        let shape = array.chunk_shape();
        // In C order a step along a dimension passes over all that the dimensions after it hold.
        let mut steps = vec![1_u64; shape.len()];
        for at in (1..shape.len()).rev() {
            steps[at - 1] = steps[at] * shape[at];
        }
        let (steps, edges, index) = (array.axes.pick(&steps), array.axes.pick(shape), array.axes.pick(chunk));
        let first = |axis: usize| (index[axis] * edges[axis]) as usize;
        Self {
            first: (first(1), first(2), first(3)),
            time: (time % edges[0] * steps[0]) as usize,
            row: steps[1] as usize,
            col: steps[2] as usize,
            channel: steps[3] as usize,
            channels: edges[3].max(1) as usize,
        }
    }

    /// The offset of a pixel of the array in the first channel of the chunk.
    pub(crate) fn pixel(&self, row: usize, col: usize) -> usize {
        self.time + (row - self.first.0) * self.row + (col - self.first.1) * self.col
    }

    /// Those of many channels that the chunk has: place in the list, and offset from the first channel of the chunk.
    pub(crate) fn channels<'a>(
        &self,
        list: &'a [usize],
    ) -> impl Iterator<Item = (usize, usize)> + Clone + use<'a> {
        let (first, end, step) = (self.first.2, self.first.2 + self.channels, self.channel);
        list.iter()
            .enumerate()
            .filter(move |(_, channel)| (first..end).contains(*channel))
            .map(move |(at, channel)| (at, (channel - first) * step))
    }

    /// One past the last element of a window of some channels.
    pub(crate) fn end(&self, window: Window, list: &[usize]) -> usize {
        let channel = self.channels(list).map(|(_, offset)| offset).max().unwrap_or(0);
        self.pixel(window.end_row() - 1, window.end_col() - 1) + channel + 1
    }

    /// Copies a window of the array, all of which lies in the chunk, to `out` of (rows, cols, channels).
    pub(crate) fn copy<T: Pod>(
        &self,
        chunk: &[u8],
        window: Window,
        list: &[usize],
        out: &mut ArrayViewMut3<'_, T>,
    ) {
        let chunk = Chunk { bytes: chunk, inside: self, window };
        let channels: Vec<(usize, usize)> = self.channels(list).collect();
        let neighbours =
            channels.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0 && pair[0].1 + 1 == pair[1].1);
        if size_of::<T>() == 1 && self.col == 1 && channels.len() > 1 {
            chunk.turn(&channels, out);
        } else if self.col == 1 && list.len() == 1 || neighbours && self.channel == 1 {
            chunk.copy_runs(&channels, out);
        } else {
            chunk.copy_each(&channels, 0..window.rows, 0..window.cols, out);
        }
    }
}

/// A decoded chunk and a window in it.
struct Chunk<'a> {
    bytes: &'a [u8],
    inside: &'a Inside,
    window: Window,
}

impl Chunk<'_> {
    /// The offset of a pixel of the window.
    fn pixel(&self, row: usize, col: usize) -> usize {
        self.inside.pixel(self.window.row + row, self.window.col + col)
    }

    /// Element by element.
    fn copy_each<T: Pod>(
        &self,
        channels: &[(usize, usize)],
        rows: std::ops::Range<usize>,
        cols: std::ops::Range<usize>,
        out: &mut ArrayViewMut3<'_, T>,
    ) {
        for row in rows {
            for col in cols.clone() {
                let pixel = self.pixel(row, col);
                for &(to, from) in channels {
                    out[(row, col, to)] = element(self.bytes, pixel + from);
                }
            }
        }
    }

    /// Where channels, or the columns of a single channel, lie side by side in the chunk as they do in the output.
    fn copy_runs<T: Pod>(&self, channels: &[(usize, usize)], out: &mut ArrayViewMut3<'_, T>) {
        let Some(&(to, from)) = channels.first() else { return };
        let (cols, depth, size) = (self.window.cols, out.len_of(Axis(2)), size_of::<T>());
        for row in 0..self.window.rows {
            let mut line = out.index_axis_mut(Axis(0), row);
            let Some(line) = line.as_slice_mut() else {
                self.copy_each(channels, row..row + 1, 0..cols, out);
                continue;
            };
            // A whole row in one piece where nothing else lies between its pixels on either side.
            let whole = channels.len() == depth && (self.inside.col == depth);
            let (pieces, length) = if whole { (1, cols * depth) } else { (cols, channels.len()) };
            for piece in 0..pieces {
                let source = (self.pixel(row, piece) + from) * size;
                let target = &mut line[piece * depth + to..][..length];
                let target: &mut [u8] = bytemuck::cast_slice_mut(target);
                target.copy_from_slice(&self.bytes[source..][..target.len()]);
                target.chunks_exact_mut(size).for_each(in_machine_order::<T>);
            }
        }
    }

    /// Bytes that lie as planes of a channel each, turned to pixels of all channels, in squares of 8 × 8. Two rows of 32
    /// columns are one line of the cache, so two rows at a time are taken from each plane.
    fn turn<T: Pod>(&self, channels: &[(usize, usize)], out: &mut ArrayViewMut3<'_, T>) {
        let (rows, cols, depth) = out.dim();
        let whole_cols = cols / 8 * 8;
        for first in (0..rows).step_by(2) {
            let pair = first..rows.min(first + 2);
            for group in channels.chunks(8) {
                let in_order = group.iter().enumerate().all(|(at, (to, _))| *to == group[0].0 + at);
                let Some(group) = group.as_array::<8>().filter(|_| in_order) else {
                    self.copy_each(group, pair.clone(), 0..cols, out);
                    continue;
                };
                for row in pair.clone() {
                    let mut line = out.index_axis_mut(Axis(0), row);
                    let Some(line) = line.as_slice_mut() else {
                        self.copy_each(group, row..row + 1, 0..whole_cols, out);
                        continue;
                    };
                    let line: &mut [u8] = bytemuck::cast_slice_mut(line);
                    let pixel = self.pixel(row, 0);
                    let planes = group.map(|(_, from)| &self.bytes[pixel + from..][..whole_cols]);
                    turn_row(planes, &mut line[group[0].0..], depth);
                }
                self.copy_each(group, pair.clone(), whole_cols..cols, out);
            }
        }
    }
}

/// An element of a chunk.
pub(crate) fn element<T: Pod>(chunk: &[u8], at: usize) -> T {
    let mut bytes = [0; 8];
    let bytes = &mut bytes[..size_of::<T>()];
    bytes.copy_from_slice(&chunk[at * size_of::<T>()..][..size_of::<T>()]);
    in_machine_order::<T>(bytes);
    bytemuck::pod_read_unaligned(bytes)
}

/// Eight planes of a row, a multiple of 8 long each, to every `depth`-th place of `out`.
fn turn_row(planes: [&[u8]; 8], out: &mut [u8], depth: usize) {
    let [a, b, c, d, e, f, g, h] = planes.map(|plane| plane.as_chunks::<8>().0.iter());
    let squares = a.zip(b).zip(c.zip(d)).zip(e.zip(f).zip(g.zip(h)));
    for ((((a, b), (c, d)), ((e, f), (g, h))), out) in squares.zip(out.chunks_mut(8 * depth)) {
        let mut square = [a, b, c, d, e, f, g, h].map(|bytes| u64::from_le_bytes(*bytes));
        transpose_bytes(&mut square);
        for (channels, out) in square.iter().zip(out.chunks_mut(depth)) {
            if let Some(out) = out.first_chunk_mut::<8>() {
                *out = channels.to_le_bytes();
            }
        }
    }
}

/// The little-endian bytes of a number as the machine has them, and back.
fn in_machine_order<T>(bytes: &mut [u8]) {
    if cfg!(target_endian = "big") && size_of::<T>() > 1 {
        bytes.reverse();
    }
}
