//! Chunks found, fetched and decoded.

use std::collections::HashMap;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tessera_core::ByteRange;

use super::runs::{Placed, Run, runs};
use super::send::send;
use super::work::{Planned, Work};
use crate::ReadError;
use crate::asked::Asked;
use crate::direct_reader::DirectReader;
use crate::known_indexes::{KnownIndexes, Shard};
use crate::scratch::{Scratch, with_scratch};

/// Bytes of the indexes that are held at a time: more shards are read one group after another.
const INDEXES: u64 = 32 << 20;

/// A work with the object of its chunk.
struct Located<W> {
    work: W,
    /// Which object.
    object: usize,
    /// Which chunk of its shard.
    inner: Option<u64>,
}

/// Fetches the chunk that each of many works wants and lets it take it: on all threads of the pool or, where answers have
/// to be waited for, as many at once as the store says.
pub(crate) fn fetch_all<'r, W: Work<'r>>(works: Vec<W>, asked: &Asked) -> Result<(), ReadError> {
    let Some(reader) = works.first().map(Work::reader) else { return Ok(()) };
    let fetching = reader.fetching();
    let (objects, located) = locate(works);
    if fetching.in_flight <= 1 {
        let runs = runs(place(located, &objects, &KnownIndexes::default(), asked)?, fetching);
        let go = |run: Run<W>| with_scratch(|scratch| go(run, &objects, scratch, asked));
        if runs.len() == 1 {
            return runs.into_iter().try_for_each(go);
        }
        return runs.into_par_iter().with_max_len(1).try_for_each(go);
    }
    for (known, located) in Batches::new(&objects, located) {
        let known = known.learned(asked)?;
        let placed = place(located, &objects, &known, asked)?;
        send(runs(placed, fetching), &objects, &known, asked)?;
        known.check(reader)?;
    }
    Ok(())
}

/// Counts what [`fetch_all`] would ask to fetch these chunks; only the indexes of their shards are read.
pub(crate) fn plan_all(chunks: Vec<Planned<'_>>, asked: &Asked) -> Result<(), ReadError> {
    let Some(reader) = chunks.first().map(Work::reader) else { return Ok(()) };
    let fetching = reader.fetching();
    let (objects, located) = locate(chunks);
    for (known, located) in Batches::new(&objects, located) {
        let known = known.learned(asked)?;
        for run in runs(place(located, &objects, &known, asked)?, fetching) {
            asked.add(bytes_of(run.range(), &objects[run.object()])?);
        }
    }
    Ok(())
}

/// Bytes of the answer to a request for a range of an object; the size of an object is asked for.
fn bytes_of(range: ByteRange, Shard { reader, object }: &Shard<'_>) -> Result<u64, ReadError> {
    match range {
        ByteRange::From { length, .. } | ByteRange::Last(length) => Ok(length),
        ByteRange::All => {
            let size = reader.bytes.size(object).map_err(|cause| reader.unreadable(object, cause))?;
            Ok(size.unwrap_or(0))
        }
    }
}

/// Finds the objects of all chunks.
fn locate<'r, W: Work<'r>>(works: Vec<W>) -> (Vec<Shard<'r>>, Vec<Located<W>>) {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut objects: Vec<Shard<'r>> = Vec::new();
    let mut located = Vec::with_capacity(works.len());
    for work in works {
        let reader = work.reader();
        let (name, inner) = reader.locate(work.chunk());
        let object = match numbers.get(&name) {
            Some(object) => *object,
            None => {
                objects.push(Shard { reader, object: name.clone() });
                numbers.insert(name, objects.len() - 1);
                objects.len() - 1
            }
        };
        located.push(Located { work, object, inner });
    }
    (objects, located)
}

/// Works in groups whose indexes fit into memory, each with the shards that it needs.
struct Batches<'a, 'r, W> {
    objects: &'a [Shard<'r>],
    rest: std::iter::Peekable<std::vec::IntoIter<Located<W>>>,
    in_flight: bool,
}

/// The shards whose indexes a group needs.
struct Unknown<'r>(Vec<Shard<'r>>);

impl Unknown<'_> {
    fn learned(self, asked: &Asked) -> Result<KnownIndexes, ReadError> {
        let mut known = KnownIndexes::default();
        known.learn(self.0, asked)?;
        Ok(known)
    }
}

impl<'a, 'r, W> Batches<'a, 'r, W> {
    fn new(objects: &'a [Shard<'r>], mut located: Vec<Located<W>>) -> Self {
        located.sort_by_key(|one| one.object);
        let in_flight = objects.first().is_some_and(|one| one.reader.fetching().in_flight > 1);
        Self { objects, rest: located.into_iter().peekable(), in_flight }
    }
}

