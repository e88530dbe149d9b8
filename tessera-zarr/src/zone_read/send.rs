//! Many requests at once, whose answers are taken as they come.

use std::collections::HashSet;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use tessera_core::{ByteRange, ObjectRange};

use super::fetch::{decode, one_by_one};
use super::runs::Run;
use super::work::Work;
use crate::ReadError;
use crate::asked::Asked;
use crate::known_indexes::{KnownIndexes, Shard, unanswered};
use crate::scratch::with_scratch;

/// Asks for all runs at once and decodes each as it comes; the indexes that will be wanted next come along.
pub(super) fn send<'r, W: Work<'r>>(
    runs: Vec<Run<W>>,
    objects: &[Shard<'r>],
    known: &KnownIndexes,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Some(bytes) = objects.first().map(|object| object.reader.bytes.clone()) else { return Ok(()) };
    let next = next(&runs, known);
    let asks: Vec<(usize, ByteRange)> = runs.iter().map(|run| (run.object(), run.range())).collect();
    let mut ranges: Vec<ObjectRange<'_>> = asks
        .iter()
        .map(|(object, range)| ObjectRange { object: &objects[*object].object, range: *range })
        .collect();
    let along = next.iter().map(|(shard, _)| (shard.object.as_str(), shard.reader.index_range()));
    ranges.extend(along.map(|(object, range)| ObjectRange { object, range }));
    if ranges.is_empty() {
        return Ok(());
    }
    let waiting: Vec<Mutex<Option<Run<W>>>> = runs.into_iter().map(|run| Mutex::new(Some(run))).collect();
    let (again, failed) = (Mutex::new(Vec::new()), Mutex::new(None));
    bytes.read_many(&ranges, &|at, got| {
        let result = match (waiting.get(at), at.checked_sub(waiting.len()).and_then(|at| next.get(at))) {
            (Some(slot), _) => match locked(slot).take() {
                Some(run) => take(run, asks[at].1, got, objects, asked, &again),
                None => Ok(()),
            },
            (None, Some((shard, turn))) => {
                // What is wrong with it shows when it is needed.
                if let Ok(index) = shard.reader.decode_index(&shard.object, got, asked) {
                    shard.reader.indexes.insert(&shard.object, index, *turn);
                }
                Ok(())
            }
            (None, None) => Ok(()),
        };
        match result {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                locked(&failed).get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    for run in again.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let Shard { reader, object } = &objects[run.object()];
        with_scratch(|scratch| one_by_one(run, reader, object, scratch, asked))?;
    }
    let never = waiting.iter().find_map(|slot| locked(slot).as_ref().map(Run::object));
    never.map_or(Ok(()), |object| Err(unanswered(objects[object].reader, &objects[object].object)))
}

/// The shards that are wanted next and not known yet, with how often they were forgotten.
fn next<'r, W: Work<'r>>(runs: &[Run<W>], known: &KnownIndexes) -> Vec<(Shard<'r>, u64)> {
    let (mut next, mut seen) = (Vec::new(), HashSet::new());
    for shard in runs.iter().flat_map(|run| &run.0).flat_map(|one| one.work.next()) {
        if known.get(&shard.object).is_some() || !seen.insert(shard.object.clone()) {
            continue;
        }
        let turn = shard.reader.indexes.turn(&shard.object);
        if shard.reader.indexes.get(&shard.object).is_none() {
            next.push((shard, turn));
        }
    }
    next
}

/// Takes the answer for a run.
fn take<'r, W: Work<'r>>(
    run: Run<W>,
    range: ByteRange,
    got: io::Result<Option<&[u8]>>,
    objects: &[Shard<'r>],
    asked: &Asked,
    again: &Mutex<Vec<Run<W>>>,
) -> Result<(), ReadError> {
    let Shard { reader, object } = &objects[run.object()];
    let expected = match range {
        ByteRange::From { length, .. } => Some(length),
        ByteRange::All | ByteRange::Last(_) => None,
    };
    match got {
        Ok(Some(bytes)) if expected.is_some_and(|expected| expected != bytes.len() as u64) => {
            let why = format!("{} bytes came: expected {range:?}", bytes.len());
            Err(reader.unreadable(object, io::Error::new(io::ErrorKind::InvalidData, why)))
        }
        Ok(Some(bytes)) => {
            asked.add(bytes.len() as u64);
            let first = match range {
                ByteRange::From { offset, .. } => offset,
                ByteRange::All | ByteRange::Last(_) => 0,
            };
            with_scratch(|scratch| decode(run, bytes, first, objects, scratch))
        }
        Ok(None) => {
            reader.gone(object, range, true)?;
            asked.add(0);
            run.0.into_iter().try_for_each(|one| one.work.take(Ok(None)))
        }
        // It lies beyond the end of the object: of several one by one, to see which.
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof && run.0.len() > 1 => {
            locked(again).push(run);
            Ok(())
        }
        Err(cause) => {
            let error = reader.unreadable(object, cause);
            match run.0.into_iter().next() {
                Some(one) if matches!(error, ReadError::Damaged { .. }) => one.work.take(Err(error)),
                _ => Err(error),
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
