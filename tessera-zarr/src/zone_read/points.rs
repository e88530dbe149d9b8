//! Single pixels of one year.

use bytemuck::Pod;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::Window;
use zarrs::array::ElementOwned;

use super::general;
use super::inside::Inside;
use super::runs::{Work, fetch_all};
use crate::ReadError;
use crate::direct_reader::DirectReader;
use crate::stored_array::Reader;
use crate::zone_store::array::ZoneArray;

/// A pixel of an array, and where its channels belong.
pub(crate) struct Point<'a, T> {
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) out: &'a mut [T],
}

/// Pixels of one chunk, with the row and column of the chunk among the chunks.
type Group<'a, T> = ((usize, usize), Vec<Point<'a, T>>);

/// Reads some channels of single pixels of a time, each chunk once. Pixels, channels and time exist.
pub(crate) fn read_points<T: Pod + ElementOwned + Send>(
    array: &ZoneArray,
    time: u64,
    channels: &[usize],
    mut points: Vec<Point<'_, T>>,
) -> Result<(), ReadError> {
    let (height, width) = array.chunk_edges();
    let chunk_of = |point: &Point<'_, T>| (point.row / height, point.col / width);
    points.sort_unstable_by_key(chunk_of);
    let mut groups: Vec<Group<'_, T>> = Vec::new();
    for point in points {
        let chunk = chunk_of(&point);
        match groups.last_mut() {
            Some((last, group)) if *last == chunk => group.push(point),
            _ => groups.push((chunk, vec![point])),
        }
    }
    match &array.reader {
        Reader::Direct(reader) => direct(array, reader, time, channels, groups),
        Reader::General(reader) => groups.into_par_iter().with_max_len(1).try_for_each(|(_, points)| {
            let windows = points.iter().map(|point| Window::new(point.row, point.col, 1, 1));
            let Some(window) = windows.reduce(Window::hull) else { return Ok(()) };
            let block = general::read_block::<T>(array, reader, time, window, channels)?;
            for point in points {
                for (at, value) in point.out.iter_mut().enumerate() {
                    *value = block[(point.row - window.row, point.col - window.col, at)];
                }
            }
            Ok(())
        }),
    }
}

fn direct<T: Pod + Send>(
    array: &ZoneArray,
    reader: &DirectReader,
    time: u64,
    channels: &[usize],
    mut groups: Vec<Group<'_, T>>,
) -> Result<(), ReadError> {
    let [times, _, _, depth] = array.axes.pick(array.chunk_shape());
    let mut passes: Vec<u64> = channels.iter().map(|channel| *channel as u64 / depth.max(1)).collect();
    passes.sort_unstable();
    passes.dedup();
    for pass in passes {
        let works = groups.iter_mut().map(|((row, col), points)| {
            let chunk = array.axes.place(time / times, *row as u64, *col as u64, pass);
            let inside = Inside::new(array, &chunk, time);
            ChunkPoints { reader, chunk, inside, channels, points }
        });
        fetch_all(reader, works.collect())?;
    }
    Ok(())
}

/// The pixels that lie in one chunk.
struct ChunkPoints<'a, 'p, T> {
    reader: &'a DirectReader,
    chunk: Vec<u64>,
    inside: Inside,
    channels: &'a [usize],
    points: &'a mut Vec<Point<'p, T>>,
}

impl<T: Pod + Send> Work for ChunkPoints<'_, '_, T> {
    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        let ends =
            self.points.iter().map(|p| self.inside.end(Window::new(p.row, p.col, 1, 1), self.channels));
        ends.max().unwrap_or(0) * size_of::<T>()
    }

    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        let decoded = decoded?;
        let fill: T = bytemuck::pod_read_unaligned(&crate::read::in_machine_order(&self.reader.array.fill));
        for point in self.points {
            let pixel = self.inside.pixel(point.row, point.col);
            for (to, from) in self.inside.channels(self.channels) {
                point.out[to] = decoded.map_or(fill, |chunk| super::inside::element(chunk, pixel + from));
            }
        }
        Ok(())
    }
}