impl<'r, W> Iterator for Batches<'_, 'r, W> {
    type Item = (Unknown<'r>, Vec<Located<W>>);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.peek()?.object;
        let (mut shards, mut bytes, mut end) = (Vec::new(), 0_u64, first);
        while let Some(object) = self.objects.get(end) {
            if object.reader.array.shards.is_some() {
                bytes = bytes.saturating_add(object.reader.index_bytes());
                // One after another they are read as they are needed.
                if self.in_flight && bytes > INDEXES && end > first {
                    break;
                }
                if self.in_flight {
                    shards.push(object.clone());
                }
            }
            end += 1;
        }
        let mut group = Vec::new();
        while let Some(one) = self.rest.next_if(|one| one.object < end) {
            group.push(one);
        }
        Some((Unknown(shards), group))
    }
}

/// Finds the place of each chunk in its object; what is not stored is taken as such.
fn place<'r, W: Work<'r>>(
    located: Vec<Located<W>>,
    objects: &[Shard<'r>],
    known: &KnownIndexes,
    asked: &Asked,
) -> Result<Vec<Placed<W>>, ReadError> {
    let mut placed = Vec::with_capacity(located.len());
    let mut buffer = Vec::new();
    for Located { work, object, inner } in located {
        let Shard { reader, object: name } = &objects[object];
        match reader.range_of(name, inner, known, &mut buffer, asked) {
            Ok(Some(range)) => {
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
    Ok(placed)
}

/// Fetches what a run needs and decodes it chunk by chunk.
fn go<'r, W: Work<'r>>(
    run: Run<W>,
    objects: &[Shard<'r>],
    scratch: &mut Scratch,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Shard { reader, object } = &objects[run.object()];
    // In one go, unless one of them lies beyond the end of the object: then one by one, to see which.
    if let (ByteRange::From { offset, length }, [_, _, ..]) = (run.range(), run.0.as_slice()) {
        let mut encoded = std::mem::take(&mut scratch.encoded);
        let fetched = reader.fetch_range(object, run.range(), &mut encoded);
        let result = match fetched {
            Ok(_) => {
                asked.add(length);
                decode(run, &encoded, offset, objects, scratch)
            }
            Err(ReadError::Damaged { .. }) => one_by_one(run, reader, object, scratch, asked),
            Err(error) => Err(error),
        };
        scratch.encoded = encoded;
        return result;
    }
    one_by_one(run, reader, object, scratch, asked)
}

/// Decodes the chunks of a run from the bytes of its object from an offset on.
pub(super) fn decode<'r, W: Work<'r>>(
    run: Run<W>,
    bytes: &[u8],
    first: u64,
    objects: &[Shard<'r>],
    scratch: &mut Scratch,
) -> Result<(), ReadError> {
    let Shard { reader, object } = &objects[run.object()];
    let Scratch { encoded, decoded, contexts, .. } = scratch;
    decoded.resize(reader.array.chunk_bytes(), 0);
    let alone = run.0.len() == 1;
    for Placed { work, range, .. } in run.0 {
        let chunk = match range {
            Some((offset, length)) => {
                bytes.get((offset - first) as usize..).and_then(|rest| rest.get(..length as usize))
            }
            None => Some(bytes),
        };
        let mut chunk = chunk.unwrap_or_default();
        let result = if alone && work.needed() < decoded.len() {
            reader.array.codec.decode(&mut chunk, work.needed(), decoded, encoded, contexts)
        } else {
            reader.array.codec.decode_bytes(chunk, decoded, contexts)
        };
        let result = result.map_err(|why| damaged(reader, object, work.chunk(), why));
        work.take(result.map(|()| Some(decoded.as_slice())))?;
    }
    Ok(())
}

/// Fetches and decodes each chunk by itself, no more of it than is needed.
pub(super) fn one_by_one<'r, W: Work<'r>>(
    run: Run<W>,
    reader: &DirectReader,
    object: &str,
    scratch: &mut Scratch,
    asked: &Asked,
) -> Result<(), ReadError> {
    let Scratch { encoded, decoded, contexts, .. } = scratch;
    decoded.resize(reader.array.chunk_bytes(), 0);
    for one in run.0 {
        let range = one.byte_range();
        let work = one.work;
        if asked.is_plan() {
            asked.add(bytes_of(range, &Shard { reader, object: object.to_owned() })?);
        }
        let result = reader.open_range(object, range).and_then(|found| {
            let Some(mut found) = found else { return Ok(false) };
            let result = reader.array.codec.decode(&mut found, work.needed(), decoded, encoded, contexts);
            result.map(|()| true).map_err(|why| damaged(reader, object, work.chunk(), why))
        });
        work.take(result.map(|there| there.then_some(decoded.as_slice())))?;
    }
    Ok(())
}

fn damaged(reader: &DirectReader, object: &str, chunk: &[u64], why: String) -> ReadError {
    reader.damaged(object, format!("chunk {chunk:?}: {why}"))
}
