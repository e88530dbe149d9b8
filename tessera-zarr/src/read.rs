//! Reading a part of an array.

use std::io;
use std::ops::Range;

use bytemuck::Pod;
use ndarray::{ArrayViewMut3, Axis, s};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::{ChannelsError, SourceError, Window, WindowError};
use zarrs::array::ElementOwned;

use crate::OpenError;
use crate::direct_reader::DirectReader;
use crate::scratch::{Scratch, with_scratch};
use crate::stored_array::{Reader, StoredArray};

/// Why a part of a store cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A window that the store does not have.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// Channels that the store does not have.
    #[error(transparent)]
    Channels(#[from] ChannelsError),
    /// Metadata that is read when it is needed first, such as a time axis.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An object is there and cannot be read.
    #[error("cannot read {object} of {name}: {cause}")]
    Io {
        /// The path or address of the store.
        name: String,
        /// The object in it.
        object: String,
        /// What the system said.
        cause: io::Error,
    },
    /// An object that was replaced by another while it was read. The next read is of the new one.
    #[error("{object} of {name} was replaced while it was read: read it again")]
    Changed {
        /// The path or address of the store.
        name: String,
        /// The object in it.
        object: String,
    },
    /// An object whose bytes make no sense: truncated or damaged.
    #[error("{object} of {name} is damaged: {why}")]
    Damaged {
        /// The path or address of the store.
        name: String,
        /// The object in it.
        object: String,
        /// What is wrong with it.
        why: String,
    },
}

impl ReadError {
    /// The error of a source of this name.
    pub(crate) fn of_source(self, name: String) -> SourceError {
        let passes = match &self {
            Self::Io { cause, .. } | Self::Open(OpenError::Io { cause, .. }) => {
                SourceError::is_passing(cause)
            }
            Self::Changed { .. } => true,
            _ => false,
        };
        SourceError::new(name, self).passing(passes)
    }
}

/// A chunk that a read needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkRead {
    /// The array: `embeddings` or `scales`.
    pub array: &'static str,
    /// The index of the chunk in each dimension.
    pub chunk: Vec<u64>,
    /// The object that holds it, by its name in the store: the chunk's own, or a shard.
    pub object: String,
    /// Which chunk of its shard it is, last dimension fastest.
    pub in_shard: Option<u64>,
    /// Bytes of the chunk once decoded.
    pub decoded_bytes: u64,
}

impl StoredArray {
    /// The chunks that a window of some channels needs; none where the array is left to the general reader.
    pub(crate) fn plan(&self, window: Window, channels: &[usize]) -> Vec<ChunkRead> {
        let Reader::Direct(reader) = &self.reader else { return Vec::new() };
        let chunks = self.chunks(reader, window, channels);
        chunks
            .into_iter()
            .flatten()
            .map(|chunk| {
                let (object, in_shard) = reader.locate(&chunk);
                ChunkRead {
                    array: self.name,
                    chunk,
                    object,
                    in_shard,
                    decoded_bytes: reader.array.chunk_bytes() as u64,
                }
            })
            .collect()
    }

    /// The chunks of a window of some channels, those that differ only in the channel side by side.
    pub(crate) fn chunks(
        &self,
        reader: &DirectReader,
        window: Window,
        channels: &[usize],
    ) -> Vec<Vec<Vec<u64>>> {
        let grid = &reader.array.grid;
        let range = |range: Range<usize>| range.start as u64..range.end as u64;
        let planes = [range(window.row_range()), range(window.col_range())];
        let mut depths: Vec<u64> = match grid.chunk_shape().get(2) {
            Some(depth) => channels.iter().map(|c| *c as u64 / depth).collect(),
            None => vec![],
        };
        depths.sort_unstable();
        depths.dedup();
        let chunk = grid.chunk_shape();
        let at = |i: usize| planes[i].start / chunk[i]..planes[i].end.div_ceil(chunk[i]);
        let mut out = Vec::new();
        for row in at(0) {
            for col in at(1) {
                out.push(match grid.shape().len() {
                    2 => vec![vec![row, col]],
                    _ => depths.iter().map(|depth| vec![row, col, *depth]).collect(),
                });
            }
        }
        out
    }

