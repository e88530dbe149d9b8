//! Chunks fetched and decoded, those side by side in one go.

use std::collections::HashMap;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::ByteRange;

use crate::ReadError;
use crate::direct_reader::DirectReader;
use crate::scratch::{Scratch, with_scratch};

/// The most bytes that are fetched in one go, chunks that are larger by themselves excepted: few requests, and little
/// memory.
const MAX_RUN: u64 = 1 << 20;
/// Bytes between two chunks that are rather fetched along than left out by a request more.
const MAX_GAP: u64 = 16 << 10;
/// How many runs each thread gets at least, so that all end at about the same time.
const RUNS_A_THREAD: u64 = 4;

/// Something that wants one decoded chunk.
pub(crate) trait Work: Send {
    /// The index of the chunk in each dimension.
    fn chunk(&self) -> &[u64];

    /// How many bytes of it are wanted, from the first on.
    fn needed(&self) -> usize;

    /// Takes the chunk: its bytes, nothing where it is not stored and reads as fill, or what is wrong with it.
    fn take(self, decoded: Result<Option<&[u8]>, ReadError>) -> Result<(), ReadError>;
}

/// A work with the place of its chunk.
struct Placed<W> {
    work: W,
    /// Which object.
    object: usize,
    /// Offset and length; `None` where the chunk is all of the object.
    range: Option<(u64, u64)>,
}

impl<W> Placed<W> {
    fn start(&self) -> u64 {
        self.range.map_or(0, |(offset, _)| offset)
    }

    fn end(&self) -> Option<u64> {
        self.range.and_then(|(offset, length)| offset.checked_add(length))
    }
}

/// Fetches the chunk that each of many works wants and lets it take it, on all threads of the pool.
pub(crate) fn fetch_all<W: Work>(reader: &DirectReader, works: Vec<W>) -> Result<(), ReadError> {
    let mut objects: HashMap<String, usize> = HashMap::new();
    let mut placed = Vec::with_capacity(works.len());
    let mut buffer = Vec::new();
    for work in works {
        match reader.place(work.chunk(), &mut buffer) {
            Ok(Some((object, range))) => {
                let next = objects.len();
                let object = *objects.entry(object).or_insert(next);
                let range = match range {
                    ByteRange::From { offset, length } => Some((offset, length)),
                    ByteRange::All | ByteRange::Last(_) => None,
                };
                placed.push(Placed { work, object, range });
            }
            Ok(None) => work.take(Ok(None))?,
            Err(error) => work.take(Err(error))?,
        }
    }
    let mut names = vec![String::new(); objects.len()];
    objects.into_iter().for_each(|(name, at)| names[at] = name);
    let runs = runs(placed);
    let go = |run: Vec<Placed<W>>| with_scratch(|scratch| go(run, reader, &names, scratch));
    if runs.len() == 1 {
        return runs.into_iter().try_for_each(go);
    }
    runs.into_par_iter().with_max_len(1).try_for_each(go)
}

/// Puts works together whose chunks lie side by side.
fn runs<W>(mut placed: Vec<Placed<W>>) -> Vec<Vec<Placed<W>>> {
    let total: u64 = placed.iter().filter_map(|one| one.range).map(|(_, length)| length.min(MAX_RUN)).sum();
    let most = (total / (rayon::current_num_threads() as u64 * RUNS_A_THREAD)).min(MAX_RUN);
    placed.sort_unstable_by_key(|one| (one.object, one.start()));
    let mut runs: Vec<Vec<Placed<W>>> = Vec::new();
    let (mut first, mut end) = (0, None);
    for one in placed {
        let joins = match (runs.last().and_then(|run| run.last()), end, one.end()) {
            (Some(last), Some(end), Some(own_end)) => {
                last.object == one.object
                    && one.start().saturating_sub(end) <= MAX_GAP
                    && own_end.max(end) - first <= most
            }
            _ => false,
        };
        if joins {
            end = end.max(one.end());
        } else {
            (first, end) = (one.start(), one.end());
            runs.push(Vec::new());
        }
        if let Some(run) = runs.last_mut() {
            run.push(one);
        }
    }
    runs
}

