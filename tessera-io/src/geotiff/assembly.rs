//! The file put together from its levels.
//!
//! Header; directories, the full resolution's first, each followed by its short values; offsets and lengths of tiles;
//! tiles, the smallest overview's first. So whoever zooms out reads the start of the file only, which is what makes a
//! GeoTIFF cloud optimized.

use std::fs::File;
use std::io::{self, Write};

use super::GeoTiffSpec;
use super::codec::Codec;
use super::directory::{LONG_TAGS, Role, entries};
use super::entry::{Entry, Format};
use super::tile_file::TileFile;

/// Writes the file, as BigTIFF if it would end beyond `classic` bytes otherwise, and returns which it is. The full
/// resolution is the first level.
pub(super) fn assemble(
    out: &File,
    spec: &GeoTiffSpec,
    codec: Codec,
    levels: &[TileFile],
    classic: u64,
) -> io::Result<Format> {
    let mut start = 0;
    let mut directories = Vec::with_capacity(levels.len());
    for (index, level) in levels.iter().enumerate().rev() {
        let role = if index == 0 { Role::Full } else { Role::Overview };
        directories.push(entries(spec, level.level(), role, codec, start, level.lengths()));
        start += level.bytes();
    }
    directories.reverse();

    let mut format = Format::Classic;
    if Places::new(&directories, format).tiles as u64 + start > classic {
        format = Format::Big;
    }
    let mut out = out;
    out.write_all(&head(&directories, format))?;
    levels.iter().rev().try_for_each(|level| level.copy_to(out))?;
    Ok(format)
}

/// Where everything before the tiles stands.
struct Places {
    tables: Vec<usize>,
    /// For each directory, where the values of each entry stand; `None` where they fit into the entry.
    values: Vec<Vec<Option<usize>>>,
    /// Where the tiles begin.
    tiles: usize,
}

impl Places {
    fn new(directories: &[Vec<Entry>], format: Format) -> Self {
        let mut end = format.header().len();
        let mut place = |length: usize| {
            let start = end.next_multiple_of(format.word());
            end = start + length;
            start
        };
        let outside = |entry: &Entry| Some(entry.length(format)).filter(|&length| length > format.word());
        let mut tables = Vec::new();
        let mut values = Vec::new();
        for entries in directories {
            tables.push(place(format.table(entries.len())));
            let short = entries
                .iter()
                .map(|entry| outside(entry).filter(|_| !LONG_TAGS.contains(&entry.tag)).map(&mut place));
            values.push(short.collect::<Vec<_>>());
        }
        for (entries, places) in directories.iter().zip(&mut values) {
            for (entry, value) in entries.iter().zip(places) {
                *value = value.or_else(|| outside(entry).map(&mut place));
            }
        }
        Self { tables, values, tiles: place(0) }
    }
}

/// Everything before the tiles.
fn head(directories: &[Vec<Entry>], format: Format) -> Vec<u8> {
    let places = Places::new(directories, format);
    let mut head = vec![0; places.tiles];
    let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, format.header());
    for (index, entries) in directories.iter().enumerate() {
        let mut table = format.count(entries.len());
        for (entry, place) in entries.iter().zip(&places.values[index]) {
            let values = entry.values(format, places.tiles as u64);
            match *place {
                Some(at) => {
                    put(at, &values);
                    table.extend(entry.bytes(format, &format.offset(at as u64)));
                }
                None => table.extend(entry.bytes(format, &values)),
            }
        }
        let next = places.tables.get(index + 1).copied().unwrap_or(0);
        table.extend(format.offset(next as u64));
        put(places.tables[index], &table);
    }
    head
}
