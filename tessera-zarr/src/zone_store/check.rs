//! Whether what is stored can be read.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tessera_core::{Window, Year};

use super::ZoneStore;
use super::array::ZoneArray;
use super::group::ZoneGroup;
use crate::ReadError;
use crate::chunk_grid::grid_points;
use crate::direct_reader::DirectReader;
use crate::stored_array::Reader;
use crate::zone_read::{Work, check_block, fetch_all};

/// An object of a zone store that is there: a shard, or a chunk where there are no shards.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredShard {
    /// The path of its array in the store, as in `utm31/embeddings`.
    pub array: String,
    /// Its name in the store.
    pub object: String,
    /// Its index among the objects of the array, one a dimension.
    pub index: Vec<u64>,
    /// The pixels of the array that it holds.
    pub window: Window,
    /// Its size.
    pub bytes: u64,
}

/// What was found in a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardCheck {
    /// Chunks that are stored and can be decoded.
    pub chunks: u64,
    /// Chunks that are left out, and read as fill.
    pub absent: u64,
    /// Chunks that cannot be read, in the order of their indices.
    pub damaged: Vec<DamagedChunk>,
}

/// A chunk that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DamagedChunk {
    /// Its index in the array, one a dimension; `None` where it is the shard as a whole that cannot be read.
    pub chunk: Option<Vec<u64>>,
    /// What is wrong.
    pub why: String,
}

impl ShardCheck {
    /// Whether all that is stored can be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty()
    }
}

impl ZoneStore {
    /// The objects of a zone and year that are there, of all its arrays: listed, or asked for one by one where names
    /// cannot be listed. None where the store does not have the zone or the year.
    ///
    /// # Errors
    /// Where the system refuses, or an array names its objects in a way that is not known here.
    pub fn shards(&self, zone: u8, year: Year) -> Result<Vec<StoredShard>, ReadError> {
        let mut shards = Vec::new();
        for group in self.groups(zone) {
            let Some(time) = group.time(year) else { continue };
            for array in group.arrays() {
                let failed = |cause| self.io_error(&array.path, cause);
                let indices = match array.written(&*self.bytes, time).map_err(failed)? {
                    Some(indices) => indices,
                    None => array.objects_of(time, Window::full(group.grid.rows(), group.grid.cols())),
                };
                let unknown =
                    || failed(std::io::Error::new(std::io::ErrorKind::Unsupported, "unknown keys of chunks"));
                let shard = |index: Vec<u64>| {
                    let object = array.object_name(&index).ok_or_else(unknown)?;
                    let bytes = self.bytes.size(&object).map_err(|cause| self.io_error(&object, cause))?;
                    let shard = bytes.zip(array.window_of(&index)).map(|(bytes, window)| StoredShard {
                        array: array.path.clone(),
                        object,
                        index,
                        window,
                        bytes,
                    });
                    Ok(shard)
                };
                let found: Result<Vec<_>, ReadError> = indices.into_par_iter().map(shard).collect();
                shards.extend(found?.into_iter().flatten());
            }
        }
        Ok(shards)
    }

    /// Decodes every chunk of a shard, on all threads of rayon's pool, and says which cannot be.
    ///
    /// # Errors
    /// Where the system refuses to read it, or the store has no such array.
    pub fn check_shard(&self, shard: &StoredShard) -> Result<ShardCheck, ReadError> {
        let groups = self.zones.keys().flat_map(|zone| self.groups(*zone));
        let array = groups.flat_map(ZoneGroup::arrays).find(|array| array.path == shard.array);
        let missing = || self.io_error(&shard.object, std::io::ErrorKind::NotFound.into());
        let array = array.ok_or_else(missing)?;
        let ranges = array.objects.ranges(&shard.index).map_err(|_| missing())?;
        let state = Mutex::new(ShardCheck::default());
        match &array.reader {
            Reader::Direct(reader) => check_direct(array, reader, shard, &ranges, &state)?,
            Reader::General(reader) => {
                if let Err(why) = check_block(reader, array.chunk_shape(), &ranges) {
                    locked(&state).damaged.push(DamagedChunk { chunk: None, why });
                } else {
                    locked(&state).chunks += 1;
                }
            }
        }
        let mut check = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        check.damaged.sort_unstable();
        Ok(check)
    }
}

fn locked(state: &Mutex<ShardCheck>) -> std::sync::MutexGuard<'_, ShardCheck> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check_direct(
    array: &ZoneArray,
    reader: &DirectReader,
    shard: &StoredShard,
    ranges: &[Range<u64>],
    state: &Mutex<ShardCheck>,
) -> Result<(), ReadError> {
    if array.is_sharded() {
        // As it is now, whatever was read before.
        reader.forget(&shard.object);
        match reader.index(&shard.object, &mut Vec::new()) {
            Ok(_) => {}
            Err(ReadError::Damaged { why, .. }) => {
                locked(state).damaged.push(DamagedChunk { chunk: None, why });
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    let chunks = ranges.iter().zip(array.chunk_shape());
    let chunks = chunks.map(|(range, edge)| range.start / edge..range.end.div_ceil(*edge)).collect();
    let bytes = reader.array.chunk_bytes();
    fetch_all(reader, grid_points(chunks).map(|chunk| Look { chunk, bytes, state }).collect())
}

/// Counts a chunk.
struct Look<'a> {
    chunk: Vec<u64>,
    bytes: usize,
    state: &'a Mutex<ShardCheck>,
}

impl Work for Look<'_> {
    fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    fn needed(&self) -> usize {
        self.bytes
    }

    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError> {
        let mut state = locked(self.state);
        match decoded {
            Ok(Some(_)) => state.chunks += 1,
            Ok(None) => state.absent += 1,
            Err(ReadError::Damaged { why, .. }) => {
                state.damaged.push(DamagedChunk { chunk: Some(self.chunk), why });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
