//! Single pixels of one year.

use std::collections::BTreeSet;

use bytemuck::Pod;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
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

/// A pixel of an array, and where its channels belong.
pub(crate) struct Point<'a, T> {
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) out: &'a mut [T],
}

/// Pixels of one chunk, with the row and column of the chunk among the chunks.
type Group<'a, T> = ((usize, usize), Vec<Point<'a, T>>);

/// Reads single pixels of a slice, each chunk once. Pixels exist. Where the same pixels of another slice are read next, the
/// indexes of its shards come along.
pub(crate) fn read_points<T: Pod + ElementOwned + Send>(
    slice: &Slice<'_, '_>,
    next: Option<&Slice<'_, '_>>,
    mut points: Vec<Point<'_, T>>,
    asked: &Asked,
) -> Result<(), ReadError> {
    let (height, width) = slice.array.chunk_edges();
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
    match &slice.array.reader {
        Reader::Direct(reader) => direct(slice, reader, next, groups, asked),
        Reader::General(reader) => {
            asked.add_all(None);
            groups.into_par_iter().with_max_len(1).try_for_each(|(_, points)| {
                let Some(window) = hull(&points) else { return Ok(()) };
                let Slice { array, time, channels } = *slice;
                let block = general::read_block::<T>(array, reader, time, window, channels)?;
                for point in points {
                    for (at, value) in point.out.iter_mut().enumerate() {
                        *value = block[(point.row - window.row, point.col - window.col, at)];
                    }
                }
                Ok(())
            })
        }
    }
}

/// Counts what [`read_points`] would ask for these pixels (row, col).
pub(crate) fn plan_points(
    slice: &Slice<'_, '_>,
    points: &[(usize, usize)],
    asked: &Asked,
) -> Result<(), ReadError> {
    let Reader::Direct(reader) = &slice.array.reader else {
        asked.add_all(None);
        return Ok(());
    };
    let (height, width) = slice.array.chunk_edges();
    let chunks: BTreeSet<_> = points.iter().map(|(row, col)| (row / height, col / width)).collect();
    for pass in slice.passes() {
        let chunks = chunks.iter().map(|(row, col)| slice.planned(reader, *row as u64, *col as u64, pass));
        plan_all(chunks.collect(), asked)?;
    }
    Ok(())
}

/// The smallest window with all of these pixels; `None` where there is none.
fn hull<T>(points: &[Point<'_, T>]) -> Option<Window> {
    points.iter().map(|point| Window::new(point.row, point.col, 1, 1)).reduce(Window::hull)
}

fn direct<'r, T: Pod + Send>(
    slice: &Slice<'r, '_>,
    reader: &'r DirectReader,
    next: Option<&Slice<'r, '_>>,
    mut groups: Vec<Group<'_, T>>,
    asked: &Asked,
) -> Result<(), ReadError> {
    for pass in slice.passes() {
        let works = groups.iter_mut().map(|((row, col), points)| {
            let chunk = slice.chunk(*row as u64, *col as u64, pass);
            let inside = Inside::new(slice.array, &chunk, slice.time);
            ChunkPoints { reader, chunk, inside, channels: slice.channels, next, points }
        });
        fetch_all(works.collect(), asked)?;
    }
    Ok(())
}

/// The pixels that lie in one chunk.
struct ChunkPoints<'a, 'r, 'p, T> {
    reader: &'r DirectReader,
    chunk: Vec<u64>,
    inside: Inside,
    channels: &'a [usize],
    next: Option<&'a Slice<'r, 'a>>,
    points: &'a mut Vec<Point<'p, T>>,
}

impl<'r, T: Pod + Send> Work<'r> for ChunkPoints<'_, 'r, '_, T> {
    fn reader(&self) -> &'r DirectReader {
        self.reader
    }

    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        let ends =
            self.points.iter().map(|p| self.inside.end(Window::new(p.row, p.col, 1, 1), self.channels));
        ends.max().unwrap_or(0) * size_of::<T>()
    }

    fn next(&self) -> Vec<Shard<'r>> {
        match (self.next, hull(self.points)) {
            (Some(next), Some(window)) => next.shards_of(window),
            _ => Vec::new(),
        }
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