    /// Reads a window of some channels into `out`, (rows, cols, channels), or (rows, cols, 1) of an array of two
    /// dimensions. The window and the channels exist.
    pub(crate) fn read_into<T: Pod + ElementOwned + Send>(
        &self,
        window: Window,
        channels: &[usize],
        mut out: ArrayViewMut3<'_, T>,
    ) -> Result<(), ReadError> {
        match &self.reader {
            Reader::General(array) => {
                let mut ranges = vec![window.row_range(), window.col_range()];
                let (low, high) =
                    (channels.iter().min().copied().unwrap_or(0), channels.iter().max().map_or(1, |c| c + 1));
                ranges.extend(self.shape.get(2).map(|_| low..high));
                let ranges: Vec<_> = ranges.into_iter().map(|r| r.start as u64..r.end as u64).collect();
                let damaged =
                    |why| ReadError::Damaged { name: self.name.into(), object: self.name.into(), why };
                let got = array.read::<T>(&ranges).map_err(damaged)?;
                for (mut to, k) in out.axis_iter_mut(Axis(2)).zip(channels) {
                    match got.ndim() {
                        2 => to.assign(&got.slice(s![.., ..])),
                        _ => to.assign(&got.slice(s![.., .., k - low])),
                    }
                }
                Ok(())
            }
            Reader::Direct(reader) => {
                let tasks = self.chunks(reader, window, channels);
                let shape = reader.array.grid.chunk_shape();
                let parts = split(out, window, (shape[0] as usize, shape[1] as usize));
                let read = |(chunks, mut part): (Vec<Vec<u64>>, ArrayViewMut3<'_, T>)| {
                    chunks.iter().try_for_each(|chunk| read_chunk(reader, chunk, window, channels, &mut part))
                };
                let tasks: Vec<_> = tasks.into_iter().zip(parts).collect();
                if tasks.len() == 1 {
                    return tasks.into_iter().try_for_each(read);
                }
                // Each index once, before several threads would want it.
                reader.learn(tasks.iter().flat_map(|(chunks, _)| chunks))?;
                tasks.into_par_iter().with_max_len(1).try_for_each(read)
            }
        }
    }
}

/// Cuts the output where the chunks of the array meet, row by row.
pub(crate) fn split<T>(
    out: ArrayViewMut3<'_, T>,
    window: Window,
    (height, width): (usize, usize),
) -> Vec<ArrayViewMut3<'_, T>> {
    let cut = |view, axis, start: usize, edge: usize| {
        let mut parts = Vec::new();
        let (mut rest, mut at): (ArrayViewMut3<'_, T>, usize) = (view, start);
        loop {
            let step = edge - at % edge;
            if rest.len_of(Axis(axis)) <= step {
                parts.push(rest);
                return parts;
            }
            let (part, after) = rest.split_at(Axis(axis), step);
            parts.push(part);
            (rest, at) = (after, at + step);
        }
    };
    cut(out, 0, window.row, height).into_iter().flat_map(|band| cut(band, 1, window.col, width)).collect()
}

/// Fetches and decodes a chunk and copies what the window has of it into `part`, which is all of the output that lies in
/// the chunk's rows and columns.
fn read_chunk<T: Pod>(
    reader: &DirectReader,
    chunk: &[u64],
    window: Window,
    channels: &[usize],
    part: &mut ArrayViewMut3<'_, T>,
) -> Result<(), ReadError> {
    let array = &reader.array;
    let inside = Inside::new(reader, chunk, window);
    with_scratch(|scratch| {
        let Scratch { encoded: buffer, decoded, contexts, .. } = scratch;
        let Some(mut encoded) = reader.fetch(chunk, buffer)? else {
            inside.fill(&array.fill, channels, part);
            return Ok(());
        };
        let damaged = |why| reader.damaged(&reader.locate(chunk).0, why);
        // A part that is the whole chunk, as the chunk is laid out, is decoded in its place.
        let whole = inside.is_whole(channels) && cfg!(target_endian = "little");
        if let (true, Some(out)) =
            (whole && part.len() == array.chunk_bytes() / size_of::<T>(), part.as_slice_mut())
        {
            let out: &mut [u8] = bytemuck::cast_slice_mut(out);
            return array.codec.decode(&mut encoded, out.len(), out, buffer, contexts).map_err(damaged);
        }
        decoded.resize(array.chunk_bytes(), 0);
        let needed = inside.end(part.dim()) * size_of::<T>();
        array.codec.decode(&mut encoded, needed, decoded, buffer, contexts).map_err(damaged)?;
        inside.copy(decoded, channels, part);
        Ok(())
    })
}

