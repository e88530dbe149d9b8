//! Whether what is stored can be read.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tessera_core::{Stamp, Window, Year};

use super::ZoneStore;
use super::array::ZoneArray;
use super::group::ZoneGroup;
use crate::ReadError;
use crate::asked::Asked;
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
    /// What tells whether it has changed, where the store tells that: as [`Stamp::version`].
    pub version: Option<String>,
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
    /// Where the system refuses, an array names its objects in a way that is not known here, or a time axis cannot be read.
    pub fn shards(&self, zone: u8, year: Year) -> Result<Vec<StoredShard>, ReadError> {
        let mut shards = Vec::new();
        for group in self.groups(zone) {
            let Some(time) = group.time(year)? else { continue };
            for array in group.arrays() {
                let failed = |cause| self.io_error(&array.path, cause);
                let found = match array.written(&*self.bytes, time).map_err(failed)? {
                    Some(found) => found,
                    None => {
                        let all = array.objects_of(time, Window::full(group.grid.rows(), group.grid.cols()));
                        all.into_iter().map(|index| (index, None)).collect()
                    }
                };
                let unknown =
                    || failed(std::io::Error::new(std::io::ErrorKind::Unsupported, "unknown keys of chunks"));
                let shard = |(index, stamp): (Vec<u64>, Option<Stamp>)| {
                    let object = array.object_name(&index).ok_or_else(unknown)?;
                    let found = match stamp {
                        Some(stamp) => Some((stamp.bytes, Some(stamp.version))),
                        None => self.look_at(&object).map_err(|cause| self.io_error(&object, cause))?,
                    };
                    let shard = found.zip(array.window_of(&index)).map(|((bytes, version), window)| {
                        StoredShard { array: array.path.clone(), object, index, window, bytes, version }
                    });
                    Ok(shard)
                };
                let found: Result<Vec<_>, ReadError> = found.into_par_iter().map(shard).collect();
                shards.extend(found?.into_iter().flatten());
            }
        }
        Ok(shards)
    }

    /// The size of an object and its version, where that is told; `None` where it does not exist.
    fn look_at(&self, object: &str) -> std::io::Result<Option<(u64, Option<String>)>> {
        match self.bytes.stamp(object) {
            Ok(stamp) => Ok(stamp.map(|stamp| (stamp.bytes, Some(stamp.version)))),
            Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {
                Ok(self.bytes.size(object)?.map(|bytes| (bytes, None)))
            }
            Err(error) => Err(error),
        }
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
        match reader.index(&shard.object, &mut Vec::new(), &Asked::default()) {
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
    let looks = grid_points(chunks).map(|chunk| Look { reader, chunk, bytes, state });
    fetch_all(looks.collect(), &Asked::default())
}

/// Counts a chunk.
struct Look<'a> {
    reader: &'a DirectReader,
    chunk: Vec<u64>,
    bytes: usize,
    state: &'a Mutex<ShardCheck>,
}

impl<'a> Work<'a> for Look<'a> {
    fn reader(&self) -> &'a DirectReader {
        self.reader
    }

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