/// Fetches what a run needs and decodes it chunk by chunk.
fn go<W: Work>(
    run: Vec<Placed<W>>,
    reader: &DirectReader,
    names: &[String],
    scratch: &mut Scratch,
) -> Result<(), ReadError> {
    let Scratch { encoded, decoded, contexts, .. } = scratch;
    decoded.resize(reader.array.chunk_bytes(), 0);
    let codec = &reader.array.codec;
    let damaged =
        |name: &str, chunk: &[u64], why: String| reader.damaged(name, format!("chunk {chunk:?}: {why}"));
    let first = run.first().map_or(0, Placed::start);
    let end = run.iter().map(Placed::end).max().flatten();
    // In one go, unless one of them lies beyond the end of the object: then one by one, to see which.
    if let (Some(end), [one, _, ..]) = (end, run.as_slice()) {
        let name = &names[one.object];
        let range = ByteRange::From { offset: first, length: end - first };
        match reader.fetch_range(name, range, encoded) {
            Ok(true) => {
                for Placed { work, range, .. } in run {
                    let bytes = range.and_then(|(offset, length)| {
                        encoded.get((offset - first) as usize..)?.get(..length as usize)
                    });
                    let result = codec.decode_bytes(bytes.unwrap_or_default(), decoded, contexts);
                    let result = result.map_err(|why| damaged(name, work.chunk(), why));
                    work.take(result.map(|()| Some(decoded.as_slice())))?;
                }
                return Ok(());
            }
            Ok(false) | Err(ReadError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    for Placed { work, object, range } in run {
        let name = &names[object];
        let range = range.map_or(ByteRange::All, |(offset, length)| ByteRange::From { offset, length });
        let result = reader.open_range(name, range).and_then(|found| {
            let Some(mut found) = found else { return Ok(false) };
            let result = codec.decode(&mut found, work.needed(), decoded, encoded, contexts);
            result.map(|()| true).map_err(|why| damaged(name, work.chunk(), why))
        });
        work.take(result.map(|there| there.then_some(decoded.as_slice())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_hold_all_and_are_bounded(chunks in prop::collection::vec((0..3_usize, 0..4_u64 << 20, 1..200_000_u64), 0..60)) {
            let placed = chunks.iter().enumerate().map(|(work, (object, offset, length))| {
                Placed { work, object: *object, range: Some((*offset, *length)) }
            });
            let runs = runs(placed.collect());
            let mut seen: Vec<usize> = runs.iter().flatten().map(|one| one.work).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..chunks.len()).collect::<Vec<_>>());
            for run in runs.iter().filter(|run| run.len() > 1) {
                let end = run.iter().filter_map(Placed::end).max().unwrap();
                prop_assert!(end - run[0].start() <= MAX_RUN);
                prop_assert!(run.iter().all(|one| one.object == run[0].object && one.start() >= run[0].start()));
            }
        }
    }

    #[test]
    fn neighbours_are_fetched_together() {
        let at = |object, range| Placed { work: (), object, range };
        let threads = rayon::current_num_threads() as u64 * RUNS_A_THREAD;
        let neighbours = (0..10 * threads).map(|at_| at(0, Some((at_ * 1000, 1000))));
        assert_eq!(runs(neighbours.collect()).len() as u64, threads);
        let apart = (0..10).map(|at_| at(0, Some((at_ << 20, 1000))));
        assert_eq!(runs(apart.collect()).len(), 10);
        assert_eq!(runs(vec![at(0, None), at(1, None)]).len(), 2);
        // Ranges that overlap, or cannot be, are an affair of the one who decodes them.
        assert_eq!(runs(vec![at(0, Some((u64::MAX, 9))), at(0, Some((3, u64::MAX)))]).len(), 2);
    }
}