/// The place of a part of the output within a decoded chunk.
pub(crate) struct Inside {
    width: usize,
    depth: usize,
    first_row: usize,
    first_col: usize,
    /// The channels that the chunk holds.
    channels: Range<usize>,
}

impl Inside {
    /// Of the part of a window that lies in a chunk.
    pub(crate) fn new(reader: &DirectReader, chunk: &[u64], window: Window) -> Self {
        let edge = |i: usize| reader.array.grid.chunk_shape().get(i).map_or(1, |n| *n as usize);
        let start = |i: usize| chunk.get(i).map_or(0, |n| *n as usize) * edge(i);
        let (first_row, first_col) =
            (window.row.max(start(0)) - start(0), window.col.max(start(1)) - start(1));
        let depth = edge(2);
        Self { width: edge(1), depth, first_row, first_col, channels: start(2)..start(2) + depth }
    }

    /// Fills what a chunk has of the wanted channels, where it is not stored.
    pub(crate) fn fill<T: Pod>(&self, fill: &[u8], wanted: &[usize], part: &mut ArrayViewMut3<'_, T>) {
        let fill: T = bytemuck::pod_read_unaligned(&in_machine_order(fill));
        self.for_each_channel(wanted, |to, _| part.slice_mut(s![.., .., to]).fill(fill));
    }

    /// For every wanted channel that the chunk holds: its place in the output, and in the chunk.
    fn for_each_channel(&self, wanted: &[usize], mut each: impl FnMut(usize, usize)) {
        for (to, channel) in wanted.iter().enumerate() {
            if self.channels.contains(channel) {
                each(to, channel - self.channels.start);
            }
        }
    }

    /// Whether the wanted channels are those of the chunk, in its order.
    fn is_whole(&self, wanted: &[usize]) -> bool {
        wanted.len() == self.depth && wanted.iter().copied().eq(self.channels.clone())
    }

    /// One past the last element of the chunk that a part of (rows, cols, …) has.
    pub(crate) fn end(&self, (rows, cols, _): (usize, usize, usize)) -> usize {
        ((self.first_row + rows - 1) * self.width + self.first_col + cols) * self.depth
    }

    pub(crate) fn copy<T: Pod>(&self, chunk: &[u8], wanted: &[usize], part: &mut ArrayViewMut3<'_, T>) {
        let size = size_of::<T>();
        let whole = wanted.len() == self.depth
            && wanted.first() == Some(&self.channels.start)
            && wanted.is_sorted_by(|a, b| a + 1 == *b);
        let offset = |row: usize, col: usize| {
            ((self.first_row + row) * self.width + self.first_col + col) * self.depth * size
        };
        for (row, mut out) in part.outer_iter_mut().enumerate() {
            let cols = out.len_of(Axis(0));
            // All channels of the chunk, in order: a row is one piece on both sides.
            if let (true, Some(out)) = (whole, out.as_slice_mut()) {
                let to: &mut [u8] = bytemuck::cast_slice_mut(out);
                to.copy_from_slice(&chunk[offset(row, 0)..][..to.len()]);
                if cfg!(target_endian = "big") {
                    to.chunks_exact_mut(size).for_each(<[u8]>::reverse);
                }
                continue;
            }
            for col in 0..cols {
                let pixel = &chunk[offset(row, col)..][..self.depth * size];
                self.for_each_channel(wanted, |to, from| {
                    out[(col, to)] =
                        bytemuck::pod_read_unaligned(&in_machine_order(&pixel[from * size..][..size]));
                });
            }
        }
    }
}

/// Little-endian bytes of a number as the machine has them.
pub(crate) fn in_machine_order(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if cfg!(target_endian = "big") {
        bytes.iter().rev().copied().collect::<Vec<_>>().into()
    } else {
        bytes.into()
    }
}
