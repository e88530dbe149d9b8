//! Writing the chunks of an array.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::array::ArraySpec;
use crate::chunk_codec::ChunkCodec;
use crate::chunk_grid::grid_points;
use crate::in_order::in_order;
use crate::puts::{Puts, place};
use crate::scratch::{Scratch, with_scratch};
use crate::shard_index::ShardIndex;
use crate::{ChunkGrid, WriteError, ZarrFormat};

/// Fills the decoded bytes of a chunk, padding included.
pub(crate) type FillChunk<'a> = dyn Fn(&[u64], &mut [u8]) + Sync + 'a;

/// Where and how the chunks of an array are written.
pub(crate) struct ChunkWriter<'a> {
    pub(crate) spec: &'a ArraySpec,
    pub(crate) format: ZarrFormat,
    pub(crate) puts: &'a Puts<'a>,
    /// The name of the array in its store.
    pub(crate) folder: &'a str,
    /// Which rows of objects to write.
    pub(crate) objects: Range<u64>,
    /// Told the rows of pixels that have been copied into every chunk that holds them.
    pub(crate) rows_read: Option<&'a RowsRead>,
}

/// Told a range of rows of pixels that the writer has no more use for.
pub(crate) type RowsRead = dyn Fn(Range<usize>) + Send + Sync;

/// How many chunks of each row of chunks are still to be filled.
struct Countdown<'a> {
    left: Vec<AtomicU64>,
    grid: &'a ChunkGrid,
    told: &'a RowsRead,
}

impl<'a> Countdown<'a> {
    fn new(grid: &'a ChunkGrid, told: &'a RowsRead) -> Self {
        let counts = grid.counts();
        let (rows, each) = (counts.first().copied().unwrap_or(0), counts.iter().skip(1).product::<u64>());
        Self { left: (0..rows).map(|_| AtomicU64::new(each)).collect(), grid, told }
    }

    fn one_less(&self, index: &[u64]) {
        let last = index
            .first()
            .and_then(|row| self.left.get(*row as usize))
            .map(|n| n.fetch_sub(1, Ordering::AcqRel));
        if let (Some(1), Ok(ranges)) = (last, self.grid.ranges(index)) {
            (self.told)(ranges[0].start as usize..ranges[0].end as usize);
        }
    }
}

/// Every row of objects.
pub(crate) const ALL_OBJECTS: Range<u64> = 0..u64::MAX;

impl ChunkWriter<'_> {
    /// Whether an object is to be written.
    fn wants(&self, object: &[u64]) -> bool {
        object.first().is_none_or(|row| self.objects.contains(row))
    }

    /// Writes all chunks of the objects that are wanted, on all threads of the pool, each whole; returns the bytes written.
    pub(crate) fn write(&self, fill: &FillChunk<'_>) -> Result<u64, WriteError> {
        let codec = ChunkCodec::new(self.spec.codec, self.spec.data_type.size())
            .map_err(|why| WriteError::Encode { array: self.spec.name, why })?;
        let countdown = self.rows_read.map(|told| Countdown::new(&self.spec.grid, told));
        let encode = |index: &[u64], scratch: &mut Scratch| {
            scratch.decoded.resize(self.spec.chunk_bytes(), 0);
            fill(index, &mut scratch.decoded);
            if let Some(countdown) = &countdown {
                countdown.one_less(index);
            }
            codec
                .encode(&scratch.decoded, &mut scratch.encoded, &mut scratch.contexts)
                .map_err(|why| WriteError::Encode { array: self.spec.name, why })
        };
        match &self.spec.shard {
            None => self.write_chunks(&encode),
            Some(shard) => self.write_shards(shard, &encode),
        }
    }

    /// An object for each chunk.
    fn write_chunks(&self, encode: &EncodeChunk<'_>) -> Result<u64, WriteError> {
        let chunks: Vec<_> = self.spec.grid.chunks().filter(|chunk| self.wants(chunk)).collect();
        chunks
            .into_par_iter()
            .with_max_len(1)
            .map(|index| {
                with_scratch(|scratch| {
                    encode(&index, scratch)?;
                    self.puts.put(self.name_of(&index), &scratch.encoded)?;
                    Ok(scratch.encoded.len() as u64)
                })
            })
            .try_reduce(|| 0, |a, b| Ok(a + b))
    }

    /// An object for each shard, one after another, the chunks of each in parallel.
    fn write_shards(&self, shard: &[u64], encode: &EncodeChunk<'_>) -> Result<u64, WriteError> {
        let per_shard: Vec<u64> =
            shard.iter().zip(self.spec.grid.chunk_shape()).map(|(s, c)| s / c).collect();
        let counts = self.spec.grid.counts();
        let mut bytes = 0;
        for object in self.spec.objects()?.chunks().filter(|object| self.wants(object)) {
            let first: Vec<u64> = object.iter().zip(&per_shard).map(|(o, n)| o * n).collect();
            let chunks: Vec<_> =
                grid_points(first.iter().zip(&per_shard).map(|(first, n)| *first..first + n).collect())
                    .collect();
            let exists = |index: &Vec<u64>| index.iter().zip(&counts).all(|(i, n)| i < n);
            let (store, name) = (self.puts.store(), self.name_of(&object));
            let failed = WriteError::io(place(store, &name));
            let mut out = store.create(&name).map_err(&failed)?;
            let (index, end) = append_in_order(&chunks, exists, encode, &mut out, &failed)?;
            let index = index.encode();
            out.write_all(&index).and_then(|()| out.finish()).map_err(&failed)?;
            bytes += end + index.len() as u64;
        }
        Ok(bytes)
    }

    fn name_of(&self, index: &[u64]) -> String {
        format!("{}/{}", self.folder, self.format.keys().key(index))
    }
}

/// The names of all objects of an array whose own name in the store is `folder`.
pub(crate) fn names_of<'a>(
    spec: &ArraySpec,
    format: ZarrFormat,
    folder: &'a str,
) -> impl Iterator<Item = String> + use<'a> {
    let objects: Vec<_> = spec.objects().map(|grid| grid.chunks().collect()).unwrap_or_default();
    objects.into_iter().map(move |index| format!("{folder}/{}", format.keys().key(&index)))
}

/// Leaves the encoded bytes of a chunk in the scratch memory.
type EncodeChunk<'a> = dyn Fn(&[u64], &mut Scratch) -> Result<(), WriteError> + Sync + 'a;

/// Encodes chunks on all threads and appends them in their order, so that the same input gives the same bytes.
fn append_in_order<W: Write + Send>(
    chunks: &[Vec<u64>],
    exists: impl Fn(&Vec<u64>) -> bool + Sync,
    encode: &EncodeChunk<'_>,
    out: &mut W,
    io_error: &(dyn Fn(io::Error) -> WriteError + Sync),
) -> Result<(ShardIndex, u64), WriteError> {
    let mut entries = Vec::with_capacity(chunks.len());
    let mut offset = 0;
    let work = |at: usize, scratch: &mut Scratch| {
        let there = exists(&chunks[at]);
        if there { encode(&chunks[at], scratch).map(|()| true) } else { Ok(false) }
    };
    let append = |there: bool, scratch: &mut Scratch| {
        let length = scratch.encoded.len() as u64;
        entries.push(there.then_some((offset, length)));
        if there {
            out.write_all(&scratch.encoded).map_err(io_error)?;
            offset += length;
        }
        Ok(())
    };
    in_order(chunks.len(), work, append)?;
    Ok((ShardIndex::new(entries), offset))
}
