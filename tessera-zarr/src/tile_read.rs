//! The chunks of a tile, asked for all at once.

use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::Pod;
use ndarray::ArrayViewMut3;
use tessera_core::{ByteRange, Window};

use crate::ReadError;
use crate::asked::Asked;
use crate::direct_reader::DirectReader;
use crate::known_indexes::KnownIndexes;
use crate::read::{Inside, split};
use crate::stored_array::{Reader, StoredArray};
use crate::zone_read::{Either, Planned, Work, fetch_all, plan_all};

/// An array of a tile, and the channels of it that are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'r, 'c> {
    pub(crate) array: &'r StoredArray,
    pub(crate) channels: &'c [usize],
}

/// Reads a window of two arrays, whose chunks are asked for all at once; false, and nothing is read, where one of them is
/// not read directly.
pub(crate) fn read_both<A: Pod + Send, B: Pod + Send>(
    window: Window,
    (one, one_out): (Wanted<'_, '_>, ArrayViewMut3<'_, A>),
    (other, other_out): (Wanted<'_, '_>, ArrayViewMut3<'_, B>),
) -> Result<bool, ReadError> {
    let (Reader::Direct(one_reader), Reader::Direct(other_reader)) = (&one.array.reader, &other.array.reader)
    else {
        return Ok(false);
    };
    let ones = works(one, one_reader, window, one_out).into_iter().map(Either::One);
    let others = works(other, other_reader, window, other_out).into_iter().map(Either::Other);
    fetch_all(ones.chain(others).collect(), &Asked::default())?;
    Ok(true)
}

/// Counts what reading a window of some arrays asks.
pub(crate) fn plan_both(window: Window, arrays: [Wanted<'_, '_>; 2], asked: &Asked) -> Result<(), ReadError> {
    let mut planned = Vec::new();
    for Wanted { array, channels } in arrays {
        let Reader::Direct(reader) = &array.reader else {
            asked.add_all(None);
            return Ok(());
        };
        let chunks = array.chunks(reader, window, channels).into_iter().flatten();
        planned.extend(chunks.map(|chunk| Planned { reader, chunk }));
    }
    if planned.first().is_some_and(|one| one.reader.fetching().in_flight > 1) {
        return plan_all(planned, asked);
    }
    // Where nothing has to be waited for, each chunk is read by itself.
    let mut buffer = Vec::new();
    for Planned { reader, chunk } in planned {
        let (object, inner) = reader.locate(&chunk);
        match reader.range_of(&object, inner, &KnownIndexes::default(), &mut buffer, asked)? {
            None => {}
            Some(ByteRange::From { length, .. } | ByteRange::Last(length)) => asked.add(length),
            Some(ByteRange::All) => {
                let size = reader.bytes.size(&object).map_err(|cause| reader.unreadable(&object, cause))?;
                asked.add(size.unwrap_or(0));
            }
        }
    }
    Ok(())
}

fn works<'a, 'r, T: Pod>(
    wanted: Wanted<'r, 'a>,
    reader: &'r DirectReader,
    window: Window,
    out: ArrayViewMut3<'a, T>,
) -> Vec<ChunkOfTile<'a, 'r, T>> {
    let shape = reader.array.grid.chunk_shape();
    let parts = split(out, window, (shape[0] as usize, shape[1] as usize));
    let chunks = wanted.array.chunks(reader, window, wanted.channels);
    let mut works = Vec::new();
    for (chunks, part) in chunks.into_iter().zip(parts) {
        let shape = part.dim();
        let part = Arc::new(Mutex::new(part));
        works.extend(chunks.into_iter().map(|chunk| ChunkOfTile {
            reader,
            inside: Inside::new(reader, &chunk, window),
            chunk,
            channels: wanted.channels,
            shape,
            part: part.clone(),
        }));
    }
    works
}

/// A chunk, and the part of the output that lies in its rows and columns.
struct ChunkOfTile<'a, 'r, T> {
    reader: &'r DirectReader,
    chunk: Vec<u64>,
    inside: Inside,
    channels: &'a [usize],
    shape: (usize, usize, usize),
    /// Shared by the chunks that hold other channels of it.
    part: Arc<Mutex<ArrayViewMut3<'a, T>>>,
}

impl<'r, T: Pod + Send> Work<'r> for ChunkOfTile<'_, 'r, T> {
    fn reader(&self) -> &'r DirectReader {
        self.reader
    }

    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        self.inside.end(self.shape) * size_of::<T>()
    }

    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        let decoded = decoded?;
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        match decoded {
            Some(chunk) => self.inside.copy(chunk, self.channels, &mut part),
            None => self.inside.fill(&self.reader.array.fill, self.channels, &mut part),
        }
        Ok(())
    }
}
